"""Make column names unique strings and give each column one type."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .written_columns import read_written, whole_numbers


@dataclass(frozen=True, eq=False)
class Tidied:
    """Table with unique names and typed columns.

    Attributes
    ----------
    frame : DataFrame of n rows
    notes : list of str
    before : dict of str to Series
        Columns that an earlier version of Refract left as strings, as it read them.
    day_first : bool or None
        The order taken for dates that can be read in either; None where there are none.
    """

    frame: pd.DataFrame
    notes: list[str]
    before: dict[str, pd.Series] = field(default_factory=dict)
    day_first: bool | None = None


def tidy_frame(
    frame: pd.DataFrame,
    *,
    delimiter: str | None = None,
    day_first: bool | None = None,
    text_columns: frozenset[str] = frozenset(),
) -> Tidied:
    """Make names unique, and give each column one type.

    Parameters
    ----------
    frame : DataFrame
    delimiter : str or None
        Of a file whose values are all strings; None for a format with types, in which a string such as "12"
        stays one.
    day_first : bool or None
        Whether a person chose that 3/1/2024 is the third of January.
    text_columns : frozenset of str
        Columns of strings that stay strings.
    """
    names, notes = unique_names(list(frame.columns))
    columns, of_strings = {}, set(names if delimiter is not None else ())
    for position, name in enumerate(names):
        column = frame.iloc[:, position]
        columns[name] = tidy_column(column)
        if _has_numbers(column):
            of_strings.add(name)
    others = {name: column for name, column in columns.items() if name not in text_columns}
    written = read_written(others, of_strings=of_strings, delimiter=delimiter, day_first=day_first)
    columns |= written.columns
    return Tidied(pd.DataFrame(columns), notes + written.notes, written.before, written.day_first)


def _has_numbers(column: pd.Series) -> bool:
    """Return whether a column mixes numbers with strings, as cells of a spreadsheet do."""
    return column.dtype == object and any(
        isinstance(value, int | float) and value == value for value in column.to_numpy()
    )


def unique_names(names: list[object]) -> tuple[list[str], list[str]]:
    """Return unique names, and notes: a missing name becomes "column 3", a second "x" becomes "x (2)"."""
    named = []
    for position, name in enumerate(names, start=1):
        missing = name is None or (isinstance(name, float) and np.isnan(name))
        named.append(("" if missing else clean_text(str(name)).strip()) or f"column {position}")
    in_file, repeated = set(named), []
    unique: dict[str, None] = {}  # a dict keeps the order
    numbers: dict[str, int] = {}
    for name in named:
        number, candidate = numbers.get(name, 1), name
        # A later column that is called "x (2)" in the file keeps its name.
        while candidate in unique or (number > 1 and candidate in in_file):
            number += 1
            candidate = f"{name} ({number})"
        numbers[name] = number
        if number > 1:
            repeated.append(f"“{candidate}”")
        unique[candidate] = None
    notes = [f"Columns of the same name were renamed: {', '.join(repeated)}."] if repeated else []
    return list(unique), notes


def tidy_column(column: pd.Series) -> pd.Series:
    """Return a column of one type: numbers, truth values or dates, anything else as strings."""
    column = column.reset_index(drop=True)
    if isinstance(column.dtype, pd.StringDtype):
        return column.astype("str")
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    try:
        if kind == "integer":
            return whole_numbers(pd.array(column.to_numpy(dtype=object, na_value=None), dtype="Int64"))
        if kind in ("floating", "mixed-integer-float", "decimal"):
            return pd.Series(column.to_numpy(dtype=np.float64, na_value=np.nan))
        if kind == "boolean":
            return pd.Series(column, dtype="boolean" if column.isna().any() else "bool")
        if kind in ("datetime", "datetime64"):
            return pd.to_datetime(column)
    except (ValueError, TypeError, OverflowError):
        pass  # for example whole numbers beyond 64 bits: kept as strings
    missing = column.isna().to_numpy()
    values = column.to_numpy(dtype=object)
    texts = [None if gone else as_text(value) for value, gone in zip(values, missing, strict=True)]
    return pd.Series(texts, dtype="str")


def column_of_strings(values: list[str | None]) -> pd.Series:
    """Return a column of a format without types; `tidy_frame` finds its numbers and dates."""
    return pd.Series(values, dtype="str")


def as_text(value: object) -> str:
    """Return a value as a string; lists and records as JSON."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    elif isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict | list | tuple):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return clean_text(str(value))


def clean_text(text: str) -> str:
    """Return a text without NULs and lone surrogates, which no file format can hold."""
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
