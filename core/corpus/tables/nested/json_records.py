"""Find the rows of a JSON document: a list of records under any key, or a shape that pandas writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from ..raw_table import FIRST_ROWS
from .nested_columns import Columns, columns_of_records, columns_of_values

MOST_LEVELS = 4
"""Of keys above a list of records."""

FEW_RECORDS, MANY_TIMES = 3, 10
"""So few records are looked into for a list that is so many times longer."""

LEAST_ROWS = 3  # of a list that is offered in place of the longest
MOST_OFFERED = 20
ALIKE = 0.5
"""Share of their fields that records under one key each must hold, on average."""

# Weights of the number of rows: which list holds the records, when a document has several.
RECORDS, ROWS_OF_VALUES, STRINGS, SINGLE_VALUES = 1.0, 0.5, 0.1, 0.05

NAMES_OF_COLUMNS = ("columns", "fields", "headers", "header", "cols", "column_names")
ROWS_BESIDE_NAMES = ("data", "rows", "values", "records", "results")
ROW_LABEL = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d(-\d\d.*)?")
"""Number or date: the name of a row rather than of a column."""

LONGEST_NAME = 60  # characters: a longer one is more likely a text
USUAL_KEY = "data"  # no note says that the records were under it
WHOLE = "(whole document)"
"""Stands for the keys above a table that is the document itself."""

EACH_KEY = "(each key)"
"""Stands for the keys of lists that are joined."""

KEY = "key"  # name of the column with the keys of joined lists
TEXT = "text"  # name of a column of bare strings


@dataclass(frozen=True)
class Rows:
    """A table in a document, read when it is wanted.

    Attributes
    ----------
    path : str
        Keys above it, such as "result.reviews"; `WHOLE` for the document itself.
    weight : float
        Larger for the likelier table of a document.
    n_rows : int
    read : callable
        Returns its columns; takes the row with the names, 0 for none, where a person chose it.
    first_rows : list of lists
        For a list of rows: the first ones, as they stand.
    header_row : int or None
        For a list of rows: the row with the names, 0 for none.
    notes : list of str
    """

    path: str
    weight: float
    n_rows: int
    read: Callable[[int | None], Columns]
    first_rows: list[list] = field(default_factory=list)
    header_row: int | None = None
    notes: list[str] = field(default_factory=list)


def find_rows(document: object) -> list[Rows]:
    """Return the tables of a document, the likeliest first; none for a document of another shape."""
    found = list(_tables(document, WHOLE, MOST_LEVELS))
    if isinstance(document, list) and 0 < len(document) <= FEW_RECORDS:
        found += [
            inner
            for number, item in enumerate(document, start=1)
            if isinstance(item, Mapping)
            for inner in _tables(item, str(number), MOST_LEVELS)
            if inner.weight >= max(MANY_TIMES * len(document) * RECORDS, LEAST_ROWS)
        ]
    return sorted(found, key=lambda rows: -rows.weight)


def note_on_choice(rows: Rows, found: Sequence[Rows]) -> list[str]:
    """Return a sentence that says which list was read, and which others are in the document."""
    if rows.path.endswith(EACH_KEY):
        return []  # a note of its own says so
    lists = [other for other in found if other is not rows and not other.path.endswith(EACH_KEY)]
    others = [other for other in lists if other.n_rows >= LEAST_ROWS][:5]
    if rows.path in (WHOLE, USUAL_KEY) and not others:
        return []
    where = "of the whole document" if rows.path == WHOLE else f"under the key “{rows.path}”"
    also = ", ".join(f"“{other.path}” ({other.n_rows:,})" for other in others)
    return [
        f"The rows are those {where} ({rows.n_rows:,})" + (f"; also in the file: {also}." if also else ".")
    ]


def paths_to_choose(found: Sequence[Rows]) -> tuple[str, ...]:
    """Return the keys of the tables of a document; none where there is no choice."""
    paths = dict.fromkeys(rows.path for rows in found if rows.n_rows >= LEAST_ROWS)
    return tuple(paths)[:MOST_OFFERED] if len(paths) > 1 else ()


def _tables(node: object, path: str, levels: int) -> Iterator[Rows]:
    """Yield the tables in a part of a document."""
    if isinstance(node, list):
        rows = _list_of_rows(node, path)
        if rows:
            yield rows
        return
    if not isinstance(node, Mapping) or not node:
        return
    whole = _named_rows(node, path) or _rows_by_key(node, path)
    if whole:
        yield whole
        return
    names = _names_of_columns(node)
    if names:
        yield _lists_as_columns(node, names, path)
    yield from filter(None, (_single_values(node, path), _joined_lists(node, path)))
    if levels:
        for key, value in node.items():
            if isinstance(value, list | Mapping) and key not in names:
                yield from _tables(value, _below(path, key), levels - 1)


def _below(path: str, key: object) -> str:
    return str(key) if path == WHOLE else f"{path}.{key}"


def _list_of_rows(items: list, path: str) -> Rows | None:
    """Read a list of records, of texts, or of rows; None for a list of anything else."""
    kinds = set(map(type, items))
    if not items or not kinds & {dict, str, list}:
        return None
    if kinds <= {dict, str, type(None)}:
        records = [item if isinstance(item, dict) else {} if item is None else {TEXT: item} for item in items]
        weight = (RECORDS if dict in kinds else STRINGS) * len(items)
        return Rows(path, weight, len(items), lambda _: columns_of_records(records))
    if kinds != {list}:
        return None
    inner = set(map(type, chain.from_iterable(items)))
    if inner and inner <= {dict, type(None)}:  # lists of records, such as the pages of an answer
        return _list_of_rows(list(chain.from_iterable(items)), path)
    if str not in inner:
        return None
    width = max(map(len, items))
    rows = [row + [None] * (width - len(row)) for row in items]
    header = 1 if _has_header(rows) else 0

    def read(chosen: int | None) -> Columns:
        at = header if chosen is None else min(chosen, len(rows))
        names = rows[at - 1] if at else [f"column {number}" for number in range(1, width + 1)]
        return columns_of_values(names, map(list, zip(*rows[at:], strict=True)))

    note = "The first row was read as the names of the columns." if header else "No row names the columns."
    return Rows(path, ROWS_OF_VALUES * len(rows), len(rows) - header, read, rows[:FIRST_ROWS], header, [note])


def _has_header(rows: list[list]) -> bool:
    """Return whether the first row names the columns: short strings above values of another kind."""
    names, below = rows[0], rows[1:200]
    if not below or not all(isinstance(name, str) and name.strip() for name in names):
        return False
    if len(set(names)) < len(names) or max(map(len, names)) > LONGEST_NAME:
        return False
    columns = [
        [row[position] for row in below if row[position] is not None] for position in range(len(names))
    ]
    if any(column and not any(isinstance(value, str) for value in column) for column in columns):
        return True
    if any(name in column for name, column in zip(names, columns, strict=True)):
        return False
    return any(
        column and sum(len(str(value)) for value in column) > 2 * len(name) * len(column)
        for name, column in zip(names, columns, strict=True)
    )


def _named_rows(node: Mapping, path: str) -> Rows | None:
    """Read rows whose names stand beside them: pandas' orients "split" and "table", answers of databases."""
    names = _names_beside(node)
    data = next((node[key] for key in ROWS_BESIDE_NAMES if isinstance(node.get(key), list)), None)
    schema = node.get("schema")
    if isinstance(schema, Mapping) and isinstance(schema.get("fields"), list) and data:
        keys = schema.get("primaryKey", [])
        keys = [keys] if isinstance(keys, str) else keys
        if not all(isinstance(row, dict) for row in data):
            return None
        useless = {key for key in keys if _is_count([row.get(key) for row in data])}
        records = [{key: value for key, value in row.items() if key not in useless} for row in data]
        return Rows(path, RECORDS * len(data), len(data), lambda _: columns_of_records(records))
    index = node.get("index")
    if data and isinstance(index, list) and len(index) == len(data) and names is None:
        if any(isinstance(value, list | dict) for value in data):
            return None
        name = node.get("name") if isinstance(node.get("name"), str) else TEXT  # a pandas Series
        return _with_index(path, index, len(data), lambda: columns_of_values([name], [data]))
    if not data or names is None:
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in data):
        return None
    return _with_index(
        path,
        index if isinstance(index, list) and len(index) == len(data) else None,
        len(data),
        lambda: columns_of_values(names, map(list, zip(*data, strict=True))),
    )


