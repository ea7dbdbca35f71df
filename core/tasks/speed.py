"""Measure how fast this machine encodes texts and draws maps: by each run, and by a task before the first."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from ..encoders import Encoder, SpeedWatch, count_tokens, measure_speed, sample_by_length
from ..storage import Store
from ..utils import Progress, Report, progress_of
from .model_cache import load_warm_encoder

MOST_TIMED = 112
"""Texts of a measurement: batches of 16, 32 and 64."""

LONGEST_TIMED = 4_000  # characters of a text


class Stopwatch:
    """Report that measures seconds, without those that it takes itself: a job may be paused there."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._start, self._paused = time.perf_counter(), 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Pass a report on."""
        before = time.perf_counter()
        self._report(stage, done, total)
        self._paused += time.perf_counter() - before

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.perf_counter() - self._start - self._paused


@contextmanager
def watch_speed(
    store: Store, encoder: Encoder, name: str, texts: Sequence[str], progress: Progress, *, prompt: str = ""
) -> Iterator[Progress]:
    """Yield a progress that also measures the speed of an encoding; remember it when the encoding ends.

    Parameters
    ----------
    name : str
        As the encoder was chosen, for `core.encoders.load_encoder`.
    prompt : str
        Encoded with each text, as `preview_prompt` returns it.
    """
    n_tokens = count_tokens(texts, encoder.max_tokens, prompt)
    watch = SpeedWatch(n_tokens, progress)
    try:
        yield watch
    finally:  # also after Cancel
        if watch.tokens_per_second:
            keep_speed(store, encoder, name, texts, n_tokens / watch.tokens_per_second, prompt=prompt)


def keep_speed(
    store: Store, encoder: Encoder, name: str, texts: Sequence[str], seconds: float, *, prompt: str = ""
) -> None:
    """Remember that an encoder takes so many seconds for texts. The parameters are those of `watch_speed`."""
    n_tokens = count_tokens(texts, encoder.max_tokens, prompt)
    if n_tokens and seconds > 0:
        device = getattr(encoder, "device", "cpu")
        store.speeds.keep_encoding(name, device, n_tokens / len(set(texts)), n_tokens / seconds)


def time_encoder(store: Store, report: Report, *, encoder: str, texts: list[str]) -> None:
    """Encode some texts, and remember how fast that was on this machine.

    Raises
    ------
    EncoderUnavailable
        When the encoder cannot be loaded, or needs an instruction.
    """
    report("Loading the encoder", 0, 1)
    model = load_warm_encoder(encoder)
    report("Measuring its speed", 0, 1)
    speed = measure_speed(model, texts, progress=progress_of(report, "Measuring its speed"))
    if speed:
        keep_speed(store, model, encoder, texts, count_tokens(texts, model.max_tokens) / speed)


def texts_to_time(texts: Sequence[str]) -> list[str]:
    """Return some texts for `time_encoder`: of all lengths, in a fixed random order."""
    sample = sample_by_length(texts, MOST_TIMED)
    order = np.random.default_rng(0).permutation(len(sample))
    return [sample[place][:LONGEST_TIMED] for place in order]
