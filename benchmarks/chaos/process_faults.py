"""Faults of processes, of the clock and of the data folder's place."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import psutil

from benchmarks.chaos.actors import analysis_of
from benchmarks.chaos.app_kills import WORKER, worker_of
from benchmarks.chaos.faults import WHOLE, Fault, check, sentence_of
from benchmarks.chaos.file_faults import read_all, run_command
from benchmarks.chaos.material import LABELS, make_corpus
from benchmarks.chaos.victims import look
from benchmarks.speed.people import Person, compare, label_together
from core.batch import export_analysis
from core.jobs import JobRunner
from core.storage import Store
from core.utils import sqlite
from tests.support.app_server import running_app

LOCKED_SECONDS = 1.0
LABELLING_SECONDS = 4.0


def locked(folder: Path) -> str:
    """Let another program lock the file of labels for longer than anybody waits."""
    return _lock(folder, LOCKED_SECONDS * 4)


def locked_shortly(folder: Path) -> str:
    """Let another program lock the file of labels for a moment: the label waits, and is recorded."""
    return _lock(folder, LOCKED_SECONDS / 4)


def _lock(folder: Path, seconds: float) -> str:
    home = folder / WHOLE
    with mock.patch.object(sqlite, "LOCK_TIMEOUT", LOCKED_SECONDS):
        store = Store(home)
    analysis, said = analysis_of(store).id, ""
    before = store.labels.read(analysis).n_labels
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(home / "refract.sqlite")) as other:
            other.execute("BEGIN EXCLUSIVE")
            held.set()
            time.sleep(seconds)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    give = lambda row: store.labels.give(analysis, {row: LABELS[0]}, "ada")  # noqa: E731
    if seconds > LOCKED_SECONDS:
        with mock.patch.object(sqlite, "LOCK_TIMEOUT", LOCKED_SECONDS):
            said = sentence_of(lambda: give(50))
    else:
        give(50)
    other.join()
    give(51)
    expected = before + 1 + (seconds <= LOCKED_SECONDS)
    check(Store(home).labels.read(analysis).n_labels == expected, "a label is lost")
    return said


def two_apps(folder: Path) -> str:
    """Run two apps on one data folder, with people who label in both."""
    home = folder / WHOLE
    analysis = analysis_of(Store(home)).id
    people = [Person(f"person {number}") for number in range(4)]
    with running_app(home) as first, running_app(home) as second:
        threads = label_together(people[:2], first, pause_s=0.3)
        threads += label_together(people[2:], second, pause_s=0.3)
        end = time.monotonic() + 120
        while not all(person.clicked for person in people) and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(LABELLING_SECONDS)
        for person in people:
            person.stopped.set()
        for thread in threads:
            thread.join(60)
    store = Store(home)
    found = compare(store.labels.history(analysis), store.label_names.current(analysis), people)
    errors = [error for person in people for error in person.errors]
    check(not errors, f"the page said {errors[:1]}")
    check(found.n_labels >= len(people), "nobody could label")
    check(not (found.lost or found.doubled or found.disordered), str(found))
    return ""


def worker_killed(folder: Path) -> str:
    """Kill the worker in the middle of a job, as a system without memory does; the next try works."""
    home = folder / WHOLE
    analysis = analysis_of(Store(home)).id
    runner = JobRunner(home)
    try:
        job = runner.submit(
            "measure", "Checking", analysis_id=analysis, fit_key=analysis_of(Store(home)).fit_key
        )
        end = time.monotonic() + 120
        while job.active and not job.stage and time.monotonic() < end:
            time.sleep(0.01)
        worker = worker_of(psutil.Process())
        check(worker is not None, f"there is no {WORKER}")
        assert worker is not None
        worker.kill()
        runner.wait(job, 60)
        check(job.status == "failed", f"the job is {job.status}")
        Store(home).labels.give(analysis, {60: LABELS[0]}, "ada")
        again = runner.wait(runner.submit("fit", "Reshaping", analysis_id=analysis), 200)
        check(again.status == "done", again.message)
        return job.message
    finally:
        runner.close()


def too_little_memory(folder: Path) -> str:
    """Let a worker have too little memory for its job; with more, the job works."""
    home = folder / WHOLE
    store = Store(home)
    analysis = analysis_of(store).id
    before = store.labels.read(analysis).n_labels
    runner = JobRunner(home, worker="benchmarks.chaos.small_worker")
    try:
        store.labels.give(analysis, {61: LABELS[0]}, "ada")
        job = runner.wait(runner.submit("fit", "Reshaping", analysis_id=analysis), 120)
        check(
            job.status == "failed" and "memory" in job.message.lower(),
            f"the job is {job.status}: {job.message}",
        )
    finally:
        runner.close()
    runner = JobRunner(home)
    try:
        again = runner.wait(runner.submit("fit", "Reshaping", analysis_id=analysis), 200)
        check(again.status == "done", again.message)
        check(store.labels.read(analysis).n_labels == before + 1, "a label is lost")
        return job.message
    finally:
        runner.close()


def clock_set_back(folder: Path) -> str:
    """Set the clock back a year between two labels of a text: the later one counts, and Undo takes it."""
    store = Store(folder / WHOLE)
    analysis = analysis_of(store).id
    store.labels.give(analysis, {70: LABELS[0]}, "ada")
    year_ago = (datetime.now(UTC) - timedelta(days=366)).isoformat(timespec="milliseconds")
    with mock.patch("core.storage.labels.utc_now", return_value=year_ago):
        store.labels.give(analysis, {70: LABELS[1]}, "ada")
    check(store.labels.read(analysis).label_of(70) == LABELS[1], "the earlier label counts")
    last = store.labels.last_step(analysis, "ada")
    check(last is not None and last.labels == [LABELS[1]], "another step is the last")
    store.labels.undo(analysis, "ada", meant=last)
    check(store.labels.read(analysis).label_of(70) == LABELS[0], "Undo took another label")
    return ""


def files_from_the_future(folder: Path) -> str:
    """Read a data folder whose files are of next year, as after a clock was set back."""
    home = folder / WHOLE
    before = look(read_all, home)
    for path in home.rglob("*"):
        os.utime(path, (time.time() + 366 * 86_400,) * 2)
    Store(home).add_corpus(make_corpus(40, mark="new"))
    Store(home).delete_corpus(make_corpus(40, mark="new").key)
    check(look(read_all, home) == before, "something else is read")
    return ""


def odd_path(folder: Path) -> str:
    """Keep everything at a path with blanks, quotation marks, %, # and letters of other scripts."""
    home = folder / 'Daten ä ’ø’ "数据" 100 % #1 & [a] ñ'
    shutil.copytree(folder / WHOLE, home)
    check(look(read_all, home) == look(read_all, folder / WHOLE), "something else is read")
    store = Store(home)
    analysis = analysis_of(store).id
    store.labels.give(analysis, {80: LABELS[0]}, "ada")
    os.environ["REFRACT_HOME"] = str(home)
    export_analysis(str(analysis), home / "my export ä.safetensors")
    person = Person("ada")
    with running_app(home) as address:
        threads = label_together([person], address, pause_s=0.2)
        end = time.monotonic() + 120
        while len(person.clicked) < 3 and time.monotonic() < end:
            time.sleep(0.1)
        person.stopped.set()
        for thread in threads:
            thread.join(60)
    check(len(person.clicked) >= 3 and not person.errors, f"the app does not label: {person.errors}")
    return ""


