"""Estimates of tokens and time: how many texts are cut, how long encoding takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from core.encoders.base import Encoder
from core.encoders.spec import INPUT
from core.utils import MAX_CHARACTERS_PER_TOKEN, TYPICAL_CHARACTERS_PER_TOKEN, Progress

TOKENISED_TEXTS = 5_000
"""At most so many texts are tokenised, about a second when all are long; counts of more are scaled up."""

SECONDS_TO_LOAD = 4.0
TOKENS_PER_SECOND = {"bfloat16": 28_000, "float32": 8_000}
"""Measured on two cores with the default encoder, whose layers have `DEFAULT_WORK`."""

DEFAULT_WORK = 6 * 384**2
"""Number of layers times width squared."""

UNKNOWN_WORK = 12 * 768**2
"""Of a model without files or catalogue entry: a transformer of the usual base size."""

WEIGHT_BYTES_PER_WORK = 48
"""A layer has 12 weights of 4 bytes for each unit of squared width."""


def count_tokens(texts: Sequence[str], max_tokens: int) -> float:
    """Estimate the tokens of different texts, cut at a limit: one for 4 characters, and two marks a text."""
    return sum(min(len(text) / TYPICAL_CHARACTERS_PER_TOKEN + 2, max_tokens) for text in set(texts))


def count_long_texts(texts: Sequence[str], max_tokens: int, tokenizer_file: Path) -> int:
    """Count the texts with more tokens than a limit; torch is not loaded.

    Only texts with enough bytes are tokenised; of more than 5,000 such texts an even sample is, and the count
    is scaled up.

    Raises
    ------
    OSError
        When the tokeniser cannot be read.
    """
    from tokenizers import Tokenizer

    # A token has one byte at least, the marks at begin and end aside.
    candidates = [text for text in texts if _n_bytes(text) > max_tokens - 2]
    if not candidates:
        return 0
    step = -(-len(candidates) // TOKENISED_TEXTS)
    sample = [text[: max_tokens * MAX_CHARACTERS_PER_TOKEN] for text in candidates[::step]]
    try:
        tokenizer = Tokenizer.from_file(str(tokenizer_file))
    except Exception as error:  # the library raises plain Exception, also for a missing file
        raise OSError(str(error)) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens + 1)
    n_long = sum(len(encoding.ids) > max_tokens for encoding in tokenizer.encode_batch_fast(sample))
    return round(n_long * len(candidates) / len(sample))


def seconds_to_encode(
    texts: Sequence[str],
    *,
    max_tokens: int,
    work: int,
    bfloat16: bool,
    prompt: str = "",
    tokens_of_prompt: int = 0,
) -> float:
    """Estimate the seconds to load a model and encode texts on a processor of two cores.

    Meant for "3 seconds or 3 minutes?": a graphics card is many times faster. See `time_first_texts`.

    Parameters
    ----------
    texts : sequence of str
        Each different text counts once.
    max_tokens : int
        Where texts are cut.
    work : int
        Number of layers times width squared.
    bfloat16 : bool
        Number format: bfloat16, or float32.
    prompt : str, optional
        Encoded with each text; "" when unknown.
    tokens_of_prompt : int, default=0
        Of an unknown prompt.
    """
    known = len(prompt.replace(INPUT, "")) / TYPICAL_CHARACTERS_PER_TOKEN
    tokens = count_tokens(texts, max_tokens) + (known if prompt else tokens_of_prompt) * len(set(texts))
    rate = TOKENS_PER_SECOND["bfloat16" if bfloat16 else "float32"]
    return SECONDS_TO_LOAD + tokens / (rate * DEFAULT_WORK / work)


def time_first_texts(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    instruction: str | None = None,
    most: int = 16,
    progress: Progress | None = None,
) -> float:
    """Predict the seconds that a loaded encoder needs for texts, from the time for a few of them.

    More exact than `estimate_seconds`, for encoders that take minutes or hours. A little too high, because
    small batches are slower.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    instruction : str, optional
    most : int, default=16
        Texts that are encoded, of all lengths.
    progress : callable, optional
        Called with (texts done, texts to do); may raise `Cancelled`.
    """
    sample = sample_by_length(texts, most)
    if not sample:
        return 0.0
    encoder.encode(sample[:1], instruction=instruction)  # the first call initialises libraries
    start = time.perf_counter()
    encoder.encode(sample, instruction=instruction, progress=progress)
    seconds = time.perf_counter() - start
    return seconds * count_tokens(texts, encoder.max_tokens) / count_tokens(sample, encoder.max_tokens)


def sample_by_length(texts: Sequence[str], most: int) -> list[str]:
    """Return up to `most` different texts, evenly spaced by length."""
    different = sorted(set(texts), key=lambda text: (len(text), text))
    if len(different) <= most:
        return different
    last = len(different) - 1
    return [different[place * last // max(1, most - 1)] for place in range(most)]


def _n_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
