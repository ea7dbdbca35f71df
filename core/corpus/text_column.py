"""Guess which column of a table holds the texts."""

from __future__ import annotations

import re

import pandas as pd

from core.errors import CorpusError

GUESS_ROWS, GUESS_CHARACTERS = 1_000, 1_000
"""Rows that the guess of the text column reads, and characters to which one value counts."""

CODE_PATTERN = re.compile(r"[!-~]*")  # ASCII without a blank: an id, a link, a date, a category
CODE_WEIGHT = 0.1
USUAL_NAMES = re.compile(
    r"(?i)texts?|body|comments?|content|message|review|feedback|description|answer|tweet"
)
USUAL_NAME_WEIGHT = 1.5


def guess_text_column(frame: pd.DataFrame) -> str:
    """Return the column with the longest varied strings.

    The score of a column is the mean length of its values times the share of different ones. Ids, links and
    the like count a tenth; a usual name such as "text" raises the score by half. Up to `GUESS_ROWS` rows are
    read, spread evenly.

    Raises
    ------
    CorpusError
        When no column holds a string.
    """
    scores = {str(name): _text_score(str(name), frame[name]) for name in frame.columns}
    best = max(scores, key=scores.__getitem__, default="")  # the first of equals
    if scores.get(best, 0) == 0:
        raise CorpusError(
            f"No column holds texts (found {', '.join(map(str, list(frame.columns)[:10]))}): a column of "
            "strings is needed, choose another file."
        )
    return best


def _text_score(name: str, column: pd.Series) -> float:
    """Return the score of `guess_text_column`; 0 for a column without strings."""
    if not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
        return 0.0
    filled = column.dropna()
    values = filled.iloc[:: -(-len(filled) // GUESS_ROWS) or 1].to_numpy(dtype=object)
    values = [value for value in values if isinstance(value, str) and value.strip()]
    if not values:
        return 0.0
    lengths = [
        min(len(value), GUESS_CHARACTERS) * (CODE_WEIGHT if CODE_PATTERN.fullmatch(value) else 1)
        for value in values
    ]
    usual = USUAL_NAME_WEIGHT if USUAL_NAMES.fullmatch(name.strip()) else 1
    return sum(lengths) / len(lengths) * len(set(values)) / len(values) * usual
