"""Find the lines that a program writes below a table: "Total: 20 rows", "-- end of report --"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..value_kinds import filled_positions, is_typed

MOST_FOOTER_ROWS = 10
BODY_ROWS = 300
LEAST_FULL = 0.9
"""Share of the rows with two values or more, from which a single value at the end is no row."""

LONGEST_FOOTER = 100  # characters
LONGEST_SHOWN = 40

_FOOTER = re.compile(
    r"(?i)\W*(total|sum|summe|gesamt|grand total|end of|ende|source|quelle|generated|exported|created on"
    r"|printed|page|seite|copyright|©|confidential|\d[\d.,]* (rows?|records?|zeilen|lignes|results)\b)"
    r"|\(?\d[\d.,]* rows? ?(affected|selected)?\)?|[-=*#_]{2,}"
)

_SUMMARY = re.compile(
    r"(?i)(grand |sub)?total|sums?|average|mean|count|summe|gesamt|insgesamt|mittelwert|durchschnitt|moyenne"
)


def find_footer(
    rows: Sequence[Sequence[object]], numbers: Sequence[int], width: int
) -> tuple[int, list[str]]:
    """Return the position after the last row of a table of `width` columns, and a note on the rows below it.

    A footer has one value, at its beginning, where the other rows have more; and it is told by its words, by
    a blank row above it, or by a first column of numbers or dates.
    """
    if width < 2 or not rows:
        return len(rows), []
    body = rows[: max(len(rows) - MOST_FOOTER_ROWS, (len(rows) + 1) // 2)][-BODY_ROWS:]
    if sum(len(row) > 1 for row in body) < LEAST_FULL * len(body):
        return len(rows), []
    # A line without a delimiter differs from all others, though these have one value too.
    is_full = sum(len(filled_positions(row)) > 1 for row in body) >= LEAST_FULL * len(body)
    end = len(rows)
    while end > max(1, len(rows) - MOST_FOOTER_ROWS) and (is_full or len(rows[end - 1]) == 1):
        if not _is_footer(rows, numbers, end - 1):
            break
        end -= 1
    if end == len(rows):
        # A note that holds the delimiter, below a blank row.
        if len(rows) > 1 and numbers[-1] > numbers[-2] + 1 and _is_cut_note(rows[-1], width):
            end -= 1
        else:
            return end, []
    shown = str(rows[end][filled_positions(rows[end])[0]]).strip()
    shown = shown if len(shown) <= LONGEST_SHOWN else shown[:LONGEST_SHOWN] + "…"
    n = len(rows) - end
    which = f"Row {numbers[end]:,}" if n == 1 else f"Rows {numbers[end]:,} to {numbers[-1]:,}"
    return end, [f"{which} (“{shown}”) below the table {'was' if n == 1 else 'were'} left out."]


def _is_footer(rows: Sequence[Sequence[object]], numbers: Sequence[int], i: int) -> bool:
    filled = filled_positions(rows[i])
    if filled != [0]:
        return _is_summary(rows, i, filled)
    value = str(rows[i][0])
    if len(value) <= LONGEST_FOOTER and _FOOTER.match(value):
        return True
    first = [row[0] for row in rows[max(0, i - BODY_ROWS) : i] if row]
    if all(map(is_typed, first)) and not is_typed(rows[i][0]):
        return True
    # A blank row alone does not do: a table may have blank rows everywhere.
    blank_above = i > 0 and numbers[i] > numbers[i - 1] + 1
    return blank_above and numbers[i - 1] - numbers[0] == i - 1


def _is_summary(rows: Sequence[Sequence[object]], i: int, filled: list[int]) -> bool:
    """Return whether a row such as "Total,,57" stands below a first column of numbers or dates."""
    first = [row[0] for row in rows[max(0, i - BODY_ROWS) : i] if row]
    return (
        0 in filled
        and bool(_SUMMARY.fullmatch(str(rows[i][0]).strip()))
        and len(filled) < len(filled_positions(rows[0]))
        and all(map(is_typed, first))
    )


def _is_cut_note(row: Sequence[object], width: int) -> bool:
    filled = filled_positions(row)
    return 1 < len(filled) <= width // 2 and all(str(row[p])[:1].isspace() for p in filled[1:])
