"""What every encoder offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np

from core.utils import Progress

FollowsInstructions = Literal["free text", "fixed tasks", "no"]
"""Which instructions change how an encoder reads a text: any, those of its own list, or none."""


class Encoder(Protocol):
    """Turns texts into unit vectors.

    Attributes
    ----------
    name : str
    key : str, provenance of the vectors (model content, number format, device): same key, same vectors
    n_dims : int, length of a vector
    max_tokens : int, tokens of a text that are read; the rest of a longer one is cut
    follows_instructions : "free text", "fixed tasks" or "no"
    tasks : tuple of str, the instructions that an encoder of fixed tasks takes; () for others
    """

    name: str
    key: str
    n_dims: int
    max_tokens: int
    follows_instructions: FollowsInstructions
    tasks: tuple[str, ...]

    def prompt_for(self, instruction: str | None) -> str:
        """Return what the model is given of an instruction, word for word; "" where that is nothing.

        Raises
        ------
        EncoderUnavailable
            When the encoder does not follow this instruction, or needs one.
        """
        ...

    def key_for(self, instruction: str | None) -> str:
        """Provenance of the vectors under an instruction; `key` where nothing is added to the texts."""
        ...

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Unit vectors of n texts: float32 array (n, n_dims)."""
        ...
