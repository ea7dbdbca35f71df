"""Count the different vectors of different texts: an encoder gives one vector to texts it cannot read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..neighbours import Graph
from ..utils import folded_text

SAME_COSINE = 1 - 1e-5
"""Cosine from which two vectors are one: the same tokens in another batch are rounded differently."""

DOUBTFUL_SHARE = 0.05
"""Share of the different texts without a vector of their own, from which a map is doubtful."""

BLOCK_ROWS = 10_000  # vectors in memory at once


@dataclass(frozen=True)
class DistinctVectors:
    """How many different vectors an encoder gave to different texts.

    Attributes
    ----------
    n_texts : int
        Different texts, by `folded_text`: many encoders read neither letter case nor accents.
    n_vectors : int
        Different vectors of these texts.
    """

    n_texts: int
    n_vectors: int

    @property
    def n_lost(self) -> int:
        """Texts without a vector of their own."""
        return self.n_texts - self.n_vectors

    @property
    def doubtful(self) -> bool:
        """Whether the encoder does not tell the texts apart well enough for a map."""
        return self.n_lost > DOUBTFUL_SHARE * self.n_texts


def count_distinct_vectors(texts: Sequence[str], vectors: np.ndarray, graph: Graph) -> DistinctVectors:
    """Count the different texts, and the different vectors that they have.

    Parameters
    ----------
    texts : sequence of n str
    vectors : float32 array (n, n_dims)
        Unit rows, or rows of 0.
    graph : Graph
        Of the vectors.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n_texts = len(texts)
    first: dict[int, int] = {}
    rounded = np.array(
        [first.setdefault(hash(row.tobytes()), number) for number, row in enumerate(_rounded(vectors))],
        dtype=np.int64,
    )
    near_rows, near = np.nonzero(np.asarray(graph.similarities) >= SAME_COSINE)
    starts = np.concatenate([np.arange(n_texts), near_rows])
    ends = np.concatenate([rounded, np.asarray(graph.indices)[near_rows, near]])
    same = coo_matrix((np.ones(len(starts), dtype=bool), (starts, ends)), shape=(n_texts, n_texts))
    _, group = connected_components(same, directed=False)
    rows_of = {folded_text(text): row for row, text in enumerate(texts)}
    return DistinctVectors(len(rows_of), len({int(group[row]) for row in rows_of.values()}))


def _rounded(vectors: np.ndarray) -> Iterator[np.ndarray]:
    """Yield each vector in thousandths, as int16: equal numbers are equal bytes."""
    for start in range(0, len(vectors), BLOCK_ROWS):
        block = np.asarray(vectors[start : start + BLOCK_ROWS], dtype=np.float32)
        yield from np.round(block * 1_000).astype(np.int16)
