"""The report of the benchmark of growing numbers of texts, as markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.common import machine

Found = dict[int, dict[str, dict[str, Any]]]

LEAST_SECONDS, LEAST_GIB = 0.05, 0.05
"""Least figures that say something about growth."""


def exponent(sizes: Sequence[int], values: Sequence[float], least: float) -> float | None:
    """Return the exponent of growth: the least-squares slope of logarithms; None of fewer than two values."""
    pairs = [(n, value) for n, value in zip(sizes, values, strict=True) if value >= least]
    if len(pairs) < 2:
        return None
    return float(np.polyfit(*np.log(np.array(pairs, dtype=float)).T, 1)[0])


def write_report(found: Found, setting: str, texts_per_s: float | None) -> str:
    """Return the report as markdown.

    Parameters
    ----------
    found : dict of int to dict
        What each step measured, by size and name of the step.
    setting : str
        What was measured, in sentences.
    texts_per_s : float or None
        Speed of the real encoder.
    """
    sizes = sorted(found)
    facts = ", ".join(f"{name} {value}" for name, value in machine().items())
    lines = [
        "# Time and memory of each step",
        "",
        f"`make bench-scale` writes this file. {setting} Each step ran in a process of its own. The exponent "
        "is the slope of the logarithms over all sizes: 1 is linear, 2 quadratic.",
        "",
        f"Machine: {facts}.",
        "",
        *_table("Seconds", sizes, _rows(found, "seconds"), LEAST_SECONDS, "{:,.1f}"),
        *_table("Peak memory in GiB, without mapped files", sizes, _rows(found, "peak"), LEAST_GIB, "{:.2f}"),
        *_table("Parts of steps, in seconds", sizes, _part_rows(found), LEAST_SECONDS, "{:,.2f}"),
    ]
    if texts_per_s:
        hours = ", ".join(f"{n:,} texts {n / texts_per_s / 3600:.2f} h" for n in sizes)
        lines += [
            "## Encoding",
            "",
            "The step `encode` has its memory and its files, with vectors that are made up. The default "
            f"encoder, with views, takes {texts_per_s:,.0f} such texts a second here (timed on "
            f"a sample): {hours}. Its work is linear, and stops and continues in parts.",
            "",
        ]
    failed = [
        f"- {n:,} texts, {name}: {step['failed']}"
        for n in sizes
        for name, step in found[n].items()
        if "failed" in step
    ]
    return "\n".join([*lines, *(["## Failed", "", *failed, ""] if failed else [])])


def _rows(found: Found, what: str) -> dict[str, list[float | None]]:
    unit = 2**30 if what == "peak" else 1
    return {
        name: [found[n][name][what] / unit if what in found[n].get(name, {}) else None for n in sorted(found)]
        for name in dict.fromkeys(name for steps in found.values() for name in steps)
    }


def _part_rows(found: Found) -> dict[str, list[float | None]]:
    names = [(step, part) for n in found for step in found[n] for part in found[n][step].get("parts", {})]
    return {
        f"{step}: {part}": [found[n].get(step, {}).get("parts", {}).get(part) for n in sorted(found)]
        for step, part in dict.fromkeys(names)
    }


def _table(
    title: str, sizes: Sequence[int], rows: dict[str, list[float | None]], least: float, shape: str
) -> list[str]:
    lines = [f"## {title}", "", "| | " + " | ".join(f"{n:,}" for n in sizes) + " | exponent |"]
    lines.append("|---|" + "---:|" * (len(sizes) + 1))
    for name, values in rows.items():
        grown = exponent(sizes, [value or 0.0 for value in values], least)
        cells = ["" if value is None else shape.format(value) for value in values]
        lines.append(f"| {name} | {' | '.join(cells)} | {'' if grown is None else f'{grown:.2f}'} |")
    return [*lines, ""]
