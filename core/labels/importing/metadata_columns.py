"""Find the columns of a corpus that hold labels already, and rank them by an instruction."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

import pandas as pd

from ...errors import LabelError
from .column_choice import (
    ENDS_WITH_ONE,
    holds_labels,
    is_other,
    is_prediction,
    label_rank,
)
from .matching import labels_from_column
from .text_rows import plain_name

MOST_VALUES = 50
"""Different values of a column that is offered as labels; more are imported only when asked for."""

FEWEST_TEXTS = 2
"""Texts to a value on average: a column with fewer names its texts and does not sort them."""

GRADES = ("rating", "ratings", "stars", "grade", "grades", "bewertung", "note")
"""Last words of the names of columns whose numbers are grades, and no counts."""

SHARED_LETTERS, SHARED_PART = 4, 0.6
"""Letters at the beginning of two words that count as one, and their part of the shorter word: "feels" is
like "feeling", and "company" is not like "complaint"."""

LIKE_WORDS = (
    ("feels", "feeling", "emotion", "mood", "sentiment", "polarity", "tone"),
    ("about", "topic", "subject", "theme", "category", "aspect", "field"),
    ("wants", "intent", "intention", "purpose", "goal", "request", "asks", "needs"),
    ("reason", "cause", "why", "motive", "problem", "complaint", "issue"),
    ("who", "company", "brand", "airline", "product", "department", "team"),
    ("rating", "stars", "score", "grade", "satisfied", "recommend"),
    ("language", "lang", "locale"),
    ("how", "channel", "source", "medium", "origin"),
)
"""Words that instructions use and names of columns that answer them."""


@dataclass(frozen=True)
class LabelColumn:
    """A column of a corpus that holds labels.

    Attributes
    ----------
    name : str
    values : tuple of str
        Different labels, the most frequent first.
    n_texts : int
        Texts that have one.
    counts : tuple of int
        Texts of each value.
    is_count : bool
        Whether the values are numbers that count or measure something.
    """

    name: str
    values: tuple[str, ...]
    n_texts: int
    counts: tuple[int, ...] = ()
    is_count: bool = False


def columns_with_labels(metadata: pd.DataFrame, *, every: bool = False) -> list[LabelColumn]:
    """Return the columns with 2 to `MOST_VALUES` labels, those with usual names first.

    Ids, dates, counts and measurements, predictions of a model, and columns that annotation tools or Refract
    add are left out, and so are columns in which fewer than two labels repeat. With `every`, counts,
    predictions and columns with more values are returned too, after the others. Cost: one pass over the
    columns that are left.
    """
    found = []
    for name, column in metadata.items():
        is_count = _counts_something(str(name), column)
        if is_other(str(name)) or ((is_prediction(str(name)) or is_count) and not every):
            continue
        if not holds_labels(column):
            continue
        try:
            labels = labels_from_column(column).labels
        except LabelError:  # empty, or too many or too long values
            continue
        counts = Counter(labels.values())
        few = every or len(counts) <= MOST_VALUES
        n_repeated = sum(n >= FEWEST_TEXTS for n in counts.values())
        if n_repeated >= 2 and few and len(labels) >= FEWEST_TEXTS * len(counts):
            values, n_of_each = zip(*counts.most_common(), strict=True)
            found.append(LabelColumn(str(name), values, len(labels), n_of_each, is_count))
    return sorted(found, key=lambda column: (not is_offered(column), label_rank(column.name)))


def is_offered(column: LabelColumn, instruction: str = "") -> bool:
    """Return whether a column is offered for an instruction, "" for unasked.

    It has few values, or a name that the instruction says; counts and predictions of a model never are.
    """
    asked = len(column.values) <= MOST_VALUES or _meet(_words(instruction), _words(column.name))
    return asked and not column.is_count and not is_prediction(column.name)


def _counts_something(name: str, column: pd.Series) -> bool:
    """Return whether a column holds numbers that are neither grades nor two codes, and has no usual name."""
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    graded = plain_name(name).rpartition("_")[2] in GRADES or label_rank(name) < ENDS_WITH_ONE
    return not graded and column.nunique() != 2


def rank_by_instruction(columns: list[LabelColumn], instruction: str) -> list[LabelColumn]:
    """Return the columns in the order in which they answer an instruction; ties keep their order.

    A word of the instruction counts where it is like a word of the column's name, where both are in one group
    of `LIKE_WORDS`, or where it is like a value.
    """
    return sorted(columns, key=lambda column: -_relevance(column, instruction))


def answers_instruction(column: LabelColumn, instruction: str) -> bool:
    """Return whether the name of a column, or one of its values, is what an instruction asks for."""
    return _relevance(column, instruction) > 0


def _relevance(column: LabelColumn, instruction: str) -> int:
    asked, name = _words(instruction), _words(column.name)
    if _meet(asked, name):
        return 3
    if any(_meet(asked, group) and _meet(name, group) for group in LIKE_WORDS):
        return 2
    return int(_meet(asked, {word for value in column.values for word in _words(value)}))


def _meet(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(_alike(one, other) for one in some for other in others)


def _words(text: str) -> set[str]:
    """Return the words of a text or of the name of a column ("finalLabel", "final_label")."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {word for word in re.findall(r"[^\W_]+", apart.casefold()) if len(word) > 2}


def _alike(one: str, other: str) -> bool:
    """Return whether two words are equal or have most of their beginning in common."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return one == other or shared >= max(SHARED_LETTERS, SHARED_PART * min(len(one), len(other)))
