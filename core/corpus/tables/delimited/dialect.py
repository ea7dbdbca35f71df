"""Find how a delimited file is written: its delimiter, its quotation marks, its line ends."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from ..nested import hide_vectors
from ..value_kinds import is_number_or_date, is_typed

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

DELIMITERS = ",;\t|"
RARE_DELIMITERS = "^~\x1f\x01¦，； "
"""Taken only where no other fits, and where every row, the first too, has as many values."""

NO_DELIMITER = "\ufdd0"
"""No character of any text: the csv module wants a delimiter for files of one column too."""

SAMPLE_ROWS = 1_000
LEAST_SCORE = 0.55
"""Score below which a character is no delimiter: texts of one column hold commas too."""

LEAST_SCORE_RARE = 0.95
UNQUOTED_WEIGHT, TITLED_WEIGHT = 0.9, 0.95
LEAST_QUOTED = 0.8
"""Values between single quotation marks for each row, from which these enclose values."""

LEAST_OFFERED = 0.1
TOLERANCE = 0.005
MOST_TITLE_ROWS, MOST_FOOTER_ROWS = 20, 5
LEAST_BLANK_SHARE = 0.95
"""Share of the values that a blank precedes, from which the blank belongs to the delimiter."""

SEP_LINE = re.compile(r"(?i)\ufeff?\"?sep=(.|\\t)\"?[,;\t|]*")
"""First line of a file for Excel, which does not show it."""

_BLANK_BEFORE_QUOTE = re.compile(r'[,;|]\s+"')
_COMMA_NUMBER = re.compile(r"\s*[+-]?\d{1,3}(,\d+)+(\.\d+)?\s*")
# A backslash escapes these; before anything else, as in C:\new, it is a character.
_BACKSLASH = re.compile(r"""\\(["'\\,;\t|\r\n])?""")


@dataclass(frozen=True)
class Dialect:
    """How the values of a file are written.

    Attributes
    ----------
    delimiter : str
        Between two values; "" where a row is one value.
    quote : str
        Around a value; "" where quotation marks are plain characters.
    doubled, escaped : bool
        Whether a quotation mark inside a value is written twice, or after a backslash; either may be.
    blank : bool
        Whether blanks after a delimiter belong to it.
    """

    delimiter: str
    quote: str = '"'
    doubled: bool = True
    escaped: bool = False
    blank: bool = False

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> CsvReader:
        """Return a csv reader of lines."""
        # The default limit, against hostile input, would refuse long texts.
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
        if self.escaped:
            lines = (_BACKSLASH.sub(_plain_backslash, line) if "\\" in line else line for line in lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter or NO_DELIMITER,
            quotechar=self.quote or None,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
            doublequote=self.doubled,
            escapechar="\\" if self.escaped else None,
            skipinitialspace=self.blank,
            strict=strict,
        )


def _plain_backslash(match: re.Match) -> str:
    return match.group() if match.group(1) else "\\\\"


@dataclass(frozen=True)
class FoundDialect:
    """How a file is written.

    Attributes
    ----------
    dialect : Dialect
        The likeliest.
    one_column : Dialect
        The likeliest for a file without a delimiter.
    delimiters : tuple of str
        Those that give two columns or more, the best first.
    """

    dialect: Dialect
    one_column: Dialect
    delimiters: tuple[str, ...]


def find_dialect(sample: str, *, whole: bool, delimiter: str | None = None) -> FoundDialect:
    """Find the dialect of a file from its beginning, without a `sep=` line.

    Each delimiter is tried with each way of quoting. The score of a trial is the share of rows with the usual
    number of values; values that begin with a blank, as after the commas of a sentence, or hold another
    delimiter lower it.

    Parameters
    ----------
    sample : str
    whole : bool
        Whether the sample is the whole file, so that its last row is complete.
    delimiter : str, optional
        The delimiter, where it is known.
    """
    sample = hide_vectors(sample)
    lines = _split_lines(sample)
    trials = []
    for candidate in DELIMITERS + RARE_DELIMITERS:
        if candidate in sample and candidate != delimiter and (candidate != " " or _is_quoted_by_r(lines)):
            trials.append(_best_trial(candidate, lines, sample, whole))
    if delimiter:
        trials.append(_best_trial(delimiter, lines, sample, whole))
    # Sorting is stable: of equals, the more columns, then the more usual delimiter.
    trials.sort(key=lambda trial: (trial.score, trial.width), reverse=True)
    offered = tuple(
        trial.dialect.delimiter
        for trial in trials
        if trial.width > 1 and trial.score >= (LEAST_OFFERED if trial.least == LEAST_SCORE else trial.least)
    )
    one_column = _one_column(lines, whole)
    if delimiter is None:
        dialect = next((trial.dialect for trial in trials if trial.score >= trial.least), one_column)
    else:
        dialect = next((t.dialect for t in trials if t.dialect.delimiter == delimiter), one_column)
    return FoundDialect(dialect, one_column, offered)


def split_sep_line(sample: str) -> tuple[str | None, int]:
    """Return the delimiter that a first line `sep=;` names, and the number of characters of that line."""
    first = re.match(r"[^\r\n]*(\r\n|\r|\n|$)", sample)
    found = SEP_LINE.fullmatch(first.group().rstrip("\r\n")) if first else None
    if not first or not found:
        return None, 0
    return ("\t" if found.group(1) == "\\t" else found.group(1)), first.end()


def is_quoted_by_line(lines: list[str]) -> bool:
    """Return whether each line is a row of values, but quoted as if it were one: a spreadsheet writes so."""
    if len(lines) < 2 or not all(line.startswith('"') for line in lines):
        return False
    try:
        rows = list(Dialect("", doubled=True).reader(lines))
    except csv.Error:
        return False
    values = [row[0] for row in rows if row]
    if len(values) != len(lines):
        return False
    inner = find_dialect("\n".join(values), whole=True)
    if not inner.dialect.delimiter:
        return False
    widths = {len(row) for row in inner.dialect.reader(values, strict=False)}
    return len(widths) == 1


def lone_returns_are_text(sample: str) -> bool:
    """Return whether a carriage return without a line feed is part of a value."""
    return "\n" in re.sub(r'"(?:[^"]|"")*"', "", sample)


@dataclass(frozen=True)
class _Trial:
    dialect: Dialect
    score: float
    agreement: float
    width: int

    @property
    def least(self) -> float:
        return LEAST_SCORE if self.dialect.delimiter in DELIMITERS else LEAST_SCORE_RARE


def _split_lines(sample: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", sample)


def _is_quoted_by_r(lines: list[str]) -> bool:
    """Return whether all names and the first value of the rows are quoted: texts have blanks too."""
    return (
        all(line.startswith('"') for line in lines[:2])
        and re.fullmatch(r'"[^"]*"( "[^"]*")*\s*', lines[0]) is not None
    )


def _one_column(lines: list[str], whole: bool) -> Dialect:
    for dialect in _ways_of_quoting(Dialect(""), "".join(lines)):
        if _rows(dialect, lines, whole) is not None:
            return dialect
    return Dialect("", quote="")


def _ways_of_quoting(plain: Dialect, sample: str) -> Iterator[Dialect]:
    """Yield the ways in which values may be quoted, the usual one first."""
    ways = []
    # A line end or a delimiter inside a value may follow a backslash too.
    if '\\"' in sample or re.search(rf"\\[\r\n{re.escape(plain.delimiter)}]", sample):
        ways += [replace(plain, escaped=True, doubled=False), replace(plain, escaped=True)]
    if plain.delimiter and '"' not in sample and _singly_quoted(plain.delimiter, sample):
        plain = replace(plain, quote="'")
    if plain.delimiter.strip() and _BLANK_BEFORE_QUOTE.search(sample):
        ways += [replace(way, blank=True) for way in (plain, *ways)]
    yield from (plain, *ways)


def _singly_quoted(delimiter: str, sample: str) -> bool:
    mark = re.escape(delimiter)
    opened = len(re.findall(rf"(?m)(?:^|{mark})'", sample))
    closed = len(re.findall(rf"(?m)'(?:\r?$|{mark})", sample))
    return opened == closed >= LEAST_QUOTED * sample.count("\n")


def _best_trial(delimiter: str, lines: list[str], sample: str, whole: bool) -> _Trial:
    best = None
    for dialect in _ways_of_quoting(Dialect(delimiter), sample):
        rows = _rows(dialect, lines, whole)
        if rows is None:
            continue
        trial = _try(dialect, rows)
        # An unusual way is taken only where rows agree better: texts may hold backslashes and blanks.
        if best is None or trial.agreement > best.agreement + TOLERANCE or _fits_names(trial, best, rows):
            best = trial
    if best is not None:
        return best
    # A wrong quotation mark somewhere: the reader says where, or reads the marks as characters.
    plain = Dialect(delimiter, quote="")
    rows = [row for row in islice(plain.reader(lines, strict=False), SAMPLE_ROWS) if row]
    trial = _try(plain, rows)
    return replace(trial, dialect=Dialect(delimiter), score=trial.score * UNQUOTED_WEIGHT)


def _fits_names(trial: _Trial, best: _Trial, rows: list[list[str]]) -> bool:
    """Return whether `a, "b, c"` gives as many values as there are names, and another way does not."""
    return trial.dialect.blank and len(rows[0]) == trial.width != best.width and trial.score > best.score


def _rows(dialect: Dialect, lines: list[str], whole: bool) -> list[list[str]] | None:
    """Return the filled rows of a sample; None where a quotation mark is wrong for the dialect."""
    rows: list[list[str]] = []
    reader = dialect.reader(lines)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) == SAMPLE_ROWS:
                return rows
    except csv.Error:
        if whole or reader.line_num < len(lines):
            return None
        return rows
    return rows if whole or len(rows) < 2 else rows[:-1]


def _try(dialect: Dialect, rows: list[list[str]]) -> _Trial:
    is_rare, is_by_r = dialect.delimiter not in DELIMITERS, dialect.delimiter == " "
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return _Trial(dialect, 0.0, 0.0, 1)
    width = max(widths, key=lambda w: (widths[w], w))
    body = _without_titles(rows, width)
    if _holds_comma_numbers(dialect, rows):
        return _Trial(dialect, 0.0, 0.0, width)
    n_agree = sum(len(row) == width or (len(row) > width and not any(row[width:])) for row in body)
    # Rows that are passed over, as titles, count against rows that are fewer.
    n_passed = len(rows) - len(body)
    agreement = n_agree / (len(rows) - is_by_r if is_rare and len(rows) > 1 else max(len(body), n_passed))
    ragged = _agreement_with_names(rows)
    if ragged > agreement:
        agreement, width = ragged, len(rows[0])
    later = [value for row in body for value in row[1:] if value]
    spaced = [value for value in later if value[0].isspace()]
    share = len(spaced) / max(len(later), 1)
    if (
        not dialect.blank
        and spaced
        and (
            (share >= LEAST_BLANK_SHARE and _is_spaced_table(rows, body, width))
            or sum(map(_is_quoted, spaced)) >= LEAST_BLANK_SHARE * len(spaced)
        )
    ):
        return _Trial(replace(dialect, blank=True), agreement, agreement, width)
    values = [value for row in body for value in row if value]
    mixed = sum(_holds_another(dialect.delimiter, value) for value in values) / max(len(values), 1)
    score = agreement * (1 - share / 2) * (1 - mixed / 2)
    return _Trial(dialect, score * (TITLED_WEIGHT if n_passed else 1), agreement, width)


def _is_quoted(value: str) -> bool:
    value = value.strip()
    return len(value) > 1 and value[0] == value[-1] == '"' and '"' not in value[1:-1]


def _without_titles(rows: list[list[str]], width: int) -> list[list[str]]:
    """Return the rows between title lines and footers: both have fewer values than a row."""
    start, end = 0, len(rows)
    while start < min(MOST_TITLE_ROWS, len(rows) - 1) and len(rows[start]) < width:
        start += 1
    while end > max(start + 1, len(rows) - MOST_FOOTER_ROWS) and len(rows[end - 1]) < width:
        end -= 1
    return rows[start:end]


def _agreement_with_names(rows: list[list[str]]) -> float:
    """Return the share of rows that fit below the first as their header; some writers cut empty values."""
    names = rows[0]
    if len(names) < 3 or not all(name.strip() and not is_number_or_date(name) for name in names):
        return 0.0
    if any(name[0].isspace() for name in names[1:]) or len(set(names)) < len(names):
        return 0.0
    return 0.9 * sum(2 <= len(row) <= len(names) for row in rows) / len(rows)


def _holds_comma_numbers(dialect: Dialect, rows: list[list[str]]) -> bool:
    """Return whether a file is one column of numbers such as 0,5 or 1,200."""
    if dialect.delimiter != "," or len(rows[0]) > 1:
        return False
    return all(_COMMA_NUMBER.fullmatch(",".join(row)) for row in rows[1:])


def _is_spaced_table(rows: list[list[str]], body: list[list[str]], width: int) -> bool:
    """Return whether rows like `a, b, c` are a table, and not sentences with as many commas each."""
    if len(rows[0]) != width or len({len(row) for row in body}) > 1:
        return False
    columns = list(zip(*body[1:], strict=True))[1:]
    return any(column and all(is_typed(v) or not v.strip() for v in column) for column in columns) or (
        any(column and not any(" " in value.strip() for value in column) for column in columns)
    )


def _holds_another(delimiter: str, value: str) -> bool:
    """Return whether a value looks like two, at another delimiter that no blank follows."""
    if len(value) > 200 or is_typed(value) or value[0] in "{[":
        return False
    return any(
        other != delimiter and other in value and re.search(rf"{re.escape(other)}\S", value)
        for other in DELIMITERS
    )
