"""What the maps page shows now: one or two sides, the labels, and which texts the filters leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus import Corpus
from core.fits import Fit
from core.partitions import Partition
from core.spaces import Space
from core.store import Analysis


@dataclass(frozen=True, eq=False)
class Side:
    """One map with what belongs to it.

    Attributes
    ----------
    key : str
        "generic" or "analysis-3": the same for the same map, for widget keys.
    title : str
    space : Space
    fit : Fit or None
        None for the generic space.
    analysis : Analysis or None
        Whose reshaped space it is; None for the generic space.
    space_key : str
        Under which its results are kept.
    partition : Partition
        Its clusters as they are shown: after the choice of how fine, and after edits.
    """

    key: str
    title: str
    space: Space
    fit: Fit | None
    analysis: Analysis | None
    space_key: str
    partition: Partition


@dataclass(frozen=True, eq=False)
class MapView:
    """The state of the maps page.

    Attributes
    ----------
    corpus : Corpus of n texts
    sides : tuple of one or two Side, left first
    analysis : Analysis or None
        The one in use; labels given here go to it. It may not be fitted yet.
    labels : list of str
        Label names of the analysis in use, as they are now.
    given : int64 array (n,)
        Position in `labels`, -1 where none.
    shown : bool array (n,) or None
        Texts that pass the filters; None when there is no filter.
    """

    corpus: Corpus
    sides: tuple[Side, ...]
    analysis: Analysis | None
    labels: list[str]
    given: np.ndarray
    shown: np.ndarray | None = None

    @property
    def right(self) -> Side:
        """The reshaped side, or the only one."""
        return self.sides[-1]
