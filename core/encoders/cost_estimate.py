"""Estimates of tokens and time: how many texts are cut, how long encoding takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..utils import MAX_CHARACTERS_PER_TOKEN, TYPICAL_CHARACTERS_PER_TOKEN, Progress
from .base import Encoder, encode_like_corpus
from .spec import INPUT

TOKENISED_TEXTS = 5_000
"""At most so many texts are tokenised, about a second when all are long; counts of more are scaled up."""

FIRST_TIMED = 16
"""Texts of the first batch of `measure_speed`."""


def count_tokens(texts: Sequence[str], max_tokens: int, prompt: str = "") -> float:
    """Estimate the tokens of different texts, cut at a limit: one for 4 characters, and two marks a text.

    Those of a prompt, as `preview_prompt` returns it, come to each text.
    """
    of_prompt = len(prompt.replace(INPUT, "")) / TYPICAL_CHARACTERS_PER_TOKEN
    different = set(texts)
    found = sum(min(len(text) / TYPICAL_CHARACTERS_PER_TOKEN + 2, max_tokens) for text in different)
    return found + of_prompt * len(different)


class SpeedWatch:
    """Measure the tokens a second of an encoding by its progress.

    Called as a `Progress`, it passes each call on; the time that takes, as when a job is paused there, does
    not count. Where a run continues an earlier one, only what it encodes itself counts.

    Parameters
    ----------
    n_tokens : float
        Of all texts of the run, as `count_tokens` gives them.
    progress : Progress, optional
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        n_tokens: float,
        progress: Progress | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.n_tokens, self.progress, self.clock = n_tokens, progress, clock
        self._first: tuple[float, float] | None = None
        self._paused = 0.0
        self._last = clock(), 0.0

    def __call__(self, done: int, total: int) -> None:
        """Note how much is done now."""
        now = self.clock()
        last = now - self._paused, done / max(1, total)
        # The first batch shows how fast a short run is, and where a continued run began.
        self._first = self._first or (self._last if done >= total else last)
        self._last = last
        if self.progress is not None:
            self.progress(done, total)
            self._paused += self.clock() - now

    @property
    def tokens_per_second(self) -> float | None:
        """Tokens a second between the first call and the last; None before anything was measured."""
        if self._first is None:
            return None
        seconds, share = self._last[0] - self._first[0], self._last[1] - self._first[1]
        return share * self.n_tokens / seconds if seconds > 0 and share > 0 else None


def measure_speed(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    seconds: float = 1.0,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> float | None:
    """Return the tokens a second of a loaded encoder, measured on as many texts as it takes `seconds` for.

    Texts are encoded as those of a corpus, without an instruction. Each batch is twice as large as the one
    before it, so that the last one is as fast as a long run. None without texts.
    """
    different = list(dict.fromkeys(texts))
    if not different:
        return None
    encode_like_corpus(encoder, different[:1])  # the first call initialises libraries
    rate, size, start = None, FIRST_TIMED, 0
    end = clock() + seconds
    while start < len(different):
        batch = different[start : start + size]
        before = clock()
        encode_like_corpus(encoder, batch)
        after = clock()
        if after > before:
            rate = count_tokens(batch, encoder.max_tokens) / (after - before)
        start, size = start + size, 2 * size
        if progress is not None:
            progress(min(start, len(different)), len(different))
        if after >= end or len(different) - start < size // 2:
            break
    return rate


def count_long_texts(texts: Sequence[str], max_tokens: int, tokenizer_file: Path) -> int:
    """Count the texts with more tokens than a limit; torch is not loaded.

    Only texts with enough bytes are tokenised. Of more than `TOKENISED_TEXTS` such texts an even sample is,
    and the count is scaled up.

    Raises
    ------
    OSError
        When the tokeniser cannot be read.
    """
    from tokenizers import Tokenizer

    # A token has one byte at least, the marks at begin and end aside.
    candidates = [text for text in texts if len(text.encode("utf-8", "replace")) > max_tokens - 2]
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


def time_first_texts(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    instruction: str | None = None,
    most: int = 16,
    progress: Progress | None = None,
) -> float:
    """Predict the seconds that a loaded encoder needs for texts, from the time for `most` of them.

    A little too high, because small batches are slower.

    Parameters
    ----------
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
