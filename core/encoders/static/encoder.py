"""A static encoder: the vector of a text is the mean of the vectors of its tokens."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from ...utils import MAX_CHARACTERS_PER_TOKEN, Progress
from ..batching import check_texts
from ..prompts import FollowsInstructions, Wording

MOST_STATIC_TOKENS = 512
"""Tokens of a text that count."""

BLOCK_TEXTS = 4_096  # tokenised at once


class StaticEncoder:
    """A table of token vectors; follows `core.encoders.Encoder`. Torch is not loaded.

    Parameters
    ----------
    name : str
        Shown to people.
    key : str
        Provenance of the table.
    table : float32 array (n_vocabulary, n_dims)
    tokenizer_file : Path
    """

    follows_instructions: FollowsInstructions = "no"
    tasks: tuple[str, ...] = ()
    max_tokens = MOST_STATIC_TOKENS
    device = "cpu"

    def __init__(self, name: str, key: str, table: np.ndarray, tokenizer_file: Path) -> None:
        from tokenizers import Tokenizer

        self.name, self.key = name, key
        self.n_dims = table.shape[1]
        self._table = table
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        self._lock = threading.Lock()  # a query encodes a text in its own thread

    def prompt_for(self, instruction: str | None) -> str:
        """Return ""; refuse an instruction."""
        return Wording().prompt_for(instruction, self.name)

    def key_for(self, instruction: str | None) -> str:
        """Return `key`; refuse an instruction."""
        self.prompt_for(instruction)
        return self.key

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return the unit vectors of n texts, as `Encoder.encode`; of length 0 where no token is known."""
        check_texts(texts)
        self.prompt_for(instruction)
        vectors = np.empty((len(texts), self.n_dims), dtype=np.float32)
        for start in range(0, len(texts), BLOCK_TEXTS):
            some = texts[start : start + BLOCK_TEXTS]
            vectors[start : start + len(some)] = self._add_up(some)
            if progress is not None:
                progress(start + len(some), len(texts))
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    def _add_up(self, texts: Sequence[str]) -> np.ndarray:
        """Return the sum of the token vectors of each text."""
        longest = self.max_tokens * MAX_CHARACTERS_PER_TOKEN
        with self._lock:
            found = self._tokenizer.encode_batch_fast(
                [text[:longest] for text in texts], add_special_tokens=False
            )
        ids = [encoding.ids for encoding in found]
        ends = np.cumsum([0, *map(len, ids)])
        columns = np.fromiter((token for row in ids for token in row), dtype=np.int32, count=ends[-1])
        # A model may know more tokens than its table: those that were added later.
        columns = np.where(columns < len(self._table), columns, 0)
        ones = np.ones(len(columns), dtype=np.float32)
        return csr_matrix((ones, columns, ends), shape=(len(texts), len(self._table))) @ self._table
