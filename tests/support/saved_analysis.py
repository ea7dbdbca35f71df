"""A small analysis with everything that a file of one holds; its numbers are drawn, not computed."""

import hashlib
import importlib
import json
import zipfile

import numpy as np
import pandas as pd

from core.corpus import build_corpus, read_words, table_words
from core.corpus.tables import Table
from core.evidence import Control, DrivingWord, Evidence
from core.maps import DistinctVectors, Fit, Space
from core.maps.clusters import ClusterChoice, Edit, Hierarchy, encode_edit
from core.maps.clusters.hierarchy import MERGE
from core.neighbours import Graph, unit_rows
from core.storage import (
    save_distinct_vectors,
    save_finding,
    save_fit,
    save_hierarchy,
    save_sample_size,
    save_space,
    save_word_table,
)
from core.storage.analysis_file import open as opening
from core.transforms import LinearForm, Method
from core.utils import content_key

N = 12
TEXTS = [f"the {'parcel was late' if number % 2 else 'crew was kind'}, day {number}" for number in range(N)]


def make_corpus(name="letters.csv"):
    frame = pd.DataFrame({"text": [*TEXTS, TEXTS[0], ""], "day": pd.date_range("2024-02-01", periods=N + 2)})
    frame["stars"] = np.arange(N + 2) / 2
    return build_corpus(Table(name, frame, "UTF-8"), "text", leave_out_copies=True)


def make_space(seed, d=4):
    rng = np.random.default_rng(seed)
    indices = np.array([[(row + step) % N for step in (1, 2, 3)] for row in range(N)], dtype=np.int32)
    graph = Graph(indices, rng.random((N, 3)).astype(np.float32))
    vectors = unit_rows(rng.normal(size=(N, d)).astype(np.float32))
    return Space(vectors, graph, rng.normal(size=(N, 2)).astype(np.float32))


def make_hierarchy():
    merges = np.zeros(N - 1, dtype=MERGE)
    merges["size"], merges["light"] = np.arange(2, N + 1), 1
    merges["distance"] = np.arange(1, N)
    return Hierarchy(np.arange(N, dtype=np.int32), merges)


def fill(store, *, encoder="words", seed=1):
    """Add the corpus, encoded, with a labelled and fitted analysis; return the analysis's id."""
    corpus = make_corpus()
    store.add_corpus(corpus)
    results, embedding = store.results(corpus.key), content_key("embeddings", encoder)
    save_space(results, embedding, make_space(seed))
    save_hierarchy(results, embedding, make_hierarchy())
    results.save_array(f"{embedding}.views-3-4", np.ones((2, N, 3), np.float16))
    results.save_document(f"{embedding}.views", {"layers": [3, 4]})
    results.save_array(f"{embedding}.k-means-3", np.arange(N, dtype=np.int32) % 3)
    save_distinct_vectors(results, embedding, DistinctVectors(N, N))
    save_word_table(results, corpus.key, table_words(read_words(corpus.texts.tolist()), N))
    store.set_encoding(corpus.key, encoder, embedding)
    analysis = store.add_analysis(corpus.key, "by feeling")
    decide(store, corpus.key, analysis)
    key = content_key("fit", encoder)
    add_fit(store, corpus.key, analysis, key, make_space(seed + 1, 3))
    store.set_fit(analysis, key, embedding)
    return analysis


