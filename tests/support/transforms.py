"""Helpers of the tests of the transforms."""

import numpy as np

from core.neighbours import unit_rows
from core.transforms import Examples


def stored(arrays, folder):
    """Arrays as they come back from disk, read-only."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in arrays}


def distances(Z):
    return np.linalg.norm(Z[:, None] - Z[None], axis=2)


def examples_of(n, n_dims, n_classes, seed=0):
    """Examples in random directions, their classes in turn."""
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng.standard_normal((n, n_dims)).astype("f"))
    return Examples(rows, np.arange(n) % n_classes, np.ones(n), n_classes)
