"""The task that builds the demo: its corpus encoded, with two analyses labelled and fitted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..corpus import Corpus, build_corpus
from ..corpus.tables import read_table
from ..encoders import DEFAULT_ENCODER
from ..labels import next_round
from ..storage import Analysis, Store, findings_kept, has_fit, has_space, load_space
from ..utils import Report, app_folder, content_key, write_atomically
from .fit import FIT_VERSION, fit
from .prepare import PREPARE_VERSION, prepare

DEMO_FILE = app_folder() / "assets" / "demo" / "feedback.csv"
DEMO_VERSION = 1  # raise it when other labels or analyses are wanted
N_LABELS = 36
"""Labels of each analysis: six of each kind on average, enough for a verdict, few enough to give by hand."""
GIVEN_BY = "Refract"


@dataclass(frozen=True)
class DemoAnalysis:
    """An analysis of the demo: its instruction, and the column that its labels come from."""

    instruction: str
    column: str


DEMO_ANALYSES = (
    DemoAnalysis("by what it is about", "topic"),
    DemoAnalysis("by what the customer feels", "emotion"),
)
"""In the order in which they are added: the last is the one that opens with the corpus."""


@cache
def read_demo() -> Corpus:
    """Read the demo corpus from the file that comes with Refract."""
    return build_corpus(read_table(DEMO_FILE.name, DEMO_FILE.read_bytes()), "text")


def demo_analyses(store: Store) -> list[Analysis]:
    """Return the analyses of the demo whose reshaped map can be shown, oldest first; empty until it is built.

    Analyses that a person made in the demo count too.
    """
    entry = store.find_corpus(read_demo().key)
    if entry is None or entry.embedding_key is None:
        return []
    results = store.results(entry.key)
    if not has_space(results, entry.embedding_key):
        return []
    return [
        analysis
        for analysis in store.analyses(entry.key)
        if analysis.embedding_key == entry.embedding_key and has_fit(results, analysis.fit_key)
    ]


def is_demo_wanted(store: Store) -> bool:
    """Whether the demo should be built though nobody asked: not yet built, or by an earlier version.

    One that was removed is not wanted.
    """
    built = _built_version(store)
    return built is None or (built != _version() and store.find_corpus(read_demo().key) is not None)


def note_demo_removed(store: Store) -> None:
    """Record that the demo was removed, so that it is not built again unless somebody asks for it."""
    _keep_version(store, _version())


def prepare_demo(store: Store, report: Report) -> None:
    """Build what is missing of the demo; labels and analyses that a person made stay as they are.

    Each analysis gets the labels of a column for the texts that the deck would suggest, in that order. What
    is on disk is not computed again, so an interrupted task continues where it stopped.

    Raises
    ------
    EncoderUnavailable
        When the default encoder cannot be loaded.
    """
    corpus = read_demo()
    if store.find_corpus(corpus.key) is None:
        store.add_corpus(corpus, opened=False)
    if store.corpus_entry(corpus.key).encoder in (None, DEFAULT_ENCODER):
        prepare(store, report, corpus_key=corpus.key, encoder=DEFAULT_ENCODER)
    found = [_labelled(store, corpus, described) for described in DEMO_ANALYSES]
    ours = [analysis_id for analysis_id in reversed(found) if analysis_id is not None]
    for analysis_id in ours:
        fit(store, report, analysis_id=analysis_id)
    _keep_version(store, _version())


def unmeasured_demo(store: Store) -> list[Analysis]:
    """Return the analyses of a demo that nobody has opened yet whose evidence is still to be measured.

    That of an opened one is measured when it is shown.
    """
    entry = store.find_corpus(read_demo().key)
    if entry is None or entry.opened_at:
        return []
    results = store.results(entry.key)
    return [
        analysis
        for analysis in reversed(demo_analyses(store))
        if analysis.fit_key is not None and "evidence" not in findings_kept(results, analysis.fit_key)
    ]


def _labelled(store: Store, corpus: Corpus, described: DemoAnalysis) -> int | None:
    """Return the id of an analysis with its labels, made where it is missing; None for one of a person."""
    values = set(corpus.metadata[described.column].astype(str))
    same = [each for each in store.analyses(corpus.key) if each.instruction == described.instruction]
    if same and not _is_ours(store, same[0], values):
        return None
    analysis_id = same[0].id if same else store.add_analysis(corpus.key, described.instruction)
    _give_labels(store, corpus, analysis_id, described.column)
    return analysis_id


def _is_ours(store: Store, analysis: Analysis, values: set[str]) -> bool:
    """Whether this task made an analysis, perhaps interrupted, and nobody has changed its labels since."""
    history = store.labels.history(analysis.id)
    names = set(store.label_names.current(analysis.id))
    if history.empty:
        return analysis.fit_key is None and names <= values
    return names == values and bool((history["given_by"] == GIVEN_BY).all())


def _give_labels(store: Store, corpus: Corpus, analysis_id: int, column: str) -> None:
    """Label the texts that the deck suggests, round by round, as the column says."""
    entry = store.encoded_corpus(corpus.key)
    space = load_space(store.results(corpus.key), entry.embedding_key)
    says = corpus.metadata[column].astype(str).tolist()
    store.label_names.add_missing(analysis_id, sorted(set(says)))
    guide = store.labels.read(analysis_id)
    while guide.n_labels < N_LABELS:
        rows = next_round(guide, np.asarray(space.vectors), views=space.views)[: N_LABELS - guide.n_labels]
        if not rows:
            return
        given = {row: says[row] for row in rows}
        store.labels.give(analysis_id, given, GIVEN_BY, source="column", source_name=column)
        guide = store.labels.read(analysis_id)


def _version() -> str:
    return content_key("demo", DEMO_VERSION, PREPARE_VERSION, FIT_VERSION, read_demo().key)


def _built_version(store: Store) -> str | None:
    """Return the version of the demo that was built or removed here; None for none."""
    try:
        return str(json.loads(_record(store).read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep_version(store: Store, version: str) -> None:
    def write(file: BinaryIO) -> None:
        file.write(json.dumps({"version": version}).encode())

    write_atomically(_record(store), write)


def _record(store: Store) -> Path:
    return store.home / "demo.json"
