"""A space: embeddings with their neighbour graph and map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..neighbours import Graph
from ..utils import is_whole


@dataclass(frozen=True)
class Space:
    """The generic or a reshaped space of a corpus of n texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n, n_dims)
        Unit vectors, always: encoders return them, and a Fit scales its reshaped vectors.
    graph : Graph
        Nearest neighbours by cosine similarity.
    map : ndarray of float32, shape (n, 2)
    views : sequence of ndarray of float16, shape (n, n_hidden)
        Token means of hidden layers of the encoder, of the same texts; () where it gave none.
    """

    vectors: np.ndarray
    graph: Graph
    map: np.ndarray
    views: Sequence[np.ndarray] = ()

    @property
    def is_whole(self) -> bool:
        """Whether no file was cut short that it is mapped from: reading that would end the process."""
        graph = self.graph
        return is_whole(self.vectors, graph.indices, graph.similarities, self.map, *self.views)
