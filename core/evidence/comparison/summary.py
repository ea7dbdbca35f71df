"""What a comparison found, in plain words."""

from __future__ import annotations

import math
from collections.abc import Callable

from core.evidence.comparison.result import Comparison, SystemRow
from core.evidence.result import percent

MOST_NAMED = 3  # encoders in the headline
FACTOR_FROM = 1.5  # below it, times are told as about the same


def headline(comparison: Comparison, escape: Callable[[str], str] = str) -> str:
    """Return what was found in one sentence, or "" while there is nothing to compare.

    It names the encoders that find most, and whatever else finds more than GuidedTransform.

    Parameters
    ----------
    comparison : Comparison
    escape : callable, optional
        Makes a title fit for where the sentence is shown.
    """
    guided = comparison.find("guided")
    if guided is None:
        return ""
    readings = [row for row in comparison.measured if row.system.kind == "reading"]
    best = sorted(readings, key=lambda row: -row.accuracy if row.enough else math.inf)[:MOST_NAMED]
    held = [row for row in readings if row in best]
    recipe, generic = comparison.find("gstransform"), comparison.find("generic")
    for row in (recipe, generic):
        if row is not None and (not readings or row.accuracy > guided.accuracy):
            held.append(row)
    parts = [_told(guided, escape, first=True)]
    parts += [_told(row, escape) + _factor(row, guided) for row in held]
    return "; ".join(parts) + "."


def in_words(seconds: float) -> str:
    """Return a time as people say it; "–" for not a number."""
    if math.isnan(seconds):
        return "–"
    if seconds < 0.095:
        return f"{seconds:.2f} s" if seconds >= 0.005 else "less than 0.01 s"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.0f} h" if seconds >= 9.5 * 3600 else f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.0f} days"


def _told(row: SystemRow, escape: Callable[[str], str], *, first: bool = False) -> str:
    """One system: how much it finds, and what a further instruction takes."""
    name = escape(row.system.title)
    found = f"{percent(row.accuracy)}" if row.enough else ""
    if first and found:
        found = f"{found} of the hidden labels"
    takes = "" if math.isnan(row.second_seconds) else in_words(row.second_seconds)
    if found and takes:
        return f"{name} finds {found} in {takes}" if first else f"{name} {found} in {takes}"
    if takes:
        return f"{name} takes {takes}"
    return f"{name} {found or 'cannot be told'}"


def _factor(row: SystemRow, guided: SystemRow) -> str:
    """How many times as long it takes."""
    factor = row.second_seconds / guided.second_seconds if guided.second_seconds else math.nan
    if math.isnan(factor):
        return ""
    if factor >= FACTOR_FROM:
        return f", {_round(factor)} times as long"
    return ", about as long" if factor > 1 / FACTOR_FROM else f", {_round(1 / factor)} times as fast"


def _round(factor: float) -> str:
    """A factor to one digit below 10, to two above."""
    if factor < 9.5:
        return f"{factor:.1f}".removesuffix(".0")
    unit = 10 ** (int(math.log10(factor)) - 1)
    return f"{round(factor / unit) * unit:,}"
