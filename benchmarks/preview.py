"""Seconds to the first look at very many texts: `python -m benchmarks.preview`, part of `make bench`.

It is what the worker does after “Show the map”: static vectors, neighbours, map, clusters, words of made-up
texts. The static encoder is made beforehand, once a machine, and timed apart; the worker is warm.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from benchmarks.common import make_texts, timed
from core.corpus import build_corpus
from core.corpus.tables import Table
from core.encoders import DEFAULT_ENCODER, PREVIEW_ENCODER, make_encoder
from core.maps import warm_up
from core.storage import Store, has_space
from core.tasks import TASKS

N_TEXTS = 200_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how long the first look takes, and its stages."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=N_TEXTS, help="number of texts")
    options = parser.parse_args(arguments)
    _, seconds, _ = timed(lambda: make_encoder(PREVIEW_ENCODER))
    print(f"{'making the quick encoder, once':34} {seconds:7.1f} s", flush=True)
    print(f"{'first look':34} {measure_preview(options.texts):7.1f} s", flush=True)


def measure_preview(n_texts: int = N_TEXTS) -> float:
    """Return the seconds to the first map of so many texts; print those of each stage."""
    make_encoder(PREVIEW_ENCODER)
    warm_up()
    texts, topics = make_texts(n_texts)
    frame = pd.DataFrame({"text": texts, "topic": topics})
    corpus = build_corpus(Table("bench", frame, None, ()), "text")
    with tempfile.TemporaryDirectory() as folder:
        store, stages = Store(Path(folder)), _Stages()
        store.add_corpus(corpus)
        look = TASKS["look"]
        _, seconds, _ = timed(
            lambda: look(store, stages.report, corpus_key=corpus.key, encoder=DEFAULT_ENCODER)
        )
        stages.report("", 0, 1)
        entry = store.encoded_corpus(corpus.key)
        assert entry.is_preview and has_space(store.results(corpus.key), entry.embedding_key)
    return seconds


class _Stages:
    """Report that prints the seconds of each stage when it ends."""

    def __init__(self) -> None:
        self.stage, self.started = "", 0.0

    def report(self, stage: str, done: int, total: int) -> None:
        if stage == self.stage:
            return
        if self.stage:
            print(f"  {self.stage:32} {time.perf_counter() - self.started:7.1f} s", flush=True)
        self.stage, self.started = stage, time.perf_counter()


if __name__ == "__main__":
    main()
