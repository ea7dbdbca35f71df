"""The app under use: `make bench-load`. Prints a table and writes `results/load.json`.

Ten sessions click at the same time on one corpus: labels, skips and Undo in the deck, searches on the maps,
the evidence. Each waits about a second between two clicks, as people do. They speak the protocol of the app
without a browser, so that the processor serves the app alone. Then ten people label one analysis, two texts a
second each: every label must be there once, in the order of its person's clicks. At last one page stands open
in a browser, and nobody touches it.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page

from benchmarks.common import RESULTS, write_document
from benchmarks.maps import plant_corpus
from benchmarks.reliability import write_counts
from benchmarks.speed.people import Person, compare, label_together
from benchmarks.speed.report import Report, Row
from benchmarks.speed.session import Session
from core.storage import Store
from tests.support.app_server import open_browser, running_app

MOST_P95_S, MOST_SLOPE_MB, MOST_IDLE = 1.5, 2.0, 1.0
"""Budgets: seconds of a click, growth in MB over 100 clicks, per cent of a core of an open page."""
MOST_NEXT_TEXT_S = 0.5  # from a label to the next text, in 95 of 100 cases
LABEL_PAUSE_S = 0.5  # between two labels of a person
N_DIMS, N_VIEWS, N_LABELS = 384, 2, 200
FIRST_CLICKS = 100  # in which caches fill: the growth counts after them
JOB = ".st-key-measure_cancel, [class*=st-key-cancel_job_]"
LONGEST_JOB_S = 180
SEARCHES = ("delivery", "refund", "app", "price", "late", "driver")


@dataclass
class Load:
    """What all sessions found so far, in the order of the clicks.

    Attributes
    ----------
    server : psutil.Process, of the app
    n_clicks : int, to be done by all sessions together
    seconds : list of float, of each click
    memory : list of float, MB of the server after each click
    errors : list of str
    """

    server: psutil.Process
    n_clicks: int
    pause_s: float
    seconds: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def use(self, address: str, number: int) -> None:
        """Click in one session until all sessions together clicked often enough."""
        chance = random.Random(number)
        try:
            with Session(address, f"Person {number}") as session:
                for click in itertools.cycle(round_of_clicks(session, chance)):
                    session.follow(time.perf_counter() + chance.uniform(0.5, 1.5) * self.pause_s)
                    if next(self._numbers) >= self.n_clicks:
                        break
                    self._note(click())
                self.errors += session.errors
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def _note(self, seconds: float) -> None:
        with self._lock:
            self.seconds.append(seconds)
            self.memory.append(own_memory(self.server))
            if len(self.seconds) % 50 == 0:
                print(f"  {len(self.seconds)} clicks, {self.memory[-1]:.0f} MB", flush=True)


def round_of_clicks(session: Session, chance: random.Random) -> list[Callable[[], float]]:
    """Return what a session does again and again; each returns its seconds."""

    def label() -> float:
        return session.press(f"guide_label_{chance.randrange(4)}")

    def search() -> float:
        return session.type("maps_search", chance.choice(SEARCHES))

    def page(name: str) -> Callable[[], float]:
        return lambda: session.open(name)

    def press(key: str) -> Callable[[], float]:
        return lambda: session.press(key)

    deck = [label, label, press("guide_skip"), label, press("guide_undo"), label]
    return [page("guide"), *deck, page("maps"), search, search, page("evidence"), page("guide"), *deck]


def main(arguments: Sequence[str] | None = None) -> Report:
    """Let the sessions click, then leave a page alone."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--clicks", type=int, default=500, help="of all sessions together")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two clicks of a session")
    parser.add_argument("--warm", type=float, default=40, help="seconds for the worker to compile")
    parser.add_argument("--minutes", type=float, default=5, help="that people label together")
    parser.add_argument("--idle", type=float, default=20, help="seconds that a page stands open")
    parser.add_argument("--out", type=Path, default=RESULTS / "load.json")
    options = parser.parse_args(arguments)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        home, log = Path(folder) / "home", Path(folder) / "app.log"
        n_labels = min(N_LABELS, options.texts // 2)
        plant_corpus(Store(home), options.texts, n_dims=N_DIMS, n_views=N_VIEWS, n_labels=n_labels)
        with running_app(home, log=log) as address:
            server = app_process()
            time.sleep(options.warm)
            load = Load(server, options.clicks, options.pause)
            click_together(load, address, options.sessions)
            labelled = label_one_analysis(home, address, options.sessions, options.minutes, load)
            load.errors += [line for line in log.read_text().splitlines() if is_error(line)]
            idle = idle_share(server, address, options.warm / 4, options.idle)
    figures = summarise(load, idle) | labelled
    for error in dict.fromkeys(load.errors):
        print(f"  {error}", flush=True)
    add_rows(report, figures)
    print(f"\n{report.table()}")
    write_document(options.out, {**vars(options), "out": options.out.name, **figures})
    write_counts(options.out)
    return report


def click_together(load: Load, address: str, n_sessions: int) -> None:
    """Let so many sessions click at the same time."""
    threads = [threading.Thread(target=load.use, args=[address, number]) for number in range(n_sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def label_one_analysis(
    home: Path, address: str, n_people: int, minutes: float, load: Load
) -> dict[str, float]:
    """Let people label the only analysis for some minutes; return what became of their labels."""
    store = Store(home)
    analysis = store.analyses(store.corpora()[0].key)[0].id
    people = [Person(f"Labeller {number}") for number in range(n_people)]
    threads = label_together(people, address, pause_s=LABEL_PAUSE_S, waits=False)
    for thread in threads:
        thread.join(60 * minutes / len(threads))  # none ends before it is told to, but for an error
    for person in people:
        person.stopped.set()
    for thread in threads:
        thread.join()
    load.errors += [error for person in people for error in person.errors]
    found = compare(store.labels.history(analysis), store.label_names.current(analysis), people)
    next_text, late = (
        np.concatenate([getattr(person, name) for person in people]) for name in ("next_text_s", "late_s")
    )
    print(f"  {found}", flush=True)
    return {
        "labels": found.n_labels,
        "labels_lost": found.lost,
        "labels_doubled": found.doubled,
        "people_disordered": found.disordered,
        "texts_shared": found.shared,
        "next_text_p50_s": quantile(next_text, 0.5),
        "next_text_p95_s": quantile(next_text, 0.95),
        "label_late_p95_s": quantile(late, 0.95),
    }


def quantile(values: np.ndarray, share: float) -> float:
    """Return a quantile; NaN of nothing."""
    return float(np.quantile(values, share)) if len(values) else float("nan")


def app_process() -> psutil.Process:
    """Return the process of the app that this one started last."""
    children = psutil.Process().children()
    return max(
        (child for child in children if "streamlit" in child.cmdline()), key=psutil.Process.create_time
    )


def own_memory(process: psutil.Process) -> float:
    """Return the MB of memory that a process holds, where known without the pages of files that it maps.

    The system may take those back at any time.
    """
    memory = process.memory_info()
    return (memory.rss - getattr(memory, "shared", 0)) / 1e6


def idle_share(server: psutil.Process, address: str, settle_s: float, seconds: float) -> float:
    """Return the per cent of a core that the server uses while a page stands open."""
    with open_browser() as page:
        page.goto(f"{address}/maps")
        page.locator('.linked-maps[data-state="drawn"]').wait_for(timeout=120_000)
        wait_for_jobs(page)
        page.wait_for_timeout(1000 * (3 + settle_s))
        times = server.cpu_times()
        page.wait_for_timeout(1000 * seconds)
        later = server.cpu_times()
    return 100 * (later.user + later.system - times.user - times.system) / seconds


def wait_for_jobs(page: Page) -> None:
    """Wait until no job runs, such as the check of the map: its progress costs more."""
    end = time.monotonic() + LONGEST_JOB_S
    while time.monotonic() < end and page.locator(JOB).count():
        page.wait_for_timeout(1000)


def is_error(line: str) -> bool:
    """Return whether a line of the app's log tells of an error.

    "Couldn't find fragment" is one: Streamlit calls it harmless, but then draws nothing after the click:
    a person looks at what was there before.
    """
    return "Traceback" in line or "ERROR" in line or "find fragment" in line


def summarise(load: Load, idle: float) -> dict[str, float]:
    """Return the figures of all clicks."""
    first = min(FIRST_CLICKS, len(load.memory) // 2)
    slope = 0.0
    if len(load.memory) - first > 1:
        slope = 100 * float(np.polyfit(np.arange(len(load.memory) - first), load.memory[first:], 1)[0])
    return {
        "clicks": len(load.seconds),
        "errors": len(load.errors),
        "click_p50_s": float(np.quantile(load.seconds, 0.5)) if load.seconds else float("nan"),
        "click_p95_s": float(np.quantile(load.seconds, 0.95)) if load.seconds else float("nan"),
        "memory_start_mb": load.memory[0] if load.memory else float("nan"),
        "memory_end_mb": load.memory[-1] if load.memory else float("nan"),
        "memory_per_100_clicks_mb": slope,
        "idle_percent_of_a_core": idle,
    }


def add_rows(report: Report, figures: dict[str, float]) -> None:
    """Add a row for each figure."""
    report.add(Row("Clicks", figures["clicks"], ""))
    report.add(Row("Errors", figures["errors"], "", 0))
    report.add(Row("A click, median", figures["click_p50_s"]))
    report.add(Row("A click, 95 of 100", figures["click_p95_s"], "s", MOST_P95_S))
    report.add(Row("Memory after the first click", figures["memory_start_mb"], "MB"))
    report.add(Row("Memory at the end", figures["memory_end_mb"], "MB"))
    report.add(Row("Labels by all together", figures["labels"], ""))
    for name in ("labels_lost", "labels_doubled", "people_disordered", "texts_shared"):
        report.add(Row(f"  {name.replace('_', ' ')}", figures[name], "", 0))
    report.add(Row("  The next text, median", figures["next_text_p50_s"]))
    report.add(Row("  The next text, 95 of 100", figures["next_text_p95_s"], "s", MOST_NEXT_TEXT_S))
    report.add(Row("  A click later than planned, 95 of 100", figures["label_late_p95_s"]))
    growth = figures["memory_per_100_clicks_mb"]
    report.add(Row(f"Growth after {FIRST_CLICKS} clicks", growth, "MB per 100 clicks", MOST_SLOPE_MB))
    report.add(Row("An open page", figures["idle_percent_of_a_core"], "% of a core", MOST_IDLE))


if __name__ == "__main__":
    sys.exit(0 if all(row.met is not False for row in main().rows) else 1)
