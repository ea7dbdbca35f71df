"""Join the two rows of a header: groups of columns above their names, or questions above their options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from ..value_kinds import filled_positions, is_empty, is_missing, is_number_or_date, is_typed

ANSWER_NAMES = {"Response", "Open-Ended Response"}
"""SurveyMonkey's second header row below a question with one answer; other columns have options."""

LEAST_TYPED = 0.9


def stacks_on(
    upper: Sequence[object], lower: Sequence[object], body: Sequence[Sequence[object]], width: int
) -> bool:
    """Return whether two rows are one header: the lower one names what the upper one leaves empty.

    The rows below must have another kind of values in a column; a row of texts above texts is no header.
    """
    if not all(
        isinstance(lower[p], str) and not is_number_or_date(lower[p]) for p in filled_positions(lower)
    ):
        return False
    if any(str(value).strip() in ANSWER_NAMES for value in lower):
        return True
    gaps = [p for p in filled_positions(lower) if p < width and (p >= len(upper) or is_empty(upper[p]))]
    if not gaps or (is_empty(upper[0]) and len(gaps) == 1 and gaps[0] == 0):
        return False
    return any(
        not is_missing(lower[p]) and not is_typed(lower[p]) and _is_typed_below(p, body)
        for p in filled_positions(lower)
    )


def is_group_row(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Return whether a row above names has groups of columns: values with gaps between them."""
    filled = filled_positions(upper)
    if filled and (filled[-1] >= len(lower) or any(str(upper[p])[:1].isspace() for p in filled)):
        return False  # a title that is cut at its commas
    gaps = any(b - a > 1 for a, b in pairwise(filled))
    downward = any(p >= len(lower) or is_empty(lower[p]) for p in filled)
    return gaps or downward or (bool(filled) and filled[0] > 0)


def join_names(upper: Sequence[object], lower: Sequence[object]) -> tuple[list[str], dict[int, str]]:
    """Return the names of two stacked rows, and the groups, by position, that the names do without.

    "Q1" below "2024" is "2024 Q1"; the group is part of the name where two columns would have one name, where
    it is a number, and where it is a question. "Comment" below "Answers" stays "Comment".
    """
    width = max(len(upper), len(lower))
    above = [_text(upper, p) for p in range(width)]
    below = [_text(lower, p) for p in range(width)]
    survey = any(name in ANSWER_NAMES for name in below)
    repeated = any(n > 1 for name, n in Counter(below).items() if name)
    numbered = any(is_number_or_date(group) for group in above if group)
    names, groups, group = [], {}, ""
    for p in range(width):
        if above[p]:
            group = above[p] if below[p] else ""
        if not below[p] or (survey and below[p] in ANSWER_NAMES):
            names.append(above[p] or group)
        elif not group or group == below[p]:
            names.append(below[p])
        elif survey or repeated or numbered:
            names.append(f"{group} {below[p]}")
        else:
            names.append(below[p])
            groups[p] = group
    return names, groups


def _text(row: Sequence[object], position: int) -> str:
    value = row[position] if position < len(row) else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def _is_typed_below(position: int, body: Sequence[Sequence[object]]) -> bool:
    values = [row[position] for row in body if position < len(row) and not is_empty(row[position])]
    return bool(values) and sum(map(is_typed, values)) >= LEAST_TYPED * len(values)
