"""An hour of use: `make soak`. Prints a table and writes `results/soak.json`.

People label, reshape the map, change pages, search, upload files and close their tabs, all the time. Memory,
open files, threads and connections of the app and of its worker are noted every few seconds. What counts is
the slope after the first quarter, in which caches fill, with its interval.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from scipy import stats
from websockets.exceptions import WebSocketException

from benchmarks.chaos.app_kills import worker_of
from benchmarks.common import RESULTS, make_texts, write_document
from benchmarks.load import SEARCHES, app_process, is_error, own_memory, round_of_clicks
from benchmarks.maps import plant_corpus
from benchmarks.reliability import write_counts
from benchmarks.speed.report import Report, Row
from benchmarks.speed.session import NotShownError, Session
from core.storage import Store
from tests.support.app_server import running_app

MOST_SLOPE_MB = 10.0
"""Growth of the app in MB an hour that is still called flat: 0.24 GB a day."""
N_DIMS, N_LABELS = 384, 200
ROUNDS_OF_A_TAB = 3  # before it is closed, and another opened
UPLOADED_TEXTS = 400
COUNTS = ("files", "threads", "connections")


@dataclass
class Soak:
    """What people did, and what was measured meanwhile.

    Attributes
    ----------
    done : dict of str to int, how often each thing was done
    errors : list of str, what the app showed or logged
    samples : list of dict, "seconds" and what `sample` returns
    """

    address: str
    pause_s: float
    stopped: threading.Event = field(default_factory=threading.Event)
    done: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def use(self, number: int) -> None:
        """Open tabs one after another and use each, until the end."""
        chance = random.Random(number)
        tab = 0
        while not self.stopped.is_set():
            tab += 1
            try:
                with Session(self.address, f"Person {number}") as session:
                    self._note("tabs")
                    self._use_tab(session, chance, f"{number} {tab}", fits=number == 0)
                    self._take_errors(session)
            except (WebSocketException, OSError, KeyError, TimeoutError) as error:
                self.errors.append(f"{type(error).__name__}: {error}")
                self.stopped.wait(5)

    def wait_for_clicks(self, seconds: float = 300) -> None:
        """Wait until somebody has clicked: the first page loads most of the app."""
        end = time.monotonic() + seconds
        while "clicks" not in self.done and time.monotonic() < end:
            time.sleep(0.1)

    def _use_tab(self, session: Session, chance: random.Random, mark: str, *, fits: bool) -> None:
        for number in range(ROUNDS_OF_A_TAB):
            clicks: list[tuple[str, Callable[[], float]]] = [
                ("clicks", click) for click in round_of_clicks(session, chance)
            ]
            clicks += [("pages", lambda page=page: session.open(page)) for page in ("export", "maps")]
            clicks += [("searches", lambda: session.type("maps_search", chance.choice(SEARCHES)))]
            if fits:
                clicks += [("pages", lambda: session.open("guide"))]
                clicks += [("fits", lambda: session.click("guide_fit") if session.shows("guide_fit") else 0)]
            if number == 0:
                clicks += [("pages", lambda: session.open("corpus"))]
                clicks += [("uploads", lambda: session.upload("corpus_upload", *make_file(mark)))]
                # The next tab opens the corpus that was used last: none is encoded here.
            for name, click in clicks:
                if self.stopped.wait(chance.uniform(0.5, 1.5) * self.pause_s):
                    return
                try:
                    click()
                except NotShownError:  # nobody could click it: an error that the page shows instead counts
                    name = "missing"
                self._note(name)

    def _note(self, name: str) -> None:
        with self._lock:
            self.done[name] = self.done.get(name, 0) + 1

    def _take_errors(self, session: Session) -> None:
        with self._lock:
            self.errors += session.errors


def make_file(mark: str) -> tuple[str, bytes]:
    """Return the name and content of a file to upload, another one for each mark."""
    texts, topics = make_texts(UPLOADED_TEXTS)
    rows = [
        f'"{text.replace(chr(34), chr(39))} {mark}",{topic}'
        for text, topic in zip(texts, topics, strict=True)
    ]
    return f"soak {mark}.csv", "\n".join(["text,topic", *rows]).encode()


def sample(app: psutil.Process) -> dict[str, float]:
    """Return memory in MB, open files, threads and connections of the app and its worker."""
    found: dict[str, float] = {}
    for name, process in (("app", app), ("worker", worker_of(app))):
        if process is None:
            continue
        with process.oneshot():
            found |= {
                f"{name}_mb": own_memory(process),
                f"{name}_files": process.num_fds() if hasattr(process, "num_fds") else 0,
                f"{name}_threads": process.num_threads(),
            }
    found["app_connections"] = len(app.net_connections("tcp"))
    return found


def watch(soak: Soak, app: psutil.Process, seconds: float, every_s: float) -> None:
    """Note samples until the time is up; print one a minute."""
    started = time.monotonic()
    printed = -60.0
    while (passed := time.monotonic() - started) < seconds:
        try:
            soak.samples.append({"seconds": passed, **sample(app)})
        except psutil.NoSuchProcess:
            soak.errors.append(f"the app ended after {passed:.0f} s")
            return
        except psutil.Error:  # the worker ended between two looks
            continue
        if passed - printed >= 60:
            printed = passed
            measured = ", ".join(f"{name} {figure:.0f}" for name, figure in soak.samples[-1].items())
            done = ", ".join(f"{n} {name}" for name, n in soak.done.items())
            print(f"  {measured}; {done}", flush=True)
        time.sleep(every_s)


def slope(samples: Sequence[dict[str, float]], name: str) -> tuple[float, float, float]:
    """Return the growth of a figure in an hour after the first quarter, and its 95 % interval.

    By least squares. Neighbouring samples are alike, so means of at most 30 blocks are fitted.
    """
    kept = [each for each in samples if name in each and each["seconds"] >= samples[-1]["seconds"] / 4]
    hours = np.array([each["seconds"] for each in kept]) / 3600
    values = np.array([each[name] for each in kept])
    n_blocks = min(30, len(kept))
    if n_blocks < 3:
        return (float("nan"),) * 3
    blocks = np.array_split(np.arange(len(kept)), n_blocks)
    fitted = stats.linregress(
        [hours[block].mean() for block in blocks], [values[block].mean() for block in blocks]
    )
    half = float(stats.t.ppf(0.975, n_blocks - 2)) * float(fitted.stderr)
    return float(fitted.slope), float(fitted.slope) - half, float(fitted.slope) + half


def main(arguments: Sequence[str] | None = None) -> Report:
    """Use the app for an hour, and report what grew."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--texts", type=int, default=5_000)
    parser.add_argument("--sessions", type=int, default=4)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two clicks of a session")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two samples")
    parser.add_argument("--out", type=Path, default=RESULTS / "soak.json")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home, log = Path(folder) / "home", Path(folder) / "app.log"
        n_labels = min(N_LABELS, options.texts // 2)
        plant_corpus(Store(home), options.texts, n_dims=N_DIMS, n_labels=n_labels)
        with running_app(home, log=log) as address:
            soak = Soak(address, options.pause)
            threads = [
                threading.Thread(target=soak.use, args=[number], daemon=True)
                for number in range(options.sessions)
            ]
            for thread in threads:
                thread.start()
            soak.wait_for_clicks()
            watch(soak, app_process(), 60 * options.minutes, options.every)
            soak.stopped.set()
            for thread in threads:
                thread.join(180)
            soak.errors += [line for line in log.read_text(errors="replace").splitlines() if is_error(line)]
    for error in list(dict.fromkeys(soak.errors))[:20]:
        print(f"  {error}", flush=True)
    figures = summarise(soak)
    report = Report()
    add_rows(report, figures)
    print(f"\n{report.table()}")
    settings = {"minutes": options.minutes, "texts": options.texts, "sessions": options.sessions}
    write_document(options.out, {**settings, **figures})
    write_counts(options.out)
    return report


def summarise(soak: Soak) -> dict[str, float]:
    """Return the figures: what was done, the slopes with their intervals, first and last counts."""
    found: dict[str, float] = {f"n_{name}": n for name, n in sorted(soak.done.items())}
    found["errors"] = len(soak.errors)
    for name in ("app", "worker"):
        memory = f"{name}_mb"
        there = [each[memory] for each in soak.samples if memory in each]
        found |= {f"{name}_start_mb": there[0], f"{name}_end_mb": there[-1]} if there else {}
        names = (f"{name}_mb_per_hour", f"{name}_mb_per_hour_low", f"{name}_mb_per_hour_high")
        found |= dict(zip(names, slope(soak.samples, memory), strict=True))
    for name in ("app_files", "app_threads", "app_connections", "worker_files", "worker_threads"):
        found[f"{name}_per_hour"] = slope(soak.samples, name)[0]
        there = [each[name] for each in soak.samples if name in each]
        found[f"{name}_most"] = max(there, default=0)
    return found


def add_rows(report: Report, figures: dict[str, float]) -> None:
    """Add a row for each figure that tells something."""
    for name, figure in figures.items():
        if name.startswith("n_"):
            report.add(Row(name.removeprefix("n_").capitalize(), figure, ""))
    report.add(Row("Errors", figures["errors"], "", 0))
    for name in ("app", "worker"):
        budget = MOST_SLOPE_MB if name == "app" else None
        low, high = figures[f"{name}_mb_per_hour_low"], figures[f"{name}_mb_per_hour_high"]
        what = f"Growth of the {name} ({low:.1f} to {high:.1f})"
        report.add(Row(what, figures[f"{name}_mb_per_hour"], "MB an hour", budget))
    for name in ("app_files", "app_threads", "app_connections"):
        report.add(Row(f"Most {name.replace('_', ', ')}", figures[f"{name}_most"], ""))


if __name__ == "__main__":
    sys.exit(0 if all(row.met is not False for row in main().rows) else 1)
