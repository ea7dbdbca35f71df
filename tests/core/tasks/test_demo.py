"""The demo is built once, resumed when interrupted, and never changes what a person made."""

import numpy as np
import pandas as pd
import pytest

from core.__main__ import main
from core.errors import Cancelled
from core.evidence import Evidence
from core.storage import Store, has_fit, save_finding
from core.tasks import (
    DEMO_ANALYSES,
    demo,
    demo_analyses,
    fit_key,
    is_demo_wanted,
    note_demo_removed,
    read_demo,
    unmeasured_demo,
)
from core.tasks.prepare import generic_space as preparing
from core.tasks.prepare import prepare
from tests.conftest import ROOT

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def short(home, tmp_path, monkeypatch):
    """A part of the demo, and measurements that are only counted."""
    frame = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv").head(90)
    frame.to_csv(tmp_path / "feedback.csv", index=False)
    monkeypatch.setattr(demo, "DEMO_FILE", tmp_path / "feedback.csv")
    (home / "demo.json").unlink()  # nothing was built or removed yet
    read_demo.cache_clear()
    yield
    read_demo.cache_clear()


def quietly(*progress):
    """Report to nobody."""


def state(store):
    analyses = store.analyses(read_demo().key)
    return analyses, [store.labels.history(analysis.id).to_dict("list") for analysis in analyses]


def test_two_analyses_are_labelled_and_fitted(store):
    assert is_demo_wanted(store) and not demo_analyses(store)
    demo.prepare_demo(store, quietly)
    analyses = demo_analyses(store)
    assert [analysis.instruction for analysis in analyses] == [each.instruction for each in DEMO_ANALYSES]
    assert unmeasured_demo(store) == analyses[::-1]
    save_finding(store.results(read_demo().key), analyses[0].fit_key, "evidence", Evidence(0, 0, 0))
    assert unmeasured_demo(store) == analyses[1:]
    store.mark_opened(read_demo().key)
    assert not unmeasured_demo(store)
    results = store.results(read_demo().key)
    for analysis, described in zip(analyses, DEMO_ANALYSES, strict=True):
        assert has_fit(results, analysis.fit_key) and analysis.fit_key == fit_key(store, analysis.id)
        guide, says = store.labels.read(analysis.id), read_demo().metadata[described.column]
        rows = np.flatnonzero(guide.codes >= 0)
        assert len(rows) == demo.N_LABELS and len(guide.names) == says.nunique()
        assert [guide.names[code] for code in guide.codes[rows]] == says.iloc[rows].tolist()
        assert set(guide.table["source"]) == {"column"}
        assert set(guide.table["source_name"]) == {described.column}


def test_the_same_texts_are_labelled_on_every_machine(store, tmp_path):
    demo.prepare_demo(store, quietly)
    other = Store(tmp_path / "other")
    demo.prepare_demo(other, quietly)
    for here, there in zip(demo_analyses(store), demo_analyses(other), strict=True):
        assert store.labels.read(here.id).codes.tolist() == other.labels.read(there.id).codes.tolist()


def test_nobody_has_opened_it(store, corpus):
    store.add_corpus(corpus)
    demo.prepare_demo(store, quietly)
    assert [entry.opened_at != "" for entry in store.corpora()] == [True, False]
    store.mark_opened(read_demo().key)
    assert store.corpora()[0].key == read_demo().key


def test_a_second_time_builds_nothing(store):
    demo.prepare_demo(store, quietly)
    before = state(store)
    assert not is_demo_wanted(store)
    demo.prepare_demo(store, quietly)
    assert state(store)[0] == before[0] and str(state(store)[1]) == str(before[1])


@pytest.mark.parametrize("stage", ["Drawing the generic map", "Reshaping the space"])
def test_an_interrupted_build_continues(store, stage):
    def stop(name, done, total):
        if name == stage:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        demo.prepare_demo(store, stop)
    assert is_demo_wanted(store)
    demo.prepare_demo(store, quietly)
    assert len(store.analyses(read_demo().key)) == len(demo_analyses(store)) == 2
    assert not is_demo_wanted(store)


def test_the_command_line_builds_it_before_the_app_starts(store, capsys):
    assert main(["demo"]) == 0
    assert len(demo_analyses(store)) == 2 and "Demo: " in capsys.readouterr().out
    assert main(["demo"]) == 0 and not capsys.readouterr().out


def test_a_removed_demo_is_built_again_only_when_asked(store, monkeypatch):
    demo.prepare_demo(store, quietly)
    store.delete_corpus(read_demo().key)
    note_demo_removed(store)
    assert not is_demo_wanted(store)
    monkeypatch.setattr(demo, "DEMO_VERSION", 2)
    assert not is_demo_wanted(store)
    demo.prepare_demo(store, quietly)
    assert len(demo_analyses(store)) == 2 and not is_demo_wanted(store)


def test_a_later_version_builds_it_again_where_it_is_kept(store, monkeypatch):
    demo.prepare_demo(store, quietly)
    monkeypatch.setattr(demo, "DEMO_VERSION", 2)
    assert is_demo_wanted(store)


def test_a_later_version_of_the_embeddings_encodes_it_again(store, monkeypatch):
    demo.prepare_demo(store, quietly)
    before = store.corpus_entry(read_demo().key)
    for module in (demo, preparing):
        monkeypatch.setattr(module, "PREPARE_VERSION", preparing.PREPARE_VERSION + 1)
    assert is_demo_wanted(store)
    demo.prepare_demo(store, quietly)
    after = store.corpus_entry(read_demo().key)
    assert after.encoder == before.encoder and after.embedding_key != before.embedding_key
    assert len(demo_analyses(store)) == 2 and not is_demo_wanted(store)


def test_what_a_person_made_stays(store):
    """The demo as it was before it came with analyses: encoded and labelled by hand."""
    corpus = read_demo()
    store.add_corpus(corpus)
    prepare(store, quietly, corpus_key=corpus.key, encoder="words")
    feels = DEMO_ANALYSES[1].instruction
    for instruction, label in ((feels, "cross"), ("by length", "long")):
        analysis = store.add_analysis(corpus.key, instruction)
        store.label_names.add(analysis, label)
        store.labels.give(analysis, {0: label}, "ada")
    before = state(store)
    demo.prepare_demo(store, quietly)
    after = state(store)
    assert after[0][:2] == before[0] and str(after[1][:2]) == str(before[1])
    assert [analysis.instruction for analysis in after[0][2:]] == [DEMO_ANALYSES[0].instruction]


def test_labels_that_a_person_changed_are_not_fitted_unasked(store, monkeypatch):
    demo.prepare_demo(store, quietly)
    feels = demo_analyses(store)[1]
    store.labels.give(feels.id, {0: store.label_names.current(feels.id)[0]}, "ada")
    monkeypatch.setattr(demo, "DEMO_VERSION", 2)
    demo.prepare_demo(store, quietly)
    assert demo_analyses(store)[1].fit_key == feels.fit_key != fit_key(store, feels.id)
