"""Sentences on the result of a comparison."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...transforms import MethodKind
from ...utils import percent
from .result import Comparison, SystemRow

MOST_NAMED = 3  # encoders in the headline
DIFFERENT_FACTOR = 1.5  # smaller ratios of two times count as about the same


def headline(comparison: Comparison, escape: Callable[[str], str] = str) -> str:
    """Return the result in one sentence, or "" while there is nothing to compare.

    It names the encoders with the highest accuracy, and every other system above Reshape.

    Parameters
    ----------
    escape : callable, optional
        Escapes a title for the place where the sentence is shown.
    """
    guided = comparison.find(MethodKind.GUIDED)
    if guided is None:
        return ""
    reencoding = [row for row in comparison.measured if row.system.method.reencodes]
    best = sorted(reencoding, key=lambda row: -row.accuracy if row.enough else math.inf)[:MOST_NAMED]
    compared = [row for row in reencoding if row in best]
    published, generic = comparison.find(MethodKind.GSTRANSFORM), comparison.find(MethodKind.GENERIC)
    for row in (published, generic):
        if row is not None and (not reencoding or row.accuracy > guided.accuracy):
            compared.append(row)
    parts = [_say(guided, escape, first=True)]
    parts += [_say(row, escape) + _factor(row, guided) for row in compared]
    return "; ".join(parts) + "."


def in_words(seconds: float) -> str:
    """Return a duration in words; "–" for NaN."""
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


def _say(row: SystemRow, escape: Callable[[str], str], *, first: bool = False) -> str:
    """Accuracy of one system, and its time for one more instruction."""
    name = escape(row.system.title)
    found = f"{percent(row.accuracy)}" if row.enough else ""
    if first and found:
        found = f"{found} of the hidden labels"
    takes = "" if math.isnan(row.second_seconds) else in_words(row.second_seconds)
    if found and takes:
        return f"{name} finds {found} in {takes}" if first else f"{name} {found} in {takes}"
    if takes:
        return f"{name} takes {takes}"
    return f"{name} {found or 'cannot be measured'}"


def _factor(row: SystemRow, guided: SystemRow) -> str:
    """Ratio of its time to that of Reshape, in words."""
    factor = row.second_seconds / guided.second_seconds if guided.second_seconds else math.nan
    if math.isnan(factor):
        return ""
    if factor >= DIFFERENT_FACTOR:
        return f", {_round(factor)} times as long"
    return ", about as long" if factor > 1 / DIFFERENT_FACTOR else f", {_round(1 / factor)} times as fast"


def _round(factor: float) -> str:
    """Round a factor to one decimal below 10, to two digits above."""
    if factor < 9.5:
        return f"{factor:.1f}".removesuffix(".0")
    unit = 10 ** (int(math.log10(factor)) - 1)
    return f"{round(factor / unit) * unit:,}"