def _names_beside(node: Mapping, levels: int = 2) -> list[str] | None:
    """Return the names of columns in a mapping, or in one inside it, such as `meta.view.columns`."""
    for key in NAMES_OF_COLUMNS:
        names = node.get(key)
        if not isinstance(names, list) or not names:
            continue
        if all(isinstance(name, Mapping) and isinstance(name.get("name"), str) for name in names):
            return [name["name"] for name in names]
        if all(isinstance(name, list) for name in names):  # of a pandas MultiIndex
            return [" ".join(map(str, filter(None, name))) for name in names]
        if not any(isinstance(name, Mapping) for name in names):
            return [str(name) for name in names]
    inner = (
        _names_beside(value, levels - 1) for value in node.values() if levels and isinstance(value, Mapping)
    )
    return next(filter(None, inner), None)


def _rows_by_key(node: Mapping, path: str) -> Rows | None:
    """Read records under a key each (pandas' orient "index"), or columns by row (orient "columns")."""
    inner = [value for value in node.values() if value is not None]
    if not inner or not all(isinstance(value, Mapping) for value in inner):
        return None
    keys = Counter(chain.from_iterable(inner))
    if not keys or sum(keys.values()) < ALIKE * len(keys) * len(inner):
        return None
    if len(node) == 1 and not all(map(ROW_LABEL.fullmatch, keys)):
        return None  # a key above anything
    lists = sum(isinstance(value, list | Mapping) for record in inner for value in record.values())
    if not any(isinstance(value, str) for record in inner for value in record.values()) and lists:
        return None  # keys above lists, such as the parts of a data set
    if _outer_are_rows(node, inner, keys):
        records = [value or {} for value in node.values()]
        return _with_index(path, list(node), len(node), lambda: columns_of_records(records))
    labels = list(keys)
    columns = [[(column or {}).get(label) for label in labels] for column in node.values()]
    return _with_index(path, labels, len(labels), lambda: columns_of_values(list(node), columns))


