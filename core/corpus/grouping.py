"""Groups of the texts of a corpus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Partition:
    """Partition of n texts: clusters, predicted labels, or the values of a column.

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
        """Return the texts of a group, ascending: int64 array."""
        return np.flatnonzero(np.asarray(self.codes) == code)

    def sizes(self) -> dict[int, int]:
        """Return the number of texts in each named group, in the order of `names`."""
        codes = np.asarray(self.codes)
        counts = np.bincount(codes[codes >= 0], minlength=max(self.names, default=-1) + 1)
        return {code: int(counts[code]) for code in self.names}
