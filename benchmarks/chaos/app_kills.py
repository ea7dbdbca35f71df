"""Kills of the real app and of its worker, while people label, maps are reshaped and the demo is built."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.chaos.actors import analysis_of
from benchmarks.chaos.kills import Tally, note_damage
from benchmarks.chaos.material import fitted_store, make_corpus
from benchmarks.chaos.victims import look
from benchmarks.common import ROOT
from benchmarks.load import app_process
from benchmarks.speed.people import Person, compare, label_together
from core.encoders import DEFAULT_ENCODER
from core.errors import RefractError
from core.jobs import Job, JobRunner
from core.storage import Store
from core.tasks import DEMO_ANALYSES, demo_analyses, is_demo_wanted
from tests.support.app_server import running_app

N_PEOPLE = 3
WORKER = "core.jobs.worker"
WORKER_KILLED = "The worker stopped in the middle"
SECONDS_TO_END = 20.0
"""In which a worker ends whose app was killed."""
KILLS_OF_A_LIFE = ("worker", "worker", "app")
DEMO_LABELS = 36


def worker_of(app: psutil.Process) -> psutil.Process | None:
    """Return the worker of an app; None while it has none."""
    with suppress(psutil.Error):
        for child in app.children():
            if WORKER in child.cmdline():
                return child
    return None


def kill_app(home: Path, n_kills: int, seed: int) -> Tally:
    """Kill the app and its worker while people label and reshape the map.

    Of three kills two are of the worker alone; the third is of the app, every other time with its worker.
    """
    chance, tally = random.Random(f"{seed} app"), Tally()
    fitted_store(home, n_texts=1_200)
    analysis = analysis_of(Store(home)).id
    for life in itertools.count():
        if tally.kills >= n_kills:
            return tally
        people = [Person(f"person {life} {number}", WORKER_KILLED) for number in range(N_PEOPLE)]
        with running_app(home) as address:
            app = app_process()
            threads = label_together(people, address, pause_s=0.2, fits=True)
            wait_for_labels(people)
            for whom in KILLS_OF_A_LIFE[: n_kills - tally.kills]:
                time.sleep(chance.uniform(0.2, 2.5))
                at_work = any(person.at_work is not None for person in people)
                _kill(tally, app, whom, with_worker=life % 2 == 1)
                tally.kills += 1
                tally.at_work += at_work
            for person in people:
                person.stopped.set()
            for thread in threads:
                thread.join(60)
        names = Store(home).label_names.current(analysis)
        found = compare(Store(home).labels.history(analysis), names, people)
        tally.operations += found.n_labels
        tally.labels_written += found.n_labels
        tally.labels_lost += found.lost + found.doubled
        tally.lost += found.disordered
        if found.lost or found.doubled or found.disordered:
            tally.notes.append(f"app, life {life}: {found}")
        tally.notes += [f"app, life {life}: {error}" for person in people for error in person.errors]
        note_damage(tally, home, f"app, life {life}")
    return tally


def _kill(tally: Tally, app: psutil.Process, whom: str, *, with_worker: bool) -> None:
    """Kill the worker, or the app; a worker that is left without its app must end by itself."""
    worker = worker_of(app)
    if whom == "app":
        app.kill()
    if worker is None:
        return
    if whom == "worker" or with_worker:
        with suppress(psutil.NoSuchProcess):
            worker.kill()
    else:
        _, left = psutil.wait_procs([worker], SECONDS_TO_END)
        if left:
            left[0].kill()
            tally.lost += 1
            tally.notes.append("the worker went on without its app")


def wait_for_labels(people: list[Person], seconds: float = 120) -> None:
    """Wait until somebody's label was acknowledged."""
    end = time.monotonic() + seconds
    while not any(person.clicked for person in people):
        if time.monotonic() > end:
            raise TimeoutError(f"nobody labelled within {seconds:.0f} s")
        time.sleep(0.05)


def kill_worker(home: Path, n_kills: int, seed: int) -> Tally:
    """Kill the worker while it encodes with the real encoder, draws maps and reshapes; then it goes on."""
    chance, tally = random.Random(f"{seed} worker"), Tally()
    store = Store(home)
    corpus = make_corpus(3_000)
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by kind")
    given = {row: f"kind {row % 3}" for row in range(30)}
    store.labels.give(analysis, given, "ada", add_names=True)
    tally.labels_written += len(given)
    runner = JobRunner(home)
    try:
        for number in range(n_kills):
            job = _submit(runner, store, corpus.key, analysis)
            end = time.monotonic() + 60
            while not job.stage and job.active and time.monotonic() < end:  # the worker has started
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 3))
            worker = worker_of(psutil.Process())
            if worker is not None:
                worker.kill()
                tally.kills += 1
                tally.at_work += job.active
            with suppress(TimeoutError):
                runner.wait(job, 60)
            if job.status not in ("failed", "done"):
                tally.lost += 1
                tally.notes.append(f"worker, kill {number}: the job is {job.status}")
            note_damage(tally, home, f"worker, kill {number}")
        for _ in range(3):  # encoded, reshaped, reshaped with a further label
            job = runner.wait(_submit(runner, store, corpus.key, analysis), 300)
            if job.status != "done":
                tally.lost += 1
                tally.notes.append(f"worker: after the kills, {job.message}")
    finally:
        runner.close()
    there = store.labels.read(analysis).n_labels
    tally.labels_lost += abs(len(given) - there)
    return tally


def _submit(runner: JobRunner, store: Store, corpus_key: str, analysis: int) -> Job:
    if store.corpus_entry(corpus_key).embedding_key is None:
        return runner.submit("prepare", "Encoding", corpus_key=corpus_key, encoder=DEFAULT_ENCODER)
    # Another instruction is another Fit, with the same labels.
    store.set_instruction(analysis, f"{store.analysis(analysis).instruction}.")
    return runner.submit("fit", "Reshaping", analysis_id=analysis)


def kill_demo(home: Path, n_kills: int, seed: int) -> Tally:
    """Kill `python -m core demo` again and again; at last it builds the demo, with every label once."""
    chance, tally = random.Random(f"{seed} demo"), Tally()
    command = [sys.executable, "-m", "core", "demo"]
    environment = {**os.environ, "REFRACT_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    for number in range(n_kills):
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()  # it has begun
            time.sleep(chance.uniform(0, 2 + number))
            tally.at_work += process.poll() is None
            process.kill()
        tally.kills += 1
        note_damage(tally, home, f"demo, kill {number}")
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    found = look(find_demo, home)
    expected = [(each.instruction, DEMO_LABELS, DEMO_LABELS) for each in DEMO_ANALYSES]
    if ended.returncode or found != expected:
        tally.lost += 1
        tally.notes.append(f"demo: {found} after the kills, {ended.stderr.strip()[-300:]}")
    return tally


def find_demo(home: Path) -> list[tuple[str, int, int]]:
    """Return the analyses of the demo, each with its labels and its label entries."""
    store = Store(home)
    if is_demo_wanted(store):
        raise RefractError("the demo is not built")
    return [
        (
            analysis.instruction,
            store.labels.read(analysis.id).n_labels,
            len(store.labels.history(analysis.id)),
        )
        for analysis in demo_analyses(store)
    ]
