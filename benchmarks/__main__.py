"""Speeds of the app on this machine: `make bench`. Prints a table and writes `results/speed.json`."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Page

from benchmarks.common import RESULTS, make_texts, timed, write_figures
from core.corpus import build_corpus
from core.corpus.tables import Table
from core.encoders import DEFAULT_ENCODER, gives_views, load_encoder, packaged_folder
from core.jobs import JobRunner
from core.storage import Store
from tests.support.app_server import open_browser, running_app

ROUNDS = 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each speed, with its baseline where there is one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=2_000, help="texts to encode")
    parser.add_argument("--fitted", type=int, default=14_640, help="texts of the corpus that is fitted")
    parser.add_argument("--opened", type=int, default=20_000, help="texts of the corpus that is opened")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=RESULTS / "speed.json")
    options = parser.parse_args(arguments)
    rounds = options.rounds
    figures = measure_encoding(make_texts(options.texts)[0])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fitted = prepare_corpus(home, options.fitted)
        opened = prepare_corpus(home, options.opened)
        with running_app(home) as address, open_browser() as page:
            figures["fit_to_maps_s"] = measure_fit(page, address, home, fitted, rounds)
            figures["open_s"] = measure_open(page, address, opened, options.opened, rounds)
        figures["start_s"] = measure_start(home, rounds)
    write_figures(options.out, figures)


def measure_encoding(texts: Sequence[str], rounds: int = 5) -> dict[str, float]:
    """Measure speed and accuracy of the default encoder beside `SentenceTransformer.encode`.

    The sides take turns, as the machine may be busy.

    Returns
    -------
    dict
        Texts per second of either side and the ratio of their median times; the same ratio of processor time,
        which other programs on the machine distort less; the time and the processor time of encoding with
        views, as a share of those without; the worst cosine of a text to its float32 vector, and to its
        vector when another part of the texts is encoded.
    """
    from sentence_transformers import SentenceTransformer

    texts = list(dict.fromkeys(texts))
    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    ours = load_encoder(DEFAULT_ENCODER)
    expected, found = plain.encode(texts, normalize_embeddings=True), ours.encode(texts)
    part = ours.encode(texts[::7])
    assert gives_views(ours)
    sides = [plain.encode, ours.encode, ours.encode_with_views]
    times = []
    for number in range(rounds):
        order = range(len(sides)) if number % 2 else range(len(sides))[::-1]  # none always runs after another
        measured = {side: timed(partial(sides[side], texts))[1:] for side in order}
        times.append([measured[side] for side in range(len(sides))])
    (plain_seconds, plain_work), (our_seconds, our_work), (seconds, work) = np.median(times, axis=0).tolist()
    return {
        "encode_plain_texts_per_s": len(texts) / plain_seconds,
        "encode_texts_per_s": len(texts) / our_seconds,
        "encode_ratio": plain_seconds / our_seconds,
        "encode_ratio_of_processor_time": plain_work / our_work,
        "encode_with_views_ratio": seconds / our_seconds,
        "encode_with_views_ratio_of_processor_time": work / our_work,
        "encode_worst_cosine": float(np.sum(expected * found, axis=1).min()),
        "encode_worst_cosine_elsewhere": float(np.sum(found[::7] * part, axis=1).min()),
    }


def prepare_corpus(home: Path, n: int) -> str:
    """Encode n texts, project them to the generic map, and return the corpus key."""
    texts, topics = make_texts(n)
    corpus = build_corpus(
        Table(f"bench-{n}", pd.DataFrame({"text": texts, "topic": topics}), None, ()), "text"
    )
    Store(home).add_corpus(corpus)
    runner = JobRunner(home)
    job = runner.submit("prepare", "x", corpus_key=corpus.key, encoder="all-MiniLM-L6-v2")
    runner.wait(job, 1200)
    runner.close()
    if job.status != "done":
        raise SystemExit(job.message)
    return corpus.key


def measure_fit(page: Page, address: str, home: Path, corpus_key: str, rounds: int) -> float:
    """Return the seconds from the click on Fit to both maps drawn, worker warm; median of some rounds."""
    store = Store(home)
    store.mark_opened(corpus_key)
    corpus = store.load_corpus(corpus_key)
    analysis = store.add_analysis(corpus_key, "by topic")
    topics = corpus.metadata["topic"].tolist()
    for name in sorted(set(topics)):
        store.label_names.add(analysis, name)
    seconds = []
    for number in range(rounds + 1):
        rows = range(60 + number)  # another label each time: the result of the same labels is on disk
        store.labels.give(analysis, {row: topics[row] for row in rows}, "bench")
        page.goto(f"{address}/guide")
        seconds.append(seconds_to_draw(page, ".st-key-guide_fit button", len(topics)))
    return statistics.median(seconds[1:])  # the first waits for the worker to warm up


def measure_open(page: Page, address: str, corpus_key: str, n: int, rounds: int) -> float:
    """Return the seconds from the click on Open to the map drawn."""
    seconds = []
    for _ in range(rounds):
        page.goto(f"{address}/corpus")
        seconds.append(seconds_to_draw(page, f".st-key-open_{corpus_key} button", n))
    return statistics.median(seconds)


def measure_start(home: Path, rounds: int) -> float:
    """Return the seconds from starting the server to the first page, without the start of the browser."""
    seconds = []
    with open_browser() as page:
        for _ in range(rounds):
            started = time.perf_counter()
            with running_app(home) as address:
                page.goto(f"{address}/corpus")
                page.locator(".st-key-corpus_source").wait_for()
                seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def seconds_to_draw(page: Page, button: str, n_points: int) -> float:
    """Return the seconds from a click on a button to all maps drawn with so many points."""
    shown = page.locator(button).first  # a second copy is for the hint on a touch screen
    shown.wait_for()
    started = time.perf_counter()
    shown.click()
    page.locator(f'[data-state="drawn"][data-points="{n_points}"]').wait_for(timeout=120_000)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