def decide(store, corpus_key, analysis):
    """Labels of people and a model, merged, deleted, removed and undone; check labels; edits of clusters."""
    for name in ("angry", "Ärger", "gone", "kind", "unused"):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {0: "kind", 2: "kind", 1: "angry", 3: "Ärger"}, "ada")
    store.labels.give(analysis, {4: "kind", 5: "gone"}, "opt-1.3b", source="model", started_by="bo")
    store.labels.give(analysis, {5: None, 6: "new", 1: "kind"}, "bo", source="map", add_names=True)
    store.labels.give(analysis, {7: "angry"}, "ada", source="column", source_name="mood", reviewed=True)
    store.labels.undo(analysis, "bo")
    store.label_names.merge(analysis, ["Ärger"], "angry")
    store.label_names.define(analysis, "angry", "upset about us, even where polite")
    store.label_names.define(analysis, "gone", "“is no longer there” 😀")
    store.label_names.delete(analysis, "gone")
    store.label_names.delete(analysis, "unused")
    order = store.check_labels.read(analysis).order
    store.check_labels.give(analysis, int(order[0]), "kind", "ada")
    store.check_labels.give(analysis, int(order[1]), None, "bo", none=True)
    store.check_labels.give(analysis, int(order[2]), None, "bo")
    store.check_labels.undo(analysis, "bo")
    store.clusters.set_choice(corpus_key, analysis, ClusterChoice("k-means", k=3).to_text())
    store.clusters.set_choice(corpus_key, None, ClusterChoice(fineness=1).to_text())
    rows = np.arange(N)
    named = Edit("name", (rows[:4], rows[5:7]), ("Größe", "other"), "k-means 3")
    store.clusters.add_edit(corpus_key, analysis, encode_edit(named), "opt-1.3b", started_by="bo")
    store.clusters.add_edit(corpus_key, analysis, encode_edit(Edit("merge", (rows[:2], rows[2:4]))), "ada")
    store.clusters.add_edit(corpus_key, None, encode_edit(Edit("name", (rows[:6],), ("six",))), "ada")


def add_fit(store, corpus_key, analysis, key, space):
    results, guide = store.results(corpus_key), store.labels.read(analysis)
    rng = np.random.default_rng(7)
    labels = list(guide.names)
    made = Fit(
        space=space,
        space_key=key,
        method=Method(),
        instruction="by feeling",
        labels=labels,
        label_ids=list(guide.ids),
        phrases=[[f"a text that is {name}"] for name in labels],
        classes=[0, 1],
        given=guide.codes,
        probabilities=rng.random((N, 2)).astype(np.float32),
        label_vectors=rng.random((len(labels), 4)).astype(np.float32),
        classifier={"coefficients": rng.random((4, 2)), "lengths": np.ones(N)},
        fits_none=rng.random(N).astype(np.float32),
    )
    save_fit(results, key, made)
    save_hierarchy(results, key, make_hierarchy())
    save_sample_size(results, key, N)
    words = [[DrivingWord(*["late"] + [1] * (len(DrivingWord._fields) - 1))], []]
    for name, finding in {
        "evidence": Evidence(4, 2, 4, 0.5, 0.9, 0.1, 0.7, 0.001),
        "change": rng.random(N).astype(np.float32),
        "near": rng.random(N).astype(np.float32),
        "linear": LinearForm(np.ones((4, 3), np.float32), np.zeros(3, np.float32), 0.5),
        "control": Control(permuted=0.5),
        "words": words,
    }.items():
        save_finding(results, key, name, finding)


def rewrite(source, target, change=None, *, add=(), manifest=None, fix_sums=True):
    """Copy a file; `change` takes the name and content of a member, and returns its new content or None."""
    with zipfile.ZipFile(source) as old:
        members = {name: old.read(name) for name in old.namelist()}
    about = json.loads(members.pop("manifest.json"))
    if change is not None:
        members = {name: change(name, content) for name, content in members.items()}
        members = {name: content for name, content in members.items() if content is not None}
    members |= dict(add)
    if fix_sums:
        about["members"] = {
            name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in members.items()
        }
    about |= manifest or {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(about))
    return target


def check_at_once(monkeypatch):
    """What a child process checks is checked in this one: its start takes seconds."""

    def run(function, report, *, shown, limits, failure, **arguments):
        module, _, name = function.partition(":")
        return getattr(importlib.import_module(module), name)(report, **arguments)

    monkeypatch.setattr(opening, "run_limited", run)
