"""Report on a text column before a corpus is made of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ..utils import normal_text
from .corpus import texts_of
from .languages import TextLanguages, find_languages
from .left_out import LONGEST_BARE, bare_text
from .non_answers import NonAnswer, find_non_answers
from .tables import Table

MOST_NAMED = 5
"""Most repeated texts that are named."""

CROWDED = 15
"""Rows of one text above which it has no neighbours but its copies: the neighbours of a text on a map."""

LEAVE_OUT_SHARE = 0.2
"""Share of the rows from which copies or non-answers are suggested to be left out."""

LEAST_LEFT = 10
"""Different texts that a suggestion leaves on the map."""


@dataclass(frozen=True)
class CorpusReport:
    """Summary of a text column.

    Attributes
    ----------
    n_empty : int
        Rows whose text is missing or blank; the corpus drops them.
    n_duplicates : int
        Rows whose text equals that of an earlier row, by `normal_text`.
    encoding : str or None
        Of the file's characters.
    longest, median_length
        In characters.
    repeated : tuple of (str, int)
        The most repeated texts with their rows, up to `MOST_NAMED`.
    non_answers : tuple of NonAnswer
        Texts that answer nothing, the most frequent first.
    languages : TextLanguages
    suggests_no_copies : bool
        Whether texts with more than `CROWDED` rows, non-answers aside, would make more than
        `LEAVE_OUT_SHARE` of the map.
    suggested_aside : tuple of str
        Texts of the certain non-answers where these would make more than `LEAVE_OUT_SHARE` of the map.
    """

    n_rows: int
    n_empty: int
    n_duplicates: int
    encoding: str | None
    longest: int
    median_length: float
    repeated: tuple[tuple[str, int], ...]
    non_answers: tuple[NonAnswer, ...]
    languages: TextLanguages
    suggests_no_copies: bool
    suggested_aside: tuple[str, ...]


def examine(table: Table, text_column: str) -> CorpusReport:
    """Summarise the text column of a table.

    Raises
    ------
    CorpusError
        When there is no such column.
    """
    texts = texts_of(table, text_column)
    normal = [normal_text(text) for text in texts]
    filled = [text for text, form in zip(texts, normal, strict=True) if form]
    n_rows_of = Counter(filter(None, normal))
    lengths = np.fromiter(map(len, filled), dtype=np.int64, count=len(filled))
    non_answers = find_non_answers(filled)
    return CorpusReport(
        n_rows=len(texts),
        n_empty=len(texts) - len(filled),
        n_duplicates=len(filled) - len(n_rows_of),
        encoding=table.encoding,
        longest=int(lengths.max(initial=0)),
        median_length=float(np.median(lengths)) if len(filled) else 0.0,
        repeated=tuple((text, n) for text, n in n_rows_of.most_common(MOST_NAMED) if n > 1),
        non_answers=non_answers,
        languages=find_languages(filled),
        suggests_no_copies=_suggests_no_copies(n_rows_of, non_answers),
        suggested_aside=_suggested_aside(n_rows_of, non_answers),
    )


def _suggests_no_copies(n_rows_of: Counter[str], non_answers: tuple[NonAnswer, ...]) -> bool:
    answers = _answers(n_rows_of, non_answers)
    crowded = sum(n_rows for n_rows in answers.values() if n_rows > CROWDED)
    return len(answers) >= LEAST_LEFT and crowded > LEAVE_OUT_SHARE * answers.total()


def _suggested_aside(n_rows_of: Counter[str], non_answers: tuple[NonAnswer, ...]) -> tuple[str, ...]:
    certain = tuple(each for each in non_answers if each.certain)
    share = sum(each.n_rows for each in certain) / max(1, n_rows_of.total())
    enough = len(_answers(n_rows_of, certain)) >= LEAST_LEFT
    return tuple(each.text for each in certain) if enough and share > LEAVE_OUT_SHARE else ()


def _answers(n_rows_of: Counter[str], non_answers: tuple[NonAnswer, ...]) -> Counter[str]:
    """Return the texts without non-answers, with their rows."""
    bare = {bare_text(each.text) for each in non_answers}
    return Counter(
        {
            text: n_rows
            for text, n_rows in n_rows_of.items()
            if not bare or len(text) > LONGEST_BARE or bare_text(text) not in bare
        }
    )
