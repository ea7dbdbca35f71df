"""Batches of texts of similar length, in a random order, so that the speed is even."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

from ..errors import EncoderUnavailable
from ..utils import TYPICAL_CHARACTERS_PER_TOKEN, Progress

MOST_PROMPT_SHARE = 0.5
"""Of the token limit: a longer instruction leaves too little room for the text."""

Result = TypeVar("Result")
CountTokens = Callable[[list[str]], Iterable[int]]


def make_batches(
    texts: Iterable[str],
    *,
    max_tokens: int,
    batch_tokens: int,
    most_texts: int,
    prompt_tokens: int = 0,
    count_tokens: CountTokens | None = None,
) -> list[list[str]]:
    """Return batches of texts of similar length and equal work, in a fixed random order.

    The random order lets any part of the work predict the time of the rest.

    Parameters
    ----------
    texts : iterable of str
        All different.
    max_tokens : int
        Texts are cut there.
    batch_tokens, most_texts : int
        Size of a batch.
    prompt_tokens : int, default=0
        Added to each text.
    count_tokens : callable, optional
        Returns the tokens of each text, which are estimated from its characters otherwise. Texts of as many
        characters differ in tokens: a batch is padded by 15 to 25 %, against 1 to 5 % where they are counted.
    """
    different = list(texts)
    if count_tokens is None:
        lengths = [len(text) // TYPICAL_CHARACTERS_PER_TOKEN + 3 for text in different]
    else:
        lengths = list(count_tokens(different))
    batches: list[list[str]] = []
    # Also by characters: texts of as many estimated tokens still differ.
    for length, _, text in sorted((n, len(text), text) for n, text in zip(lengths, different, strict=True)):
        tokens = min(max_tokens, length + prompt_tokens)
        most = min(most_texts, max(1, batch_tokens // tokens))
        if not batches or len(batches[-1]) >= most:
            batches.append([])
        batches[-1].append(text)
    order = np.random.default_rng(0).permutation(len(batches))
    return [batches[position] for position in order]


def encode_batches(
    texts: Sequence[str],
    encode_batch: Callable[[list[str]], Iterable[Result]],
    progress: Progress | None,
    *,
    count_tokens: CountTokens | None = None,
    **limits: int,
) -> list[Result]:
    """Return the result for each text, in their order; each different text is encoded once.

    Parameters
    ----------
    texts : sequence of n str
    encode_batch : callable
        Returns one result for each text of a batch. A batch that needs too much memory, as on a small
        graphics card, is encoded in halves.
    progress : callable or None
        Called after each batch with (texts done, n); may raise `Cancelled`.
    count_tokens, **limits
        As for `make_batches`.

    Raises
    ------
    EncoderUnavailable
        When memory runs out at a single text.
    """
    counts = Counter(texts)
    results: dict[str, Result] = {}
    done = 0
    for batch in make_batches(counts, count_tokens=count_tokens, **limits):
        results.update(zip(batch, _encode_in_memory(batch, encode_batch), strict=True))
        done += sum(counts[text] for text in batch)
        if progress is not None:
            progress(done, len(texts))
    return [results[text] for text in texts]


def _encode_in_memory(
    batch: list[str], encode_batch: Callable[[list[str]], Iterable[Result]]
) -> Iterable[Result]:
    """Results of a batch, or of its halves where memory runs out."""
    try:
        return encode_batch(batch)
    except (MemoryError, RuntimeError) as error:
        out_of_memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
        if not out_of_memory and "allocate memory" not in str(error):
            raise
        if len(batch) == 1:
            raise EncoderUnavailable(
                "Memory ran out while a single text was encoded: choose a smaller encoder, or close other "
                "programs."
            ) from error
    # Outside the except block: the error holds on to the memory of the batch.
    half = len(batch) // 2
    parts = (batch[:half], batch[half:])
    return [result for part in parts for result in _encode_in_memory(part, encode_batch)]


def check_texts(texts: Sequence[str]) -> None:
    """Refuse anything but strings.

    Raises
    ------
    TypeError
        For a single string, whose letters would be taken for texts, and for pairs of instruction and text.
    """
    if isinstance(texts, str):
        raise TypeError("texts are a list of strings, and one string was found: put it in a list")
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("texts are strings; an instruction is given once for all, as `instruction`")


def check_prompt_length(n_tokens: int, max_tokens: int, name: str) -> None:
    """Refuse an instruction that fills most of the token limit: all vectors would be alike.

    Raises
    ------
    EncoderUnavailable
    """
    most = int(max_tokens * MOST_PROMPT_SHARE)
    if n_tokens > most:
        raise EncoderUnavailable(
            f"The instruction takes {n_tokens:,} of the {max_tokens:,} tokens that fit in the encoder {name} "
            f"and hides the texts: shorten it to {most:,} tokens at most (about {most * 3 // 4:,} words)."
        )


def stack_vectors(rows: Sequence[np.ndarray], n_dims: int, name: str) -> np.ndarray:
    """Return the vectors of n texts as one array of finite numbers: float32 (n, n_dims).

    Raises
    ------
    EncoderUnavailable
    """
    vectors = np.array(rows, dtype=np.float32).reshape(len(rows), n_dims)
    if not np.isfinite(vectors).all():
        raise EncoderUnavailable(f"The encoder {name} gives vectors that are no numbers: choose another.")
    return vectors


def stack_views(rows: Sequence[np.ndarray], n_views: int, name: str) -> np.ndarray:
    """Return the views of n texts, each (n_views, n_hidden), as one float16 array (n_views, n, n_hidden).

    Raises
    ------
    EncoderUnavailable
        When a number is too large for float16, or none.
    """
    if not rows:
        return np.empty((n_views, 0, 0), dtype=np.float16)
    views = np.stack(rows, axis=1)
    if not np.isfinite(views).all():
        raise EncoderUnavailable(
            f"The encoder {name} has numbers in its hidden layers that are too large to keep: choose another."
        )
    return views
