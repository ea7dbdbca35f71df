"""Validate the class codes that a transform is fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..errors import LabelError


class ReadLabels(NamedTuple):
    """Validated labels.

    Attributes
    ----------
    rows : ndarray of int, shape (n_labelled,)
        Row numbers of the labelled texts, ascending.
    codes : ndarray of int, shape (n_labelled,)
        Their classes, positions in `classes`.
    classes : ndarray of int, shape (n_classes,)
        Class codes in use, ascending.
    """

    rows: np.ndarray
    codes: np.ndarray
    classes: np.ndarray

    def seen_share(self, n_names: int) -> float:
        """Estimate the share of texts whose class was seen (Good and Turing): 1 - share of singletons.

        The first `n_names` classes have names, which count as one more label.
        """
        if len(self.rows) == 0:
            return 1.0
        sizes = np.bincount(self.codes, minlength=len(self.classes))
        sizes[:n_names] += 1
        return 1 - float((sizes[self.codes] == 1).mean())


def read_labels(y: np.ndarray, n_named: int = 0) -> ReadLabels:
    """Return the labelled rows of y; any negative code means unlabelled.

    Parameters
    ----------
    y : array of whole numbers, shape (n_texts,)
    n_named : int, default=0
        Codes 0 to n_named - 1 have names, and so are classes even without a labelled text.

    Raises
    ------
    LabelError
        When y holds anything but whole numbers, or there are fewer than two classes.
    """
    y = _whole_numbers(np.asarray(y))
    rows = np.flatnonzero(y >= 0)
    classes = np.union1d(y[rows], np.arange(n_named))
    if len(classes) == 0:
        raise LabelError("2 classes needed, got 0; label at least one text of each.")
    if len(classes) == 1:
        raise LabelError(f"2 classes needed, got 1 ({classes[0]}); label at least one text of another class.")
    return ReadLabels(rows, np.searchsorted(classes, y[rows]), classes)


def _whole_numbers(y: np.ndarray) -> np.ndarray:
    if y.dtype.kind in "iub":
        return y.astype(np.int64)
    try:
        numbers = y.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise LabelError(
            f"Labels of type {y.dtype} found; give whole numbers, one per class, and -1 where unlabelled."
        ) from error
    if not (np.isfinite(numbers) & (numbers == np.round(numbers))).all():
        raise LabelError(
            "Labels that are not whole numbers found; give one number per class, and -1 where unlabelled."
        )
    return numbers.astype(np.int64)


def read_views(
    views: Sequence[np.ndarray] | None, n_rows: int, n_views: int | None = None
) -> list[np.ndarray]:
    """Return the views as a list; [] where there are none.

    Raises
    ------
    ValueError
        When a view is not a table of n_rows rows, or there are not n_views of them.
    """
    found = [] if views is None else [np.asarray(view) for view in views]
    if n_views is not None and len(found) != n_views:
        raise ValueError(f"{len(found)} views found; give {n_views}, one for each view of the fitted texts.")
    for view in found:
        if view.ndim != 2 or len(view) != n_rows:
            raise ValueError(
                f"A view of shape {view.shape} found; {n_rows} rows, one for each vector, are needed."
            )
    return found
