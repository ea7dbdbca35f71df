import sqlite3
import threading

import numpy as np
import pandas as pd
import pytest

from core.corpus import Corpus
from core.errors import LabelError, StoreError
from core.labels import LONGEST_LABEL
from core.storage import Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


@pytest.fixture
def corpus():
    return Corpus(
        name="letters",
        texts=np.asarray(["good bread", "late van", "rude\ncall", "späte Post"], dtype=object),
        metadata=pd.DataFrame({"text": ["a", "b", None, "d"], "stars": [5, 1, 2, 3]}),
        text_column="body",
        key="k1",
    )


@pytest.fixture
def analysis(store, corpus):
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, " by feeling ")
    store.label_names.add(analysis, "fond")
    store.label_names.add(analysis, "cross")
    return analysis


def test_a_corpus_comes_back_as_it_was_also_from_a_new_store(store, corpus):
    store.add_corpus(corpus)
    again = Store(store.home).load_corpus(corpus.key)
    assert again.texts.tolist() == corpus.texts.tolist()
    assert (again.name, again.text_column, again.key) == ("letters", "body", "k1")
    # A metadata column that is called like the text is no problem.
    pd.testing.assert_frame_equal(again.metadata, corpus.metadata, check_dtype=False)


def test_the_corpus_opened_last_comes_first(store, corpus):
    store.add_corpus(corpus)
    other = Corpus("others", corpus.texts, corpus.metadata, "body", "k2")
    store.add_corpus(other)
    store.mark_opened("k1")
    assert [entry.key for entry in store.corpora()] == ["k1", "k2"]
    assert store.corpora()[0].n_texts == 4


def test_a_corpus_that_nobody_opened_comes_last_until_it_is_opened(store, corpus):
    store.add_corpus(Corpus("others", corpus.texts, corpus.metadata, "body", "k2"))
    store.add_corpus(corpus, opened=False)
    assert [(entry.key, bool(entry.opened_at)) for entry in store.corpora()] == [("k2", True), ("k1", False)]
    store.add_corpus(corpus)
    assert store.corpora()[0].key == "k1"
    store.add_corpus(corpus, opened=False)
    assert store.corpora()[0].opened_at


def test_adding_a_corpus_again_keeps_its_embeddings_and_labels(store, corpus, analysis):
    store.set_encoding("k1", "some-encoder", "e1")
    store.labels.give(analysis, {0: "fond"}, "ada")
    store.add_corpus(corpus)
    assert store.encoded_corpus("k1").embedding_key == "e1"
    assert len(store.labels.read(analysis).table) == 1


def test_a_corpus_without_embeddings_is_refused_where_they_are_needed(store, corpus):
    store.add_corpus(corpus)
    with pytest.raises(StoreError, match="encode it first"):
        store.encoded_corpus("k1")


def test_deleting_a_corpus_takes_everything_of_it(store, corpus, analysis):
    store.labels.give(analysis, {0: "fond"}, "ada")
    store.results("k1").save_array("x", np.zeros(1))
    store.delete_corpus("k1")
    assert (
        store.corpora() == [] and store.analyses("k1") == [] and len(store.labels.read(analysis).table) == 0
    )
    assert not store.results("k1").has_array("x")
    with pytest.raises(StoreError, match="no longer kept here"):
        store.load_corpus("k1")


def test_labels_are_codes_in_the_order_of_their_names(store, analysis):
    store.labels.give(analysis, {0: "cross", 2: "fond"}, "ada")
    assert store.labels.read(analysis).codes.tolist() == [1, -1, 0, -1]


def test_the_latest_label_counts_and_who_gave_it_is_kept(store, analysis):
    store.labels.give(analysis, {0: "cross"}, "ada")
    store.labels.give(analysis, {0: "fond"}, "bob")
    guide = store.labels.read(analysis).table
    assert guide[["row", "label", "given_by"]].to_numpy().tolist() == [[0, "fond", "bob"]]
    assert pd.Timestamp(guide["given_at"][0]).tz is not None


