"""Fixtures: a small corpus, an encoder that needs no model, and the app without its worker process."""

import hashlib
import itertools
import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.encoders import PREVIEW_ENCODER, load_encoder, split_precomputed
from core.encoders.compute import choice
from core.errors import RefractError
from core.jobs import Job, in_line
from core.storage import Store
from core.tasks import QUERIES, TASKS, model_cache, note_demo_removed
from core.utils import PASSIVE_WAIT
from pages.common import cache
from pages.common.encoders import download
from pages.maps.panels import answers
from tests.support.file_server import FileServer

# Nothing is written into the developer's own data folder, and what is measured is measured once.
os.environ["REFRACT_HOME"] = tempfile.mkdtemp(prefix="refract-tests-")
os.environ.update(PASSIVE_WAIT)  # before torch is loaded: once numba ran, its waiting threads spin

ROOT = Path(__file__).resolve().parent.parent
MAIN = sys.modules["__main__"]
FEELINGS = {"angry": "furious shouting awful", "pleased": "lovely thanks delight"}
TOPICS = {
    "delivery": "van courier parcel doorstep driver late street",
    "billing": "invoice charge refund payment card euro account",
    "recipes": "pan onion garlic oven spice simmer dish",
}


def make_frame(n=60, seed=0):
    """Texts of three topics and two feelings, crossed: words of both, a few of each."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        topic, feeling = list(TOPICS)[number % 3], list(FEELINGS)[number // 3 % 2]
        words = [*rng.choice(TOPICS[topic].split(), 4), *rng.choice(FEELINGS[feeling].split(), 2)]
        rows.append(
            {
                "text": f"{' '.join(words)} number {number}",
                "topic": topic,
                "feeling": feeling,
                "stars": number,
            }
        )
    return pd.DataFrame(rows)


class WordEncoder:
    """Sum of a random direction for each word: no model, no torch, the same everywhere."""

    name, key, n_dims, max_tokens = "words", "words-1", 48, 256
    follows_instructions, tasks = "no", ()

    def prompt_for(self, instruction):
        return ""

    def key_for(self, instruction):
        return self.key

    def encode(self, texts, *, instruction=None, progress=None):
        vectors = np.zeros((len(texts), self.n_dims), np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
                vectors[row] += np.random.default_rng(seed).normal(size=self.n_dims).astype(np.float32)
            if progress:
                progress(row + 1, len(texts))
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


class QuickEncoder(WordEncoder):
    """Another space of the same words, in place of the static encoder of a quick preview."""

    name, key, n_dims = "quick", "quick-1", 24


class ViewingEncoder(WordEncoder):
    """The same vectors, and two views of 24 columns, which are made from all of a text's letters."""

    view_layers = (3, 4)

    def encode_with_views(self, texts, *, instruction=None, progress=None):
        views = np.empty((len(self.view_layers), len(texts), 24), np.float16)
        for place, layer in enumerate(self.view_layers):
            for row, text in enumerate(texts):
                seed = int.from_bytes(hashlib.sha256(f"{layer} {text}".encode()).digest()[:4], "big")
                views[place, row] = np.random.default_rng(seed).normal(size=24)
        return self.encode(texts, instruction=instruction, progress=progress), views


class AskingEncoder(WordEncoder):
    """Words of the instruction count thrice: another instruction, another space."""

    name, key, follows_instructions = "asking", "asking-1", "free text"

    def prompt_for(self, instruction):
        return f"{instruction}: " if instruction else ""

    def key_for(self, instruction):
        return f"{self.key} {instruction}"

    def encode(self, texts, *, instruction=None, progress=None):
        asked = set((instruction or "").split())
        weighted = [
            " ".join(w for word in text.split() for w in [word] * (3 if word in asked else 1))
            for text in texts
        ]
        return super().encode(weighted, progress=progress)


