"""Find further header rows below the names: the wording of questions, ids of a survey tool, units, dashes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..value_kinds import filled_positions, is_missing, is_typed

MOST_FURTHER_ROWS = 3
LEAST_BODY, LEAST_TYPED = 3, 0.95
"""Rows of a column that are read at least, and the share of numbers or dates among them."""

# Possessive, and without two ways to read one string: names may be of any length.
_DASHES = re.compile(r"(?:[+|\s]|[-=_](?![-=_]))*+[-=_]{2}[-=+_|\s]*+|-")
_CODE = re.compile(r"[A-Za-z]{1,4}\d(?:[.-]?\w)*+")
_IMPORT_ID = re.compile(r'\s*\{\s*["\']ImportId["\']')


def count_further_headers(
    names: Sequence[object], rows: Sequence[Sequence[object]]
) -> tuple[int, Sequence[object] | None]:
    """Return how many of the rows below the names are headers too, and the one that words the questions."""
    for i, row in enumerate(rows[:MOST_FURTHER_ROWS]):
        if is_import_ids(row):
            return i + 1, rows[0] if i > 0 else None
    n, wording = 0, None
    while n < min(MOST_FURTHER_ROWS, len(rows) - 1):
        row = rows[n]
        if not _is_rule(row):
            if not _is_wording(names, row, rows[n + 1 :]):
                break
            wording = row if wording is None else wording
        n += 1
    return n, wording


def is_import_ids(row: Sequence[object]) -> bool:
    """Return whether a row holds Qualtrics' `{"ImportId": …}`."""
    filled = filled_positions(row)
    found = sum(bool(_IMPORT_ID.match(str(row[p]))) for p in filled)
    return found > 0 and found >= len(filled) / 2


def _is_rule(row: Sequence[object]) -> bool:
    """Return whether a row is a line of dashes, as command-line tools draw it below the names."""
    filled = filled_positions(row)
    return (
        bool(filled) and all(_DASHES.fullmatch(str(row[p])) for p in filled) and "--" in str(row[filled[0]])
    )


def _is_wording(names: Sequence[object], row: Sequence[object], body: Sequence[Sequence[object]]) -> bool:
    """Return whether a row has words where all others have numbers or dates."""
    words = []
    for p in filled_positions(row):
        values = [r[p] for r in body if p < len(r) and not is_missing(r[p])]
        if len(values) >= LEAST_BODY and sum(map(is_typed, values)) >= LEAST_TYPED * len(values):
            if is_typed(row[p]):
                return False
            if not is_missing(row[p]):
                words.append(p)
    if not words and _asks_for_codes(names, row, body):
        return True
    texts = [str(row[p]).strip() for p in words]
    if len(texts) > 1:
        # "unknown" in each of several columns is a value.
        return len({text.lower() for text in texts}) > 1
    return bool(texts) and _words_a_name(texts[0], str(names[words[0]] if words[0] < len(names) else ""))


def _asks_for_codes(names: Sequence[object], row: Sequence[object], body: Sequence[Sequence[object]]) -> bool:
    """Return whether a row has questions below names such as Q1, and answers below it."""
    coded = [p for p in filled_positions(row) if p < len(names) and _CODE.fullmatch(str(names[p]).strip())]
    asked = [p for p in coded if "?" in str(row[p])]
    if not coded or len(asked) < len(coded) / 2:
        return False
    answers = [str(r[p]) for r in body for p in asked if p < len(r)]
    return len(answers) >= LEAST_BODY and sum("?" in answer for answer in answers) < 0.1 * len(answers)


def _words_a_name(text: str, name: str) -> bool:
    """Return whether one text alone is surely the wording of a column: a question, or in words its name."""
    name = name.strip().lower().replace("_", " ")
    return text.endswith("?") or (bool(name) and name in text.lower()) or len(text.split()) > 3
