"""The neighbour graph of a reshaped space, found from that of the generic space."""

from __future__ import annotations

from functools import partial

import numpy as np

from .graph import Graph, build_graph, unit_rows
from .threads import cut_evenly, run_on_parts

FEWEST_TEXTS = 5_000
"""Texts from which the other graph is used: below, the exact search takes 0.2 s."""

SKETCH_DIMENSIONS = 48
"""Principal directions in which rows are compared first: they hold 95 % of a reshaped space."""

SKETCH_SAMPLE = 5_000
"""Texts, evenly over the corpus, whose principal directions these are."""

MARGIN_QUANTILE = 0.99
"""Share of the neighbours whose cosine in the sketch is too small by no more than the margin."""

REVERSE_LINKS = 15
"""Texts at most, of those that have a text as a neighbour, which are followed from it."""

MOST_ROUNDS = 6
"""Rounds at most: each finds the neighbours of neighbours."""

SETTLED = 0.005
"""Share of new neighbours in a round, 0 to 1, below which no other follows."""


def refine_graph(X: np.ndarray, near: Graph) -> Graph:
    """Build the k-nearest-neighbour graph of the rows of X from a graph of the same texts in another space.

    Nearest-neighbour descent: each text is compared with the neighbours of its neighbours, until hardly any
    is new. Candidates are compared in the main principal directions first. Below `FEWEST_TEXTS` texts the
    graph is that of `build_graph`. The same input gives the same graph, on any number of threads.

    22,495 requests reshaped by domain: 0.9 s of processor time in place of 9 s for the exact graph, of which
    it holds 98.5 %; the mean cosine of a neighbour is lower by 0.0003.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings of any length.
    near : Graph
        Where to start; the result has as many neighbours.

    References
    ----------
    Dong, Moses, Li: "Efficient k-nearest neighbor graph construction for generic similarity measures", WWW
    2011.
    """
    n_texts, k = near.indices.shape
    unit = unit_rows(X)
    if len(unit) != n_texts:
        raise ValueError(f"The graph joins {n_texts} texts, and there are {len(unit)} embeddings.")
    if n_texts < FEWEST_TEXTS or k == 0:
        return build_graph(unit, k)
    return _search(unit, near)


def compile_search() -> None:
    """Compile what `refine_graph` needs, for vectors that are mapped from disk, as those of a Fit are."""
    unit = unit_rows(np.random.default_rng(0).normal(size=(64, 64)))
    unit.setflags(write=False)
    _search(unit, build_graph(unit, 2))


def _search(unit: np.ndarray, near: Graph) -> Graph:
    """Return the graph of `refine_graph` for any number of texts."""
    from .descent_kernels import descend, rank_candidates, reverse_links

    n_texts, k = near.indices.shape
    unit = np.ascontiguousarray(unit)
    cuts = cut_evenly(np.ones(n_texts))
    indices = np.full((n_texts, k), -1, dtype=np.int32)
    similarities = np.full((n_texts, k), -2, dtype=np.float32)
    fresh = np.zeros((n_texts, k), dtype=bool)
    found = indices, similarities, fresh
    candidates = np.ascontiguousarray(near.indices, dtype=np.int32)
    run_on_parts(partial(rank_candidates, unit, candidates, *found), cuts)
    sketch = _sketch(unit)
    margin = _margin(sketch, indices, similarities)
    for _ in range(MOST_ROUNDS):
        links = reverse_links(indices, fresh, REVERSE_LINKS)
        before = indices.copy(), fresh.copy()
        fresh[:] = False
        run_on_parts(partial(descend, unit, sketch, margin, *before, *links, *found), cuts)
        if fresh.mean() < SETTLED:
            break
    if (indices[:, -1] < 0).any():  # the other graph joined too few texts
        return build_graph(unit, k)
    return Graph(indices, np.clip(similarities, -1, 1))


def _sketch(unit: np.ndarray) -> np.ndarray:
    """Return the rows in their main principal directions, not centred: cosines stay about the same."""
    sample = unit[:: -(-len(unit) // SKETCH_SAMPLE)]
    _, directions = np.linalg.eigh(sample.T @ sample)
    basis = np.ascontiguousarray(directions[:, ::-1][:, :SKETCH_DIMENSIONS])
    return np.ascontiguousarray(unit @ basis)


def _margin(sketch: np.ndarray, indices: np.ndarray, similarities: np.ndarray) -> np.float32:
    """Return by how much the cosine of a neighbour may be too small in the sketch."""
    rows = np.arange(0, len(sketch), -(-len(sketch) // SKETCH_SAMPLE))
    there = np.einsum("id,ikd->ik", sketch[rows], sketch[indices[rows]])
    return np.float32(np.quantile(similarities[rows] - there, MARGIN_QUANTILE))
