"""A space: embeddings with their neighbour graph and map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.neighbours import Graph


@dataclass(frozen=True)
class Space:
    """The generic or a reshaped space of a corpus of n texts.

    Attributes
    ----------
    vectors : float32 array (n, d)
    graph : Graph
    map : float32 array (n, 2)
    """

    vectors: np.ndarray
    graph: Graph
    map: np.ndarray