def _outer_are_rows(node: Mapping, inner: list[Mapping], keys: Counter[str]) -> bool:
    """Return whether the outer keys of a mapping of mappings are rows and the inner ones columns."""
    outer_label = all(map(ROW_LABEL.fullmatch, node))
    inner_label = all(map(ROW_LABEL.fullmatch, keys))
    if outer_label != inner_label:
        return outer_label
    if len(set(keys.values())) > 1:
        return True  # columns have a value, or null, in each row
    by_outer = _unity([list(record.values()) for record in inner])
    by_inner = _unity([[record.get(key) for record in inner] for key in keys])
    if by_outer != by_inner:
        return by_inner > by_outer
    return len(inner) > len(keys)


def _unity(groups: list[list]) -> float:
    """Return the share of the values that have the commonest type of their group."""
    n_common = n_values = 0
    for group in groups:
        kinds = Counter("number" if type(value) in (int, float) else type(value) for value in group)
        del kinds[type(None)]
        n_common += max(kinds.values(), default=0)
        n_values += sum(kinds.values())
    return n_common / max(n_values, 1)


def _with_index(path: str, index: Sequence | None, n_rows: int, read: Callable[[], Columns]) -> Rows:
    """Read a table with its row labels as the column "index", unless they only count the rows."""

    def with_index(_: int | None) -> Columns:
        columns = read()
        if index is not None and not _is_count(index):
            labels = columns_of_values(["index"], [list(index)])
            columns.names += labels.names
            columns.values += labels.values
        return columns

    return Rows(path, RECORDS * n_rows, n_rows, with_index)


def _is_count(index: Sequence) -> bool:
    """Return whether row labels are 0, 1, 2, … or 1, 2, 3, …."""
    labels = [str(label) for label in index]
    return any(labels == [str(start + row) for row in range(len(labels))] for start in (0, 1))


def _names_of_columns(node: Mapping) -> list[str]:
    """Return the keys of lists of one length that stand side by side, one of them with strings only."""
    lists = {key: value for key, value in node.items() if isinstance(value, list) and value}
    groups: dict[int, list[str]] = {}
    for key, value in lists.items():
        groups.setdefault(len(value), []).append(key)
    groups = {
        n: keys
        for n, keys in groups.items()
        if len(keys) > 1 and any({str} <= set(map(type, lists[key])) <= {str, type(None)} for key in keys)
    }
    return groups[max(groups)] if groups else []


def _lists_as_columns(node: Mapping, names: list[str], path: str) -> Rows:
    n_rows = len(node[names[0]])
    return Rows(path, RECORDS * n_rows, n_rows, lambda _: columns_of_values(names, [node[n] for n in names]))


def _joined_lists(node: Mapping, path: str) -> Rows | None:
    """Read lists of texts, or of alike records, under a key each: a label, or a part of a data set.

    Lists of texts of different lengths are more likely that than anything else.
    """
    lists = {key: value for key, value in node.items() if isinstance(value, list) and value}
    kinds = {kind for value in lists.values() for kind in map(type, value)}
    if len(lists) < 2 or kinds not in ({str}, {dict}):
        return None
    fields = [set(chain.from_iterable(value)) for value in lists.values()] if kinds == {dict} else []
    if fields and len(set.intersection(*fields)) < ALIKE * len(set.union(*fields)):
        return None
    records = [
        {**(item if isinstance(item, dict) else {TEXT: item}), KEY: key}
        for key, value in lists.items()
        for item in value
    ]
    certain = kinds == {str} and len(lists) == len(node) and len(set(map(len, lists.values()))) > 1
    note = f"The lists under each key were joined; the column “{KEY}” says which one a row was in."
    return Rows(
        EACH_KEY if path == WHOLE else f"{path} {EACH_KEY}",
        (RECORDS if certain else SINGLE_VALUES) * len(records),
        len(records),
        lambda _: columns_of_records(records),
        notes=[note],
    )


def _single_values(node: Mapping, path: str) -> Rows | None:
    """Read a mapping of row label to text, such as a pandas Series."""
    values = list(node.values())
    kinds = set(map(type, values))
    labelled = all(map(ROW_LABEL.fullmatch, node))
    if len(node) < LEAST_ROWS or str not in kinds or not kinds <= {str, type(None), int, float, bool}:
        return None
    if not labelled and not kinds <= {str, type(None)}:
        return None
    rows = _with_index(path, list(node), len(node), lambda: columns_of_values([TEXT], [values]))
    note = "Each key of the file was read as a row, with its value as the text."
    return Rows(path, SINGLE_VALUES * len(node), len(node), rows.read, notes=[note])
