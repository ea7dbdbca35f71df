"""The app in a browser, on the clock: a Fit, opening a corpus, the start of the server."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page

from benchmarks.common import make_texts
from core.corpus import build_corpus
from core.corpus.tables import Table
from core.jobs import JobRunner
from core.storage import Store
from tests.support.app_server import open_browser, running_app


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
