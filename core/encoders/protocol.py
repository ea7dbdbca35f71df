"""What every encoder offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.keys import Progress


class Encoder(Protocol):
    """Turns texts into unit vectors.

    Attributes
    ----------
    name : str
    key : str, provenance of the vectors (model content, number format, device): same key, same vectors
    n_dims : int, length of a vector
    max_tokens : int, tokens of a text that are read; the rest of a longer one is cut
    """

    name: str
    key: str
    n_dims: int
    max_tokens: int

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> np.ndarray:
        """Unit vectors of n texts: float32 array (n, n_dims)."""
        ...
