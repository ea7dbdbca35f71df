"""Find the rows of a corpus by text, by number and by id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ...corpus import LeftOut
from ...corpus.tables import as_text
from ...utils import normal_text

ID_NAME = re.compile(
    r"(?i)(?:.*[\W_])?(?:id|ids|id_str|uuid|guid|key|nr|no|num|number|index|hash|ref|reference)"
    r"|.*[a-z](?-i:Id|ID|Nr|No|Key|UUID)"
)
"""Names of columns of ids: "id", "ticket_id", "ResponseId", "data.id", "Nr"."""


@dataclass(frozen=True, eq=False)
class TextRows:
    """The texts of a corpus, to find their rows.

    Attributes
    ----------
    texts : sequence of n str
    metadata : DataFrame of n rows, optional
    source_rows : int array (n,), optional
        Row of each text in the uploaded file.
    left_out : LeftOut, optional
        The row number and the ids of a copy find its original.
    """

    texts: Sequence[str]
    metadata: pd.DataFrame | None = None
    source_rows: np.ndarray | None = None
    left_out: LeftOut | None = None

    @cached_property
    def by_text(self) -> dict[str, list[int]]:
        """Rows of the texts of each normal form, ascending."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, text in enumerate(self.texts):
            rows[normal_text(text)].append(row)
        return dict(rows)

    @cached_property
    def ids(self) -> dict[str, dict[str, int]]:
        """Row of each value of the metadata columns of ids, whose values are all different."""
        found = {}
        metadata = pd.DataFrame() if self.metadata is None else self.metadata
        for name, column in metadata.items():
            if ID_NAME.fullmatch(str(name).strip()) and column.notna().all() and column.is_unique:
                copies = [] if self.left_out is None else self.left_out.metadata[name].tolist()
                found[plain_name(str(name))] = self._with_copies(copies, column.tolist())
        return found

    def key_of(self, text: str) -> str:
        """Return the normal form of a text; without the apostrophe that keeps a spreadsheet from calculating.

        The apostrophe is dropped only where no text of the corpus has it.
        """
        key = normal_text(text)
        bare = key[1:]
        if key[:1] == "'" and bare[:1] in tuple("=+-@") and key not in self.by_text:
            return bare
        return key

    def keys_in(self, table: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return for each column of row numbers or ids the corpus row of each entry, -1 for none.

        The columns are `row` (from 0, as Refract exports it), `source_row`, and those of ids that the corpus
        has too; the best first.
        """
        found: dict[str, np.ndarray] = {}
        source = None
        if self.source_rows is not None:
            copies = [] if self.left_out is None else self.left_out.source_rows.tolist()
            source = self._with_copies(copies, self.source_rows.tolist())
        known = {"row": {str(row): row for row in range(len(self.texts))}, "source_row": source or {}}
        plain = {plain_name(name): name for name in map(str, reversed(table.columns))}
        for name, rows in {**known, **self.ids}.items():
            if rows and name in plain:
                values = table[plain[name]].tolist()
                entries = np.array([rows.get(id_text(value), -1) for value in values], dtype=np.int64)
                if (entries >= 0).any():
                    found[plain[name]] = entries
        return found

    def _with_copies(self, copies: list, values: list) -> dict[str, int]:
        """Return the row of each value of the texts, and of the values of their copies."""
        originals = [] if self.left_out is None else self.left_out.copy_of.tolist()
        rows = {id_text(value): row for value, row in zip(copies, originals, strict=True) if row >= 0}
        return rows | {id_text(value): row for row, value in enumerate(values)}


def plain_name(name: str) -> str:
    """Return the name of a column in lower case, without the record that it is part of: "data.ID" is "id"."""
    return re.sub(r"[\W_]+", "_", name.rpartition(".")[2].strip().casefold()).strip("_")


def id_text(value: object) -> str:
    """Return an id as a string; 7.0 is "7"."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = as_text(value).strip()
    return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text
