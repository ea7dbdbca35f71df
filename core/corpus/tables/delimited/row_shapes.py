"""Compare the number of values of rows with the number of column names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ....errors import CorpusError

ROW_NAME = "row name"

_ID_NAME = re.compile(r"(?i)(.*[\s_.-])?(id|nr|no|number|index|key|row|#)\.?|\W*")


class OneName(CorpusError):
    """Rows of several values below a single name."""


def has_row_names(names: Sequence[object], rows: Sequence[Sequence[str]], *, is_quoted: bool) -> bool:
    """Return whether the first value of each row is its name, for which the header has none, as R writes it.

    A text with a bare delimiter also makes a row longer. Row names differ, and a text that is cut in two
    continues with a blank; but not where values are quoted.
    """
    width = len(names) + 1
    full = [row for row in rows if len(row) == width]
    if len(full) < len(rows) or not full or any(name == "" for name in names):
        return False
    if not any(row[-1] for row in full):
        return False  # a delimiter at the end of each row
    if len({row[0] for row in full}) < len(full):
        return False
    if is_quoted:
        return True
    cut = sum(any(value[:1].isspace() for value in row[1:]) for row in full)
    if cut > len(full) / 2:
        return False
    numbered = all(row[0].isdigit() for row in full)
    return not (numbered and len(names) > 1 and _ID_NAME.fullmatch(str(names[0]).strip()))


def check_widths(
    name: str, names: Sequence[object], rows: Sequence[Sequence[str]], lines: Sequence[int], header_row: int
) -> None:
    """Raise CorpusError for the first row with a value beyond the last column; empty ones do not count."""
    width = len(names)
    for row, line in zip(rows, lines, strict=False):
        if len(row) > width and any(value.strip() for value in row[width:]):
            where = "its first line" if header_row == 1 else f"row {header_row:,}"
            kind = OneName if width == 1 else CorpusError
            raise kind(
                f"“{name}” has {len(row)} values in line {line:,} but {width} column names in {where}: put "
                "texts that hold the delimiter between quotation marks."
            )


def note_on_short_rows(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a note on the rows with fewer values than there are columns, if there are any."""
    n_short = sum(len(row) < width for row in rows)
    if not n_short:
        return []
    return [f"Rows with fewer values than there are columns: {n_short:,}; their last ones are left empty."]
