"""Find the rows of a table that name its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..value_kinds import (
    TRUTH_VALUES,
    filled_positions,
    is_empty,
    is_number_or_date,
    is_typed,
)
from .further_headers import count_further_headers, is_import_ids
from .stacked_headers import is_group_row, join_names, stacks_on

SAMPLE_ROWS = 300
MOST_TITLE_ROWS = 20
LEAST_USUAL = 0.25
"""Share of the rows with as many values, from which this is the width of the table."""

LEAST_TYPED = 0.9
"""Share of numbers or dates, from which a column is one of numbers or dates."""

LONGEST_NAME = 60  # characters: a longer one is more likely a text
MOST_WORDS = 4  # of the name of the only column; more are more likely a text
LONGEST_SHOWN = 40

_USUAL_NAME = re.compile(
    r"(?i)(\w+[\s_.-]){0,2}(id|nr|no|number|text|texts|comment|comments|message|title|subject|date|time|timestamp"
    r"|created|updated|name|label|category|score|rating|stars|value|count|answer|question|review|content|body)"
    r"([\s_.-]?(at|id|text))?"
)


@dataclass(frozen=True)
class Header:
    """Where a table begins, and what its columns are called.

    Attributes
    ----------
    names : list
        Name of each column; None or "" for a column without one.
    start : int
        Position of the first row of values among the rows.
    header_row : int
        Number of the row with the names; 0 where no row has them.
    descriptions : dict of int to str
        What a column is about, by its position, where a further row says so.
    notes : list of str
        One sentence for each row that was left out.
    """

    names: list[object]
    start: int
    header_row: int
    descriptions: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_header(
    rows: Sequence[Sequence[object]], numbers: Sequence[int], header_row: int | None = None
) -> Header:
    """Find the header of the rows of a file: below title rows, of one row or of several.

    A row of values is not taken for a header where its kinds of values do not tell: then the first row is the
    header.

    Parameters
    ----------
    rows : sequence of sequences, at least one
        Values as the format gives them, None or "" for an empty one; rows may differ in length. Empty rows
        are left out.
    numbers : sequence of int
        Number of each row in the file, counted from 1, ascending.
    header_row : int, optional
        Number of the row with the names, where a person chose it; 0 where no row has them.
    """
    sample = rows[:SAMPLE_ROWS]
    width = _usual_width(sample)
    if header_row is not None:
        return _chosen_header(rows, numbers, header_row, width)
    top, named = _find_top(sample, numbers, width)
    if top > 0 and named:
        return _header_below_titles(sample, numbers, top, width)
    if top > 0:
        return _without_names(sample, numbers, top, width)
    if width > 1 and len(sample) > 2 and stacks_on(sample[0], sample[1], sample[2:], width):
        return _joined(sample, numbers, 0, 1, [])
    if _is_headless(sample):
        return _without_names(sample, numbers, 0, width)
    return _with_further(sample, numbers, Header(list(sample[0]), 1, numbers[0], notes=_doubt(sample, width)))


def _usual_width(sample: Sequence[Sequence[object]]) -> int:
    """Return the most frequent width of at least two columns, or 1; empty values at the end do not count."""
    filled = Counter(positions[-1] + 1 for row in sample if (positions := filled_positions(row)))
    # Rows that end in empty values still have their delimiters, which a title lacks.
    for widths in (filled, Counter(map(len, sample))):
        width = max((w for w in widths if w > 1), key=lambda w: (widths[w], w), default=1)
        if widths[width] >= LEAST_USUAL * len(sample) and (widths is filled or len(widths) > 1):
            return width
    return 1


def _chosen_header(
    rows: Sequence[Sequence[object]], numbers: Sequence[int], header_row: int, width: int
) -> Header:
    if header_row == 0:
        return Header([None] * max(width, *(len(row) for row in rows[:SAMPLE_ROWS])), 0, 0)
    position = next((i for i, number in enumerate(numbers) if number >= header_row), len(rows) - 1)
    header = Header(list(rows[position]), position + 1, numbers[position])
    ahead = rows[position + 1 : position + 4]
    if any(is_import_ids(row) for row in ahead):  # never values
        return _with_further(rows[: position + SAMPLE_ROWS], numbers, header)
    return header


def _find_top(sample: Sequence[Sequence[object]], numbers: Sequence[int], width: int) -> tuple[int, bool]:
    """Return the first row that may be the header, and whether it looks like one: 0 for no title rows."""
    if width < 2:
        return _below_title_of_one_column(sample, numbers), True
    most = min(MOST_TITLE_ROWS + 1, len(sample) - 1)
    top = next((i for i in range(most) if not _is_title(sample, i, width)), 0)
    for i in range(1, most):
        # A blank row, then a full row of names: what is above it is not the table.
        gap = numbers[i] > numbers[i - 1] + 1
        if gap and top < i and _is_wider_than_all_above(sample, i, width) and _is_header(sample, i):
            top = i
    if top == 0:
        return 0, True
    above = sample[:top]
    pure = all(filled_positions(row) == [0] for row in above)
    gap = numbers[top] > numbers[top - 1] + 1
    typed = _has_typed_column(sample[top + 1 :], sample[top])
    grouped = not gap and is_group_row(above[-1], sample[top])
    told = typed or gap or (pure and width > 2) or _is_phrase(above[0]) or _is_terse(sample, top)
    if told and _looks_like_names(sample[top], repeated=grouped):
        return top, True
    # A header may be shorter than the rows: by the name of R's row names, or by columns without names.
    first = filled_positions(sample[0])
    if width == 2 or not first or len(first) > 1 or not pure:
        return 0, True
    return top, False


def _is_title(sample: Sequence[Sequence[object]], i: int, width: int) -> bool:
    positions = filled_positions(sample[i])
    if len(positions) <= max(1, width // 2):
        return True
    first = sample[i][positions[0]]
    if isinstance(first, str) and first.startswith("#") and positions[-1] + 1 != width:
        return True
    # "Report: tickets, March 2024" is cut at its comma; a name does not begin with a blank.
    below = sample[i + 1 : i + 6]
    spaced = [p for p in positions[1:] if str(sample[i][p])[:1].isspace()]
    return (
        i == 0
        and bool(spaced)
        and not any(str(row[p])[:1].isspace() for row in below for p in spaced if p < len(row))
    )


def _is_header(sample: Sequence[Sequence[object]], i: int) -> bool:
    return _looks_like_names(sample[i]) and _has_typed_column(sample[i + 1 :], sample[i])


def _is_wider_than_all_above(sample: Sequence[Sequence[object]], i: int, width: int) -> bool:
    extents = [(filled_positions(row) or [-1])[-1] + 1 for row in sample[: i + 1]]
    return extents[-1] >= width and max(extents[:-1]) < width


def _is_phrase(row: Sequence[object]) -> bool:
    value = str(row[filled_positions(row)[0]]).strip() if filled_positions(row) else ""
    return " " in value or value.startswith("#")


def _below_title_of_one_column(sample: Sequence[Sequence[object]], numbers: Sequence[int]) -> int:
    """Return the position of the name of the only column, where only a blank row sets a title off."""
    breaks = [i for i in range(1, len(sample)) if numbers[i] > numbers[i - 1] + 1]
    if len(breaks) == 1 and breaks[0] <= 3 and breaks[0] < len(sample) - 1:
        return breaks[0] if _is_terse(sample, breaks[0]) else 0
    return 0


def _is_terse(sample: Sequence[Sequence[object]], i: int) -> bool:
    """Return whether a row has a word or two where the rows below it have sentences."""
    for p in filled_positions(sample[i]):
        below = [len(str(row[p]).split()) for row in sample[i + 1 :] if p < len(row) and not is_empty(row[p])]
        if below and len(str(sample[i][p]).split()) <= 2 and sorted(below)[len(below) // 2] > 3:
            return True
    return False


def _looks_like_names(row: Sequence[object], *, repeated: bool = False) -> bool:
    values = [row[p] for p in filled_positions(row)]
    texts = [v.strip() for v in values if isinstance(v, str) and not is_number_or_date(v)]
    others = [value for value in values if not isinstance(value, str) or is_number_or_date(value)]
    if others and not (texts and _is_sequence(others)):  # years may be names
        return False
    return repeated or len(set(texts)) == len(texts)


def _typed_columns(body: Sequence[Sequence[object]], width: int) -> Iterator[int]:
    """Yield the columns of numbers or dates."""
    for position in range(width):
        values = [row[position] for row in body if position < len(row) and not is_empty(row[position])]
        if values and sum(map(is_typed, values)) >= LEAST_TYPED * len(values):
            yield position


def _has_typed_column(body: Sequence[Sequence[object]], names: Sequence[object]) -> bool:
    # "yes" above "yes" is no name.
    return any(
        not is_empty(names[p]) and str(names[p]).strip().lower() not in TRUTH_VALUES
        for p in _typed_columns(body, len(names))
    )


def _header_below_titles(
    sample: Sequence[Sequence[object]], numbers: Sequence[int], top: int, width: int
) -> Header:
    above = top - 1
    adjacent = numbers[top] == numbers[above] + 1
    if adjacent and is_group_row(sample[above], sample[top]):
        return _joined(sample, numbers, above, top, _note_on_titles(sample, numbers, above))
    notes = _note_on_titles(sample, numbers, top)
    following = sample[top + 1 : top + 2]
    if following and stacks_on(sample[top], following[0], sample[top + 2 :], width):
        return _joined(sample, numbers, top, top + 1, notes)
    return _with_further(sample, numbers, Header(list(sample[top]), top + 1, numbers[top], notes=notes))


def _joined(
    sample: Sequence[Sequence[object]], numbers: Sequence[int], upper: int, lower: int, notes: list[str]
) -> Header:
    names, descriptions = join_names(sample[upper], sample[lower])
    note = (
        f"Rows {numbers[upper]:,} and {numbers[lower]:,} together name the columns: choose the row with the "
        "names if one of them holds values."
    )
    header = Header(list(names), lower + 1, numbers[lower], descriptions, [*notes, note])
    return _with_further(sample, numbers, header)


def _without_names(
    sample: Sequence[Sequence[object]], numbers: Sequence[int], start: int, width: int
) -> Header:
    notes = _note_on_titles(sample, numbers, start)
    notes.append(
        f"No row names the columns (row {numbers[start]:,} holds values like those below it), so they are "
        "numbered: choose the row with the names if there is one."
    )
    widest = max(width, *(len(row) for row in sample[start:]))
    return Header([None] * widest, start, 0, notes=notes)


def _note_on_titles(sample: Sequence[Sequence[object]], numbers: Sequence[int], end: int) -> list[str]:
    if end == 0:
        return []
    first = next(str(sample[0][p]).strip() for p in filled_positions(sample[0]))
    shown = first if len(first) <= LONGEST_SHOWN else first[:LONGEST_SHOWN] + "…"
    if end == 1:
        return [f"Row {numbers[0]:,} (“{shown}”) stands above the table and was left out."]
    return [
        f"Rows {numbers[0]:,} to {numbers[end - 1]:,} (“{shown}” and so on) stand above the table and were "
        "left out."
    ]


def _with_further(sample: Sequence[Sequence[object]], numbers: Sequence[int], header: Header) -> Header:
    """Return a header that leaves out the further header rows below it."""
    n, wording = count_further_headers(header.names, sample[header.start :])
    if n == 0:
        return header
    descriptions = dict(header.descriptions)
    if wording is not None:
        names = header.names
        for p in filled_positions(wording):
            text = str(wording[p]).strip()
            if p >= len(names) or text != str(names[p]).strip():
                descriptions[p] = text
    left_out = [f"{number:,}" for number in numbers[header.start : header.start + n]]
    rows = f"Row {left_out[0]} looks like a further header and was"
    if n > 1:
        rows = f"Rows {', '.join(left_out[:-1])} and {left_out[-1]} look like further headers and were"
    note = f"{rows} left out: choose the row with the names if values are missing."
    return Header(header.names, header.start + n, header.header_row, descriptions, [*header.notes, note])


def _is_headless(sample: Sequence[Sequence[object]]) -> bool:
    """Return whether the first row holds values like those below it."""
    first, body = sample[0], sample[1:]
    if len(body) < 1 or is_empty(first[0]):
        return False
    filled = filled_positions(first)
    typed = [p for p in _typed_columns(body, len(first)) if p in filled]
    numbers = [p for p in typed if is_number_or_date(first[p])]
    words_above_numbers = len(numbers) < len(typed)
    if len(first) > 1 and not words_above_numbers:
        columns = {p: [row[p] for row in body if p < len(row)] for p in filled}
        if any(_is_value_of(first[p], values) for p, values in columns.items()):
            return True
    if any(_is_usual_name(str(first[p]).strip()) for p in filled):
        return False
    # Numbers may be names too: those of years or questions, in order, or pandas' 0, 1, 2.
    return bool(numbers) and not _is_sequence([first[p] for p in filled if is_number_or_date(first[p])])


def _is_usual_name(name: str) -> bool:
    return len(name) <= LONGEST_NAME and _USUAL_NAME.fullmatch(name) is not None


def _is_sequence(values: list[object]) -> bool:
    numbers = [int(str(v)) for v in values if re.fullmatch(r"\d{1,4}", str(v).strip())]
    if len(numbers) < len(values) or len(numbers) < 2:
        return False
    steps = {b - a for a, b in pairwise(numbers)}
    years = all(1900 <= number <= 2100 for number in numbers)
    return len(steps) == 1 and (steps == {1} or (years and 0 not in steps))


def _is_value_of(name: object, values: list[object]) -> bool:
    """Return whether a value is one of the few of its column, as "positive" is among sentiments."""
    if is_number_or_date(name):
        return False
    counts = Counter(value for value in values if not is_empty(value))
    repeated = counts[name]
    # A column of one value is that of an option in a survey, and named by it.
    return repeated >= max(2, 0.05 * len(values)) and 1 < len(counts) <= len(values) / 2


def _doubt(sample: Sequence[Sequence[object]], width: int) -> list[str]:
    """Return a note where the first row, taken for names, looks like a text."""
    first = sample[0]
    names = [first[p] for p in filled_positions(first)]
    phrase = len(names) == 1 and len(str(names[0]).split()) > MOST_WORDS
    long = any(len(str(name)) > LONGEST_NAME for name in names if not str(name).rstrip().endswith("?"))
    long = long or (phrase and not str(names[0]).rstrip().endswith("?"))
    sequence = _is_sequence([name for name in names if is_number_or_date(name)])
    numeric = any(map(is_number_or_date, names)) and not sequence
    if width > 2 and len(names) <= width / 2:
        return [
            f"The first row was read as the names of the columns, though it names {len(names)} of {width}: "
            "choose the row with the names if it is another."
        ]
    if not (long or numeric) or (long and _has_typed_column(sample[1:], first)):
        return []
    return [
        "The first row was read as the names of the columns: if it holds values, choose to read the file "
        "without names, or put a row with names above it."
    ]
