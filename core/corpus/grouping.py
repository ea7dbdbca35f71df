"""A partition: which group each text belongs to, and what the groups are called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Partition:
    """Groups of the n texts of a corpus: clusters, predicted labels, or the values of a column.

    Attributes
    ----------
    codes : int32 array (n,)
        Group of each text; -1 for none.
    names : dict of int to str
        Name of each group that has texts, ascending codes; no two are equal.
    """

    codes: np.ndarray
    names: dict[int, str]

    def rows(self, code: int) -> np.ndarray:
        """Texts of a group, ascending: int64 array."""
        return np.flatnonzero(np.asarray(self.codes) == code)

    def sizes(self) -> dict[int, int]:
        """Number of texts of each named group, in the order of `names`."""
        codes = np.asarray(self.codes)
        counts = np.bincount(codes[codes >= 0], minlength=max(self.names, default=-1) + 1)
        return {code: int(counts[code]) for code in self.names}
