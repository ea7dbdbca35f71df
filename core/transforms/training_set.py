"""The training set of a transform: labelled rows and class names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..neighbours import unit_rows


@dataclass(frozen=True)
class Examples:
    """Labelled rows and class names as training examples.

    Attributes
    ----------
    rows : ndarray of float32, shape (n_examples, n_dims)
        Unit rows.
    codes : ndarray of int, shape (n_examples,)
        Classes, 0 to n_classes - 1.
    counts : ndarray of float64, shape (n_examples,)
        Weight of each example, in labelled texts.
    """

    rows: np.ndarray
    codes: np.ndarray
    counts: np.ndarray
    n_classes: int

    def targets(self) -> np.ndarray:
        """Return the regression targets: 1 - 1 / n_classes for the class, -1 / n_classes for the others."""
        return np.eye(self.n_classes)[self.codes] - 1 / self.n_classes

    def weights(self) -> np.ndarray:
        """Return weights (n_examples,) of mean 1 per count; every class has the same total weight."""
        sizes = np.bincount(self.codes, weights=self.counts, minlength=self.n_classes)
        present = np.count_nonzero(sizes)
        return self.counts * (self.counts.sum() / (present * sizes[self.codes]))


def join_examples(
    rows: np.ndarray, codes: np.ndarray, names: np.ndarray, name_count: float, n_classes: int
) -> Examples:
    """Return labelled rows (n_labelled, n_dims), each with count 1, followed by names, as examples."""
    return Examples(
        np.vstack([rows, names]),
        # Names are of classes 0, 1, …, and these come first in the ascending list of classes.
        np.append(codes, np.arange(len(names))),
        np.append(np.ones(len(rows)), np.full(len(names), name_count)),
        n_classes,
    )


def thin_out(codes: np.ndarray, most: int) -> np.ndarray:
    """Return the positions of about `most` labels, ascending: evenly over each class, at least one of each.

    All are returned where there are no more than `most`; else at most that many and one for each class.
    """
    if len(codes) <= most:
        return np.arange(len(codes))
    order = np.argsort(codes, kind="stable")  # class after class, each in the order of the rows
    sizes = np.bincount(codes)
    place = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    share = most / len(codes)
    taken = (place == 0) | (np.floor((place + 1) * share) > np.floor(place * share))
    return np.sort(order[taken])


def name_directions(label_vectors: np.ndarray | None, n_dims: int) -> np.ndarray:
    """Return the unit directions from the mean of the names to each, float32 (n_names, n_dims).

    Raises
    ------
    ValueError
        When names and texts have different numbers of dimensions.
    """
    if label_vectors is None or len(label_vectors) == 0:
        return np.empty((0, n_dims), dtype=np.float32)
    vectors = np.asarray(label_vectors)
    if vectors.ndim != 2 or vectors.shape[1] != n_dims:
        raise ValueError(
            f"Label vectors of shape {vectors.shape} found; one row of {n_dims} numbers, "
            "as many as a text has, is needed for each class."
        )
    unit = unit_rows(vectors)
    return unit_rows(unit - unit.mean(axis=0))
