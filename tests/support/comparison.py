"""Comparisons that need no model: encoders by name, measured in this process."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.errors import Cancelled, EncoderUnavailable, RefractError
from core.evidence import method_run
from core.evidence.comparison import Comparison, System, SystemRow
from core.evidence.comparison import measure as systems
from core.tasks import compare as task
from core.tasks import load_comparison
from core.tasks.compare import MEASURE
from core.transforms import GSTransform, Method
from core.utils import child_process
from tests.conftest import AskingEncoder, WordEncoder

READERS = [("feeling", "")]


class FeelingEncoder(AskingEncoder):
    """Reads nothing but the feeling, when it is told to."""

    name, key, n_dims = "feeling", "feeling-1", 2
    asked = []  # noqa: RUF012  over all, so that the test can look

    def encode(self, texts, *, instruction=None, progress=None):
        self.asked.append((len(texts), instruction))
        hits = [[word in text for word in ("furious", "lovely")] for text in texts]
        more = [[word in text for word in ("shouting", "thanks")] for text in texts]
        last = [[word in text for word in ("awful", "delight")] for text in texts]
        return np.sum([hits, more, last], axis=0, dtype=np.float32) + 0.01


class TaskEncoder(FeelingEncoder):
    follows_instructions, tasks = "fixed tasks", ("search", "clustering")


class PlainEncoder(FeelingEncoder):
    follows_instructions = "no"


def load(name, *, template=None):
    if name == "broken":
        raise EncoderUnavailable("The encoder broken cannot be read: choose another.")
    return LOADED.get(name, WordEncoder)()


LOADED = {"feeling": FeelingEncoder, "tasks": TaskEncoder, "plain": PlainEncoder}


@pytest.fixture(autouse=True)
def readers(monkeypatch):
    FeelingEncoder.asked.clear()
    monkeypatch.setattr(systems, "load_encoder", load)
    monkeypatch.setattr(systems, "model_folder", lambda *_: Path("/nowhere"))
    monkeypatch.setattr(systems, "_load_libraries", lambda **_: None)
    quick = partial(GSTransform, max_epochs=3, n_hidden=8, n_components=4)
    monkeypatch.setattr(systems, "GSTransform", quick)
    monkeypatch.setattr(method_run, "GSTransform", quick)


@pytest.fixture
def here(monkeypatch):
    """Measured in this process; returns what was asked for."""
    asked = []

    def run_here(function, report, **arguments):
        assert function == MEASURE
        asked.append(arguments["method"]["encoder"] or arguments["method"]["kind"])
        try:
            found = task.measure_in_child(report, **json.loads(json.dumps(arguments)))
        except RefractError as error:
            if isinstance(error, Cancelled):
                raise
            raise child_process.ChildProcessFailed(str(error)) from error
        return json.loads(json.dumps(found))

    monkeypatch.setattr(task, "run_in_child", run_here)
    return asked


@pytest.fixture
def run(store, labelled, here):
    """Compare, and load what was found."""

    def run(encoders=READERS, n_texts=60, report=lambda *progress: None, **more):
        FeelingEncoder.asked.clear()
        task.compare(store, report, analysis_id=labelled, encoders=encoders, n_texts=n_texts, **more)
        return load_comparison(store, labelled, encoders, n_texts)

    return run


def by_title(comparison):
    return {row.system.title: row for row in comparison.rows}


def row(kind, title, accuracy, second, first=9.0, **more):
    return SystemRow(System(Method(kind), title), 2_000, "now", accuracy=accuracy, second_seconds=second,
                     first_seconds=first, **more)  # fmt: skip


def found(*rows):
    return Comparison(2_000, 14_640, 60, 4, tuple(rows))