def test_undo_takes_back_one_step_whole_and_uncovers_what_was_before(store, analysis):
    store.labels.give(analysis, {0: "cross"}, "ada")
    store.labels.give(analysis, {0: "fond", 1: "fond", 2: "fond"}, "an import")
    assert sorted(store.labels.undo(analysis)) == [0, 1, 2]
    assert store.labels.read(analysis).codes.tolist() == [1, -1, -1, -1]
    assert store.labels.undo(analysis) == [0]
    assert store.labels.undo(analysis) == []


def test_a_skipped_text_has_no_label_but_is_remembered(store, analysis):
    store.labels.give(analysis, {1: None}, "ada")
    assert store.labels.read(analysis).table[["row", "label"]].to_numpy().tolist() == [[1, None]]
    assert (store.labels.read(analysis).codes == -1).all()


def test_renaming_keeps_who_gave_what(store, analysis):
    store.labels.give(analysis, {0: "cross"}, "ada")
    store.label_names.rename(analysis, "cross", "angry")
    assert store.label_names.current(analysis) == ["fond", "angry"]
    assert store.labels.read(analysis).table[["label", "given_by"]].to_numpy().tolist() == [["angry", "ada"]]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("  ", "has no name"),
        ("Cross", "There is a label “cross” already"),
        ("x" * (LONGEST_LABEL + 1), f"has 61 characters, at most {LONGEST_LABEL} fit"),
    ],
)
def test_a_label_name_that_cannot_be_used_says_why(store, analysis, name, message):
    with pytest.raises(LabelError, match=message):
        store.label_names.add(analysis, name)
    with pytest.raises(LabelError, match=message):
        store.label_names.rename(analysis, "fond", name)


def test_an_unknown_label_records_nothing(store, analysis):
    with pytest.raises(
        LabelError, match=r"“glad” is not one of this analysis \((fond|cross), (fond|cross)\)"
    ):
        store.labels.give(analysis, {0: "fond", 1: "glad"}, "ada")
    assert len(store.labels.read(analysis).table) == 0


def test_analyses_keep_their_labels_apart(store, corpus, analysis):
    other = store.add_analysis("k1", "by cause")
    store.label_names.add(other, "fond")
    store.labels.give(other, {3: "fond"}, "ada")
    store.labels.give(analysis, {0: "fond"}, "ada")
    assert store.labels.undo(analysis) == [0]
    assert store.labels.read(other).codes.tolist() == [-1, -1, -1, 0]
    assert [entry.instruction for entry in store.analyses("k1")] == ["by feeling", "by cause"]


def test_a_removed_analysis_takes_its_labels_and_leaves_the_others(store, analysis):
    other = store.add_analysis("k1", "by cause")
    store.labels.give(analysis, {0: "fond"}, "ada")
    store.delete_analysis(analysis)
    assert [entry.id for entry in store.analyses("k1")] == [other]
    with pytest.raises(StoreError, match="was removed"):
        store.analysis(analysis)


def test_labels_given_from_many_threads_at_once_are_all_kept(store, analysis):
    def label(start):
        for row in range(start, start + 10):
            store.labels.give(analysis, {row: "fond"}, "ada")

    threads = [threading.Thread(target=label, args=[start]) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.labels.history(analysis)["row"]) == list(range(80))
    assert len({store.labels.undo(analysis)[0] for _ in range(80)}) == 80  # every label was a step of its own


def test_a_full_disk_is_said_and_loses_nothing(store, analysis):
    store.labels.give(analysis, {0: "fond"}, "ada")
    with sqlite3.connect(store.home / "refract.sqlite") as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    original = sqlite3.connect

    def connect_to_full_disk(*arguments, **options):
        connection = original(*arguments, **options)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_to_full_disk)
        with pytest.raises(StoreError, match="is full, so this was not recorded: free some space"):
            Store(store.home).labels.give(analysis, dict.fromkeys(range(5000), "cross"), "ada")
    assert store.labels.read(analysis).codes.tolist() == [0, -1, -1, -1]


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(tmp_path / "file" / "home")


def test_an_id_is_never_used_again(store, corpus, analysis):
    store.delete_corpus("k1")
    store.add_corpus(corpus)
    assert store.add_analysis("k1", "another") > analysis
    assert store.find_analysis(analysis) is None


def test_a_damaged_database_is_named(tmp_path):
    (tmp_path / "refract.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StoreError, match=r"refract\.sqlite is damaged \(file is not a database\)"):
        Store(tmp_path)