class SpeakingEncoder(AskingEncoder):
    """The same, and it answers with the words of the instruction that a text holds."""

    name, key, answers_cost_more = "speaking", "speaking-1", False

    def encode_and_answer(self, texts, *, instruction=None, progress=None):
        asked = set((instruction or "").split())
        answers = [" ".join(sorted(asked & set(text.split()))) for text in texts]
        return self.encode(texts, instruction=instruction, progress=progress), answers


def load_words(name, *, template=None):
    """Encoders without models, by name; ready vectors are refused as always."""
    if split_precomputed(name):
        return load_encoder(name)
    kinds = {"asking": AskingEncoder, "speaking": SpeakingEncoder, "viewing": ViewingEncoder}
    kinds[PREVIEW_ENCODER] = QuickEncoder
    return kinds.get(name, WordEncoder)()


def pytest_make_parametrize_id(config, val):
    """Content made in a test may hold the time, and two processes that name one test must agree."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """`AppTest` leaves its script as the main module; a process that a later test starts would run it."""
    monkeypatch.setitem(sys.modules, "__main__", MAIN)


class InlineRunner:
    """A job runner that runs each task at once, in this process."""

    def __init__(self, home):
        self.home = home
        self._jobs = []

    def submit(self, task, title, *, priority=None, owner="", **arguments):
        job = Job(id=str(len(self._jobs)), task=task, title=title, arguments=arguments, status="done")
        self._jobs.append(job)
        try:
            TASKS[task](Store(self.home), lambda *progress: None, **arguments)
        except RefractError as error:
            job.status, job.message = "failed", str(error)
        return job

    def query(self, question, *, timeout=60.0, **arguments):
        answer = QUERIES[question](Store(self.home), **json.loads(json.dumps(arguments)))
        return json.loads(json.dumps(answer))

    def jobs(self):
        return list(self._jobs)

    def before(self, job):
        return list(itertools.takewhile(lambda each: each is not job, in_line(self._jobs)))

    def cancel(self, job_id):
        self._jobs[int(job_id)].status = "cancelled"

    def show(self, job):
        """No job is ever waited for."""


@pytest.fixture(autouse=True)
def untimed(monkeypatch):
    """Models compute as the plain library does: which way is fastest would differ from run to run."""
    monkeypatch.setattr(choice, "time_on_texts", lambda model, ways: {ways[0].name: 1.0})
    monkeypatch.setattr(choice, "_chosen", {})


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Data folder of one test, used by the app too, with inline jobs and the word encoder."""
    path = tmp_path / "home"
    monkeypatch.setenv("REFRACT_HOME", str(path))
    runner = InlineRunner(path)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    monkeypatch.setattr(model_cache, "load_encoder", load_words)
    monkeypatch.setattr(model_cache, "make_encoder", lambda name, progress: None)
    monkeypatch.setattr(answers, "PATIENCE", 60.0)  # AppTest runs no page again by itself
    monkeypatch.setattr(download, "is_missing", lambda facts: False)  # words need no files
    model_cache.forget()
    st.cache_resource.clear()
    note_demo_removed(Store(path))  # it is not built unasked
    yield path
    model_cache.forget()


@pytest.fixture
def store(home):
    return Store(home)


@pytest.fixture
def server():
    """A server of files on this machine."""
    server = FileServer()
    yield server
    server.close()


@pytest.fixture
def corpus():
    return build_corpus(Table("letters.csv", make_frame(), "UTF-8", ()), "text")


@pytest.fixture
def prepared(store, corpus):
    """Key of a corpus whose generic map is there."""
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    return corpus.key


@pytest.fixture
def labelled(store, corpus, prepared):
    """Id of an analysis with six labels of each feeling."""
    analysis = store.add_analysis(prepared, "by feeling")
    for name in FEELINGS:
        store.label_names.add(analysis, name)
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(analysis, {row: feelings[row] for row in range(12)}, "ada")
    return analysis


@pytest.fixture
def app(home):
    """The app, not yet run."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


@pytest.fixture
def downloads(monkeypatch):
    """What each download button would give, by its key."""
    found = {}
    monkeypatch.setattr(st, "download_button", lambda *_, key, data, **__: found.update({key: data}))
    return found
