"""The app in a browser, on the clock: a Fit, opening a corpus, the start of the server."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from playwright.sync_api import Page

from core.storage import Store
from tests.support.app_server import open_browser, running_app

LONGEST_MS = 300_000  # on a busy machine


def measure_fits(
    page: Page, address: str, home: Path, corpus_key: str, rounds: int, before_s: float
) -> list[tuple[float, float]]:
    """Return the seconds from the click on “Reshape map” to the first picture and to both maps, drawn.

    Of one more Fit than `rounds`. A small corpus has no first picture: both are then the maps.

    Before the first one a person reads and labels for `before_s` seconds.
    """
    page.set_default_timeout(LONGEST_MS)
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
        page.locator(".st-key-guide_fit button").first.wait_for()
        page.wait_for_timeout(1000 * (1 if number else before_s))
        started = time.perf_counter()
        first = seconds_to_draw(page, ".st-key-guide_fit button", len(topics))
        page.locator(".st-key-maps_evidence").wait_for(timeout=120_000)  # not beside a first picture
        wait_for_maps(page, len(topics))
        seconds.append((first, time.perf_counter() - started))
    return seconds


def measure_open(page: Page, address: str, corpus_key: str, n: int, rounds: int) -> float:
    """Return the seconds from the click on Open to the map drawn."""
    page.set_default_timeout(LONGEST_MS)
    seconds = []
    for _ in range(rounds):
        page.goto(f"{address}/corpus")
        seconds.append(seconds_to_draw(page, f".st-key-open_{corpus_key} button", n))
    return statistics.median(seconds)


def measure_start(home: Path, rounds: int) -> float:
    """Return the seconds from starting the server to the first page, without the start of the browser."""
    seconds = []
    with open_browser() as page:
        page.set_default_timeout(LONGEST_MS)
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
    wait_for_maps(page, n_points)
    return time.perf_counter() - started


def wait_for_maps(page: Page, n_points: int) -> None:
    """Wait until maps are drawn with so many points; those they replace may stay for a moment, hidden."""
    page.locator(f'[data-state="drawn"][data-points="{n_points}"]:visible').first.wait_for()
