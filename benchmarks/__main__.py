"""Speeds of the app on this machine: `make bench`. Prints a table and writes `results/speed.json`."""

from __future__ import annotations

import json
import platform
import statistics
import tempfile
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page

from benchmarks.encode import measure_encoding
from benchmarks.texts import make_texts
from core.corpus import build_corpus
from core.corpus.tables import Table
from core.jobs import JobRunner
from core.storage import Store
from tests.support.app_server import open_browser, running_app

RESULTS = Path(__file__).resolve().parent / "results" / "speed.json"
ROUNDS = 3


def main() -> None:
    """Measure each speed with its baseline or target beside it."""
    figures = {"machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}"}
    figures |= measure_encoding(make_texts(2000)[0])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fitted = prepare_corpus(home, 14_640)
        opened = prepare_corpus(home, 20_000)
        with running_app(home) as address, open_browser() as page:
            figures["fit_to_maps_s"] = measure_fit(page, address, home, fitted)
            figures["open_20000_s"] = measure_open(page, address, opened)
        figures["start_s"] = measure_start(home)
    for name, value in figures.items():
        print(f"{name:32} {value if isinstance(value, str) else round(value, 2)}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def prepare_corpus(home: Path, n: int) -> str:
    """Encode n texts and draw their generic map; returns the corpus key."""
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


def measure_fit(page: Page, address: str, home: Path, corpus_key: str) -> float:
    """Seconds from the click on Fit to both maps drawn, worker warm; median of some rounds."""
    store = Store(home)
    store.mark_opened(corpus_key)
    corpus = store.load_corpus(corpus_key)
    analysis = store.add_analysis(corpus_key, "by topic")
    topics = corpus.metadata["topic"].tolist()
    for name in sorted(set(topics)):
        store.label_names.add(analysis, name)
    seconds = []
    for number in range(ROUNDS + 1):
        rows = range(60 + number)  # another label each time: the same ones would find their result on disk
        store.labels.give(analysis, {row: topics[row] for row in rows}, "bench")
        page.goto(f"{address}/guide")
        seconds.append(seconds_to_draw(page, ".st-key-guide_fit button", len(topics)))
    return statistics.median(seconds[1:])  # the first waits for the worker to warm up


def measure_open(page: Page, address: str, corpus_key: str) -> float:
    """Seconds from the click on Open to the map drawn."""
    seconds = []
    for _ in range(ROUNDS):
        page.goto(f"{address}/corpus")
        page.get_by_text("Open again").click()
        seconds.append(seconds_to_draw(page, f".st-key-open_{corpus_key} button", 20_000))
    return statistics.median(seconds)


def measure_start(home: Path) -> float:
    """Seconds from starting the server to the first page on screen, without the browser's own start."""
    seconds = []
    with open_browser() as page:
        for _ in range(ROUNDS):
            started = time.perf_counter()
            with running_app(home) as address:
                page.goto(f"{address}/corpus")
                page.locator(".st-key-corpus_source").wait_for()
                seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def seconds_to_draw(page: Page, button: str, n_points: int) -> float:
    """Seconds from a click on a button to all maps drawn with so many points."""
    page.locator(button).wait_for()
    started = time.perf_counter()
    page.locator(button).click()
    page.locator(f'[data-state="drawn"][data-points="{n_points}"]').wait_for(timeout=120_000)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
