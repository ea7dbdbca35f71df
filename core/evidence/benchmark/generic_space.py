"""The generic space of texts, as an encoder gives it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class GenericSpace(NamedTuple):
    """Vectors and views of texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_texts, n_dims)
    views : list of ndarray of float16, shape (n_texts, n_hidden)
        Hidden layers; [] where the encoder gives none.
    seconds : float
        To encode them.
    """

    vectors: np.ndarray
    views: list[np.ndarray]
    seconds: float
