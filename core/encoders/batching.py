"""Texts in batches: each different one once, like lengths together, in an order that can be timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from core.errors import EncoderUnavailable
from core.utils import Progress

TYPICAL_CHARACTERS_PER_TOKEN = 4

Result = TypeVar("Result")


def make_batches(
    texts: Iterable[str], *, max_tokens: int, batch_tokens: int, most_texts: int, more_tokens: int = 0
) -> list[list[str]]:
    """Return texts of like length together, in batches of like work, the batches in a fixed random order.

    Any stretch of the work is then like the whole, so that the time left can be told from the start.

    Parameters
    ----------
    texts : iterable of str
        Different ones.
    max_tokens : int
        Of a text that are read.
    batch_tokens, most_texts : int
        Size of a batch.
    more_tokens : int, default=0
        Read with each text, of an instruction.
    """
    batches: list[list[str]] = []
    for text in sorted(texts, key=lambda text: (len(text), text)):
        tokens = min(max_tokens, len(text) // TYPICAL_CHARACTERS_PER_TOKEN + 3 + more_tokens)
        most = min(most_texts, max(1, batch_tokens // tokens))
        if not batches or len(batches[-1]) >= most:
            batches.append([])
        batches[-1].append(text)
    order = np.random.default_rng(0).permutation(len(batches))
    return [batches[position] for position in order]


def work_through(
    texts: Sequence[str],
    batches: Callable[[Iterable[str]], list[list[str]]],
    read_batch: Callable[[list[str]], Iterable[Result]],
    progress: Progress | None,
) -> list[Result]:
    """Return the result of each text, in their order; each different text is read once.

    Parameters
    ----------
    texts : sequence of n str, as `check_texts` wants them
    batches : callable
        Puts the different texts into batches.
    read_batch : callable
        Returns one result for each text of a batch. A batch that takes more memory than there is, as on a
        small graphics card, is read in halves.
    progress : callable or None
        Called after each batch with (texts done, n); may raise `Cancelled`.

    Raises
    ------
    EncoderUnavailable
        When the memory is not enough for a single text.
    """
    counts = Counter(texts)
    results: dict[str, Result] = {}
    done = 0
    for batch in batches(counts):
        results.update(zip(batch, _read_in_memory(batch, read_batch), strict=True))
        done += sum(counts[text] for text in batch)
        if progress is not None:
            progress(done, len(texts))
    return [results[text] for text in texts]


def _read_in_memory(
    batch: list[str], read_batch: Callable[[list[str]], Iterable[Result]]
) -> Iterable[Result]:
    """ArtifactStore of a batch, or of its halves where memory runs out."""
    try:
        return read_batch(batch)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        if len(batch) == 1:
            raise EncoderUnavailable(
                "Memory ran out while a single text was read: choose a smaller encoder, or close other "
                "programs."
            ) from error
    # Here, as until the error is let go of, so is what the batch took.
    half = len(batch) // 2
    parts = (batch[:half], batch[half:])
    return [result for part in parts for result in _read_in_memory(part, read_batch)]


def is_out_of_memory(error: Exception) -> bool:
    """Whether memory ran out, of the machine or of its graphics card."""
    named = type(error).__name__ == "OutOfMemoryError" or "allocate memory" in str(error)
    return isinstance(error, MemoryError) or named


def check_texts(texts: Sequence[str]) -> None:
    """Refuse anything but strings.

    Raises
    ------
    TypeError
        A pair of instruction and text, or the letters of a single text, would be read as something else.
    """
    if isinstance(texts, str):
        raise TypeError("texts are a list of strings, and one string was found: put it in a list")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("texts are strings; an instruction is given once for all, as `instruction`")


def stack_vectors(rows: Sequence[np.ndarray], n_dims: int, name: str) -> np.ndarray:
    """Return the vectors of n texts as one array, checked to be numbers: float32 (n, n_dims).

    Raises
    ------
    EncoderUnavailable
    """
    result = np.empty((len(rows), n_dims), dtype=np.float32)
    for row, vector in enumerate(rows):
        result[row] = vector
    if not np.isfinite(result).all():
        raise EncoderUnavailable(f"The encoder {name} gives vectors that are no numbers: choose another.")
    return result