def later_version(folder: Path) -> str:
    """Open a store of a later version: it is refused, and left as it is."""
    home = folder / WHOLE
    path = home / "refract.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute("PRAGMA user_version = 9999")
    before = path.read_bytes()
    said = sentence_of(lambda: Store(home))
    check(path.read_bytes() == before, "the file was changed")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    check(Store(home).labels.read(analysis_of(Store(home)).id).n_labels > 0, "the labels are gone")
    return said


def home_is_a_file(folder: Path) -> str:
    """Name a file as the data folder: it is refused, and left as it is."""
    home = folder / "file"
    home.write_text("mine")
    said = sentence_of(lambda: Store(home))
    check(home.read_text() == "mine", "the file was changed")
    return said


def too_many_open_files(folder: Path) -> str:
    """Leave no number for a file that is to be opened: nothing is taken for damaged, and it works later."""
    home = folder / WHOLE
    before = look(read_all, home)
    said = look(refused_without_files, home)
    check(look(read_all, home) == before, "something else is read afterwards")
    return said


def refused_without_files(home: Path) -> str:
    """Return the sentence that refuses to read a corpus where the system allows no more open files."""
    store = Store(home)
    key = store.corpora()[0].key
    kept = []
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, most[0]), most[1]))
    try:
        while True:
            kept.append(os.dup(0))
    except OSError:
        pass
    try:
        return sentence_of(lambda: store.load_corpus(key))
    finally:
        for number in kept:
            os.close(number)


def restored_while_used(folder: Path) -> str:
    """Take a backup while people label: it opens, and holds every label given before."""
    home, backup, restored = folder / WHOLE, folder / "backup.zip", folder / "restored"
    store = Store(home)
    analysis = analysis_of(store).id
    before = len(store.labels.history(analysis))
    stopped, given = threading.Event(), []

    def label() -> None:
        while not stopped.is_set():
            given.append(store.labels.give(analysis, {len(given) % 100: LABELS[0]}, "ada"))

    thread = threading.Thread(target=label)
    thread.start()
    try:
        run_command(home, "backup", str(backup))
    finally:
        stopped.set()
        thread.join()
    run_command(restored, "restore", str(backup))
    found = len(Store(restored).labels.history(analysis))
    check(before <= found <= before + len(given), f"{found} entries of {before} to {before + len(given)}")
    return ""


PROCESS_FAULTS: dict[str, Fault] = {
    "SQLite locked by another process": locked,
    "SQLite locked for a moment": locked_shortly,
    "two app processes on one store": two_apps,
    "worker killed by the system": worker_killed,
    "worker with too little memory": too_little_memory,
    "clock set back": clock_set_back,
    "files from the future": files_from_the_future,
    "path with blanks and other scripts": odd_path,
    "store of a later version": later_version,
    "a file in place of the data folder": home_is_a_file,
    "too many open files": too_many_open_files,
    "backup while people label": restored_while_used,
}
