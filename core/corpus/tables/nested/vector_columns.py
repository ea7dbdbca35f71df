"""Columns whose values are vectors: lists of numbers, such lists written as strings, a column a number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

LEAST_NUMBERS = 8
"""In a vector; shorter lists are coordinates, ratings and the like."""

NEARLY_ALL = 0.9
"""Share of the filled rows that must hold a vector of the same length."""

LEAST_COLUMNS = 32
"""Of decimal numbers, with names such as "emb_0", "emb_1", …, that are a vector in each row."""

NUMBERED_NAME = re.compile(r"(.*?)[ _.\-]?(0|[1-9]\d*)")
LONGEST_NAME = 200  # characters of a name that counts
SAMPLE_ROWS = 20
BRACKETS = " \t\r\n[](){}"
NUMBERS_ONLY = re.compile(r"[\[({\s]*+[-+]?\.?\d[-+.\deE,;\snaifNAIF]*+[\])}\s]*+")

_NUMBER = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
WRITTEN_VECTOR = re.compile(
    rf"[\[({{][ \t]*{_NUMBER}(?:[,; \t]+{_NUMBER}){{7,}}[ \t]*[\])}}]"
    r"|(?<![\w.;])[-+]?\d+\.\d+(?:;[-+]?\d+\.\d+){7,}(?![\w.;])"
)


def stack_vectors(values: Sequence[object]) -> np.ndarray | None:
    """Return lists of numbers as vectors: float32 array (n, d); None where the values are no vectors.

    Parameters
    ----------
    values : sequence of n values
        Lists of numbers, None where a row has none; NumPy arrays serve too. Rows of another length, and rows
        without a list, become NaN.
    """
    filled = [row for row, value in enumerate(values) if value is not None]
    if not filled or not all(_is_vector(value) for value in _spread([values[row] for row in filled])):
        return None
    lengths = {row: len(value) for row in filled if isinstance(value := values[row], list | np.ndarray)}
    width, n_usual = Counter(lengths.values()).most_common(1)[0]
    if width < LEAST_NUMBERS or n_usual < NEARLY_ALL * len(filled):
        return None
    usual = [row for row, length in lengths.items() if length == width]
    vectors = np.full((len(values), width), np.nan, dtype=np.float32)
    try:
        with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite
            vectors[usual] = np.array([values[row] for row in usual], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return vectors


def hide_vectors(sample: str) -> str:
    """Return the text of a file with 0 for each vector, whose commas and semicolons delimit no values."""
    return WRITTEN_VECTOR.sub("0", sample)


def take_vectors(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Split a table into its other columns, and the columns that are vectors.

    These are columns of strings such as "[0.1, 0.2, …]", also with blanks or semicolons between the numbers,
    or in other brackets (without brackets the numbers need decimals); or many columns of decimal numbers
    whose names count.

    Returns
    -------
    DataFrame, dict of str to float32 array (n, d)
        By the name of the column; rows without a vector are NaN.
    """
    found = {}
    for name in frame.columns:
        column = frame[name]
        if not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
            continue
        filled = column.dropna()
        sample = list(filled.iloc[:: -(-len(filled) // SAMPLE_ROWS) or 1])
        if sample and sum(map(is_vector_text, sample)) >= NEARLY_ALL * len(sample):
            strings = column.to_numpy(dtype=object, na_value=None)
            vectors = stack_vectors([None if text is None else _parse(text) for text in strings])
            if vectors is not None:
                found[str(name)] = vectors
    frame = frame.drop(columns=list(found))
    for name, columns in _counting_columns(frame).items():
        found[name] = frame[columns].to_numpy(dtype=np.float32, na_value=np.nan)
        frame = frame.drop(columns=columns)
    return frame, found


def _counting_columns(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return the columns of decimal numbers whose names count from 0 or 1, by their first and last name."""
    groups: dict[str, dict[int, str]] = {}
    for name in frame.columns:
        match = NUMBERED_NAME.fullmatch(str(name)) if len(str(name)) <= LONGEST_NAME else None
        if match and frame[name].dtype == np.float64:
            groups.setdefault(match[1], {})[int(match[2])] = name
    found = {}
    for columns in groups.values():
        numbers = sorted(columns)
        counting = numbers in (list(range(len(numbers))), list(range(1, len(numbers) + 1)))
        if len(numbers) >= LEAST_COLUMNS and counting and _are_decimal(frame[list(columns.values())]):
            names = [columns[number] for number in numbers]
            found[f"{names[0]} … {names[-1]}"] = names
    return found


def _are_decimal(columns: pd.DataFrame) -> bool:
    """Return whether nearly all numbers of a sample have decimals: ratings are whole."""
    values = columns.iloc[:: -(-len(columns) // SAMPLE_ROWS) or 1].to_numpy()
    values = values[np.isfinite(values)]
    return len(values) > 0 and float((values != np.round(values)).mean()) >= NEARLY_ALL


def is_vector_text(text: object) -> bool:
    """Return whether a string looks like a vector; its length is not compared with those of others."""
    if not isinstance(text, str) or not NUMBERS_ONLY.fullmatch(text):
        return False
    bare = text.strip(BRACKETS)
    numbers = re.split(r"[,;\s]+", bare)
    return len(numbers) >= LEAST_NUMBERS and (text.strip()[0] in "[({" or "." in bare)


def notes_on_vectors(vectors: dict[str, np.ndarray]) -> list[str]:
    """Return a sentence on each column of vectors."""
    notes = []
    for name, array in vectors.items():
        n_missing = int(np.isnan(array).any(axis=1).sum())
        without = f" (rows without one: {n_missing:,})" if n_missing else ""
        notes.append(
            f"The column “{name}” holds vectors of {array.shape[1]:,} numbers{without}: it can serve as the "
            "vectors of the texts, and is not kept as a column."
        )
    return notes


def _parse(text: str) -> np.ndarray | None:
    """Return the numbers of a string; None where it holds anything else."""
    bare = text.strip(BRACKETS).replace(";", ",")
    try:
        return np.fromstring(bare, sep="," if "," in bare else " ")
    except ValueError:
        return None


def _is_vector(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.ndim == 1 and value.dtype.kind in "fiu"
    return isinstance(value, list) and all(
        item is None or (isinstance(item, int | float) and not isinstance(item, bool)) for item in value
    )


def _spread(values: Iterable[object]) -> list[object]:
    """Return up to `SAMPLE_ROWS` values, spread evenly."""
    values = list(values)
    return values[:: -(-len(values) // SAMPLE_ROWS) or 1]
