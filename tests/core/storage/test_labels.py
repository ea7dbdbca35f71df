import contextlib
import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from core.corpus import Corpus
from core.errors import LabelError, StoreError
from core.labels import RetiredLabel
from core.storage import Store
from core.transforms import Method


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "home")


@pytest.fixture
def analysis(store):
    """Labels cross, angry and fond of texts 0, 1 and 2, given by ada; text 3 was skipped."""
    texts = np.asarray(["bad van", "late van", "good van", "a van"], dtype=object)
    store.add_corpus(Corpus("letters", texts, pd.DataFrame(index=range(4)), "text", "k1"))
    analysis = store.add_analysis("k1", "by feeling")
    for name in ("cross", "angry", "fond"):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {0: "cross"}, "ada")
    store.labels.give(analysis, {1: "angry"}, "bob")
    store.labels.give(analysis, {2: "fond", 3: None}, "ada")
    return analysis


def given(store, analysis):
    """Label of each text, and who gave it."""
    guide = store.labels.read(analysis).table
    return {row: (label, by) for row, label, by in guide[["row", "label", "given_by"]].to_numpy().tolist()}


def test_merged_labels_count_as_one_and_who_gave_what_is_kept(store, analysis):
    before = store.labels.history(analysis)
    store.label_names.merge(analysis, ["cross", "angry"], "angry")
    assert store.label_names.current(analysis) == ["angry", "fond"]
    assert store.labels.read(analysis).codes.tolist() == [0, 0, 1, -1]
    assert given(store, analysis) == {
        0: ("angry", "ada"),
        1: ("angry", "bob"),
        2: ("fond", "ada"),
        3: (None, "ada"),
    }
    after = store.labels.history(analysis)
    pd.testing.assert_frame_equal(after.drop(columns="counts_as"), before.drop(columns="counts_as"))
    assert after["label"].tolist() == ["cross", "angry", "fond", None]
    assert after["counts_as"].tolist() == ["angry", "angry", "fond", None]
    assert after["step"].tolist() == [1, 2, 3, 3]


def test_a_deleted_label_counts_as_none_and_its_texts_are_free_again(store, analysis):
    store.label_names.delete(analysis, "cross")
    assert store.label_names.current(analysis) == ["angry", "fond"]
    assert store.labels.read(analysis).codes.tolist() == [-1, 0, 1, -1]
    assert sorted(given(store, analysis)) == [1, 2, 3]
    history = store.labels.history(analysis)
    assert history[["label", "counts_as", "given_by"]].to_numpy().tolist()[0] == ["cross", None, "ada"]
    with pytest.raises(LabelError, match="“cross” is not one of this analysis"):
        store.labels.give(analysis, {0: "cross"}, "ada")


def test_a_label_that_no_text_ever_had_is_gone_for_good(store, analysis):
    store.label_names.add(analysis, "other")
    store.label_names.delete(analysis, "other")
    assert list(store.labels.read(analysis).retired) == []


@pytest.mark.parametrize("retire", ["merge", "delete"])
def test_what_was_merged_or_deleted_comes_back_as_it_was(store, analysis, retire):
    before = given(store, analysis)
    if retire == "merge":
        store.label_names.merge(analysis, ["cross"], "fond")
        assert list(store.labels.read(analysis).retired) == [RetiredLabel("cross", "fond", 1)]
    else:
        store.label_names.delete(analysis, "cross")
        assert list(store.labels.read(analysis).retired) == [RetiredLabel("cross", None, 1)]
    store.label_names.restore(analysis, "cross")
    assert given(store, analysis) == before
    assert store.label_names.current(analysis) == ["cross", "angry", "fond"]
    assert list(store.labels.read(analysis).retired) == []
    with pytest.raises(LabelError, match="“cross” is neither merged nor deleted"):
        store.label_names.restore(analysis, "cross")


def test_a_chain_of_merges_counts_for_its_end_and_falls_with_it(store, analysis):
    store.label_names.merge(analysis, ["cross"], "angry")
    store.label_names.merge(analysis, ["angry"], "fond")
    assert store.labels.read(analysis).codes.tolist() == [0, 0, 0, -1]
    assert [label.merged_into for label in store.labels.read(analysis).retired] == ["fond", "fond"]
    store.label_names.delete(analysis, "fond")
    assert (store.labels.read(analysis).codes == -1).all()
    assert [label.merged_into for label in store.labels.read(analysis).retired] == [None, None, None]
    store.label_names.restore(analysis, "angry")
    assert store.labels.read(analysis).codes.tolist() == [0, 0, -1, -1]


def test_a_label_merged_into_one_is_not_gone_when_that_never_had_a_text(store, analysis):
    store.label_names.add(analysis, "upset")
    store.label_names.merge(analysis, ["cross"], "upset")
    store.label_names.delete(analysis, "upset")
    assert [label.name for label in store.labels.read(analysis).retired] == ["cross", "upset"]
    store.label_names.restore(analysis, "upset")
    assert given(store, analysis)[0] == ("upset", "ada")


def test_a_name_used_again_starts_without_texts_and_the_earlier_label_can_come_back(store, analysis):
    store.label_names.delete(analysis, "cross")
    store.label_names.add(analysis, "cross")
    assert store.label_names.current(analysis) == ["angry", "fond", "cross"]
    assert store.labels.read(analysis).codes.tolist() == [-1, 0, 1, -1]
    store.labels.give(analysis, {3: "cross"}, "bob")
    assert [label.name for label in store.labels.read(analysis).retired] == ["cross (earlier)"]
    store.label_names.restore(analysis, "cross (earlier)")
    assert given(store, analysis)[0] == ("cross (earlier)", "ada")
    assert given(store, analysis)[3] == ("cross", "bob")
    for _ in range(2):
        store.label_names.delete(analysis, "cross")
        store.label_names.add(analysis, "cross")
        store.labels.give(analysis, {3: "cross"}, "bob")
    assert [label.name for label in store.labels.read(analysis).retired] == [
        "cross (earlier 2)",
        "cross (earlier 3)",
    ]


def test_a_label_takes_the_name_of_one_that_was_merged_into_it(store, analysis):
    store.label_names.merge(analysis, ["cross"], "angry")
    store.label_names.rename(analysis, "angry", "cross")
    assert store.label_names.current(analysis) == ["cross", "fond"]
    assert store.labels.read(analysis).codes.tolist() == [0, 0, 1, -1]
    assert list(store.labels.read(analysis).retired) == [RetiredLabel("cross (earlier)", "cross", 1)]


def test_a_name_in_use_in_other_letters_is_not_brought_back(store, analysis):
    store.label_names.delete(analysis, "cross")
    store.label_names.add(analysis, "Cross")
    with pytest.raises(LabelError, match="There is a label “Cross” already: rename that one first"):
        store.label_names.restore(analysis, "cross")


def test_a_label_can_change_its_letters(store, analysis):
    store.label_names.rename(analysis, "cross", " Cross ")
    assert store.label_names.current(analysis) == ["Cross", "angry", "fond"]


def test_an_unknown_name_changes_nothing(store, analysis):
    for change in (
        lambda: store.label_names.merge(analysis, ["cross", "glad"], "angry"),
        lambda: store.label_names.merge(analysis, ["cross"], "glad"),
        lambda: store.label_names.delete(analysis, "glad"),
        lambda: store.label_names.rename(analysis, "glad", "happy"),
    ):
        with pytest.raises(LabelError, match="There is no label “glad”"):
            change()
    store.label_names.delete(analysis, "cross")
    with pytest.raises(LabelError, match="There is no label “cross”"):
        store.label_names.merge(analysis, ["angry"], "cross")
    assert store.labels.read(analysis).codes.tolist() == [-1, 0, 1, -1]


def test_undo_goes_on_under_merged_and_deleted_labels(store, analysis):
    store.labels.give(analysis, {0: "angry"}, "eve")
    store.label_names.merge(analysis, ["angry"], "fond")
    step = store.labels.last_step(analysis)
    assert (step.rows, step.labels, step.given_by) == ([0], ["fond"], "eve")
    assert store.labels.undo(analysis) == [0]
    assert given(store, analysis)[0] == ("cross", "ada")
    step = store.labels.last_step(analysis)
    assert (step.rows, step.labels, step.given_by) == ([2, 3], ["fond"], "ada")
    store.labels.undo(analysis)
    store.label_names.delete(analysis, "fond")
    assert store.labels.last_step(analysis).labels == ["angry"]  # it counts for none now: its own name
    store.labels.undo(analysis)
    store.labels.undo(analysis)
    assert store.labels.last_step(analysis) is None and store.labels.history(analysis).empty


def test_a_merged_label_says_how_many_texts_come_back_with_it(store, analysis):
    store.label_names.merge(analysis, ["cross"], "angry")
    store.label_names.delete(analysis, "angry")
    assert [label.n_texts for label in store.labels.read(analysis).retired] == [1, 2]
    store.label_names.restore(analysis, "angry")
    assert (store.labels.read(analysis).codes == 0).sum() == 2


def test_undo_takes_back_only_the_step_that_is_meant(store, analysis):
    meant = store.labels.last_step(analysis)
    store.labels.give(analysis, {3: "cross"}, "another tab")
    with pytest.raises(LabelError, match="Labels changed in another tab meanwhile"):
        store.labels.undo(analysis, meant=meant)
    assert given(store, analysis)[3] == ("cross", "another tab")
    store.labels.undo(analysis)
    assert store.labels.undo(analysis, meant=meant) == meant.rows == [2, 3]
    with pytest.raises(LabelError):
        store.labels.undo(analysis, meant=meant)
    assert sorted(given(store, analysis)) == [0, 1]


def test_two_tabs_that_take_one_name_at_once_are_told(store, analysis):
    def change(act):
        try:
            act()
        except LabelError as error:
            return str(error)

    with ThreadPoolExecutor(2) as tabs:
        for number in range(20):
            first, second = store.label_names.current(analysis)[:2]
            said = list(
                tabs.map(
                    change,
                    [
                        lambda old=first, new=f"Same {number}": store.label_names.rename(analysis, old, new),
                        lambda old=second, new=f"same {number}": store.label_names.rename(analysis, old, new),
                    ],
                )
            )
            assert sum(text is None for text in said) == 1
            assert any("There is a label" in (text or "") for text in said)


@pytest.mark.parametrize("seed", range(5))
def test_any_row_of_changes_leaves_the_history_and_comes_back_whole(store, analysis, seed):
    """Merges, deletions and new names at random; bringing all back gives the labels of the start."""
    chance = random.Random(seed)
    history, names = store.labels.history(analysis), {0: "cross", 1: "angry", 2: "fond"}
    for _ in range(12):
        in_use = store.label_names.current(analysis)
        act = chance.choice(["merge", "delete", "add", "restore"])
        if act == "merge" and len(in_use) > 1:
            store.label_names.merge(analysis, chance.sample(in_use, 2), chance.choice(in_use))
        elif act == "delete" and in_use:
            store.label_names.delete(analysis, chance.choice(in_use))
        elif act == "add" and "cross" not in in_use:
            store.label_names.add(analysis, "cross")
        elif act == "restore" and (retired := list(store.labels.read(analysis).retired)):
            name = chance.choice(retired).name
            if name not in in_use:
                store.label_names.restore(analysis, name)
        in_use, codes = list(store.labels.read(analysis).names), store.labels.read(analysis).codes
        assert in_use == store.label_names.current(analysis)
        by_row = store.labels.read(analysis).table.set_index("row")["label"]
        for row in range(3):
            assert (in_use[codes[row]] if codes[row] >= 0 else None) == by_row.get(row)
    for label in store.labels.read(analysis).retired:
        store.label_names.restore(analysis, label.name)
    for row, name in names.items():
        assert given(store, analysis)[row][0].startswith(name)
    columns = ["step", "row", "given_by", "given_at"]
    pd.testing.assert_frame_equal(store.labels.history(analysis)[columns], history[columns])


def test_a_copy_of_an_analysis_has_its_labels_and_a_life_of_its_own(store, analysis):
    store.label_names.merge(analysis, ["cross", "angry"], "angry")
    method = Method("reencode", "instructor:/models/mine")
    store.set_method(analysis, method)
    store.set_fit(analysis, "f1", "e1")
    copy = store.copy_analysis(analysis)
    twin = store.analysis(copy)
    assert copy != analysis
    assert (twin.instruction, twin.fit_key, twin.embedding_key) == ("by feeling", "f1", "e1")
    assert twin.method == method
    assert store.label_names.current(copy) == ["angry", "fond"]
    assert store.labels.history(copy).equals(store.labels.history(analysis))
    assert list(store.labels.read(copy).retired) == list(store.labels.read(analysis).retired)
    before = given(store, analysis)
    store.label_names.rename(copy, "angry", "furious")
    store.labels.undo(copy)
    store.label_names.restore(copy, "cross")
    assert given(store, analysis) == before
    assert given(store, copy) == {0: ("cross", "ada"), 1: ("furious", "bob")}
    with pytest.raises(StoreError, match="removed"):
        store.copy_analysis(99)


def test_a_label_given_this_very_moment_is_kept(store, analysis):
    store.labels.give(analysis, {1: "angry"}, "small", source="model")
    unless = {"unless": lambda source: source == "deck"}
    rows = store.labels.give(analysis, {0: "fond", 3: "fond"}, "small", source="model", **unless)
    assert rows == []
    rows = store.labels.give(analysis, {0: "fond", 1: "fond"}, "small", source="model", **unless)
    assert rows == [1]
    assert given(store, analysis)[0] == ("cross", "ada")
    assert given(store, analysis)[1] == ("fond", "small")


def test_source_and_review_are_columns_of_their_own(store, analysis):
    store.labels.give(analysis, {0: "cross"}, "ada", source="column", source_name="status, checked")
    store.labels.give(analysis, {1: "angry"}, "ada", reviewed=True)
    guide = store.labels.read(analysis)
    first = guide.table.set_index("row").loc[0]
    assert (first["given_by"], first["source"], first["source_name"]) == ("ada", "column", "status, checked")
    assert guide.reviewed.tolist() == [False, True, False, False]
    with pytest.raises(ValueError, match="a source is one of"):
        store.labels.give(analysis, {0: "cross"}, "ada", source="guess")


def test_labels_are_read_again_only_after_a_change(store, analysis):
    first = store.labels.read(analysis)
    assert store.labels.read(analysis) is first
    store.labels.give(analysis, {1: "cross"}, "ada")  # by this thread
    second = store.labels.read(analysis)
    assert second is not first and second.codes[1] == 0
    Store(store.home).labels.give(analysis, {2: "cross"}, "another tab")
    assert store.labels.read(analysis).codes[2] == 0


def test_nobody_can_change_the_labels_that_all_readers_share(store, analysis):
    guide = store.labels.read(analysis)
    for shared in (
        guide.codes,
        *guide.latest.values(),
        guide.seen,
        guide.reviewed,
        guide.by_model,
        store.load_corpus("k1").texts,
    ):
        with pytest.raises(ValueError, match="read-only"):
            shared[0] = shared[1]


def test_labels_are_read_again_after_the_connection_was_lost(store, analysis):
    reader = Store(store.home)  # it writes nothing, so that no counter of its connections moves
    reader.labels.read(analysis)
    reader._database.close()  # as after a locked or full file
    store.labels.give(analysis, {0: "fond"}, "another tab")
    assert reader.labels.read(analysis).codes[0] == 2


def test_threads_share_what_was_read_until_something_changes(store, analysis):
    with ThreadPoolExecutor(8) as pool:
        read = set(pool.map(lambda _: id(store.labels.read(analysis)), range(40)))
        assert read == {id(store.labels.read(analysis))}
        store.labels.give(analysis, {1: "cross"}, "ada")
        codes = list(pool.map(lambda _: store.labels.read(analysis).codes[1], range(40)))
    assert codes == [0] * 40


def test_labels_of_a_file_put_in_the_place_of_another_are_read(store, analysis, tmp_path):
    file, copy = store.home / "refract.sqlite", tmp_path / "copy.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    store.labels.give(analysis, {0: "angry"}, "ada")
    assert store.labels.read(analysis).label_of(0) == "angry"
    for name in ("-wal", "-shm"):
        file.with_name(file.name + name).unlink()
    copy.replace(file)
    with ThreadPoolExecutor(1) as pool:  # as the next run of a page
        assert pool.submit(store.labels.read, analysis).result().label_of(0) == "cross"


def test_a_file_that_vanished_is_a_sentence_and_is_not_made_again(store, analysis):
    file = store.home / "refract.sqlite"
    store.labels.read(analysis)
    store._database.close()
    file.unlink()
    with pytest.raises(StoreError, match=r"refract\.sqlite cannot be used \(No such file"):
        store.labels.read(analysis)
    assert not file.exists()


def test_the_label_that_a_text_had_before_is_told(store, analysis):
    store.labels.give(analysis, {3: "fond"}, "bob")
    assert store.labels.given_before(analysis, 3) == ("fond", "bob")
    assert store.labels.given_before(analysis, 3, skip=1) == (None, "ada")
    assert store.labels.given_before(analysis, 3, skip=2) is None


def test_people_are_counted_and_their_latest_answers_found(store, analysis):
    guide = store.labels.read(analysis)
    assert guide.n_by_person == {"ada": 2, "bob": 1}
    assert guide.latest_of(["ada"], 2) == {3: None, 2: "fond"}
    assert guide.latest_of(["ada", "bob"], 9) == {3: None, 2: "fond", 1: "angry", 0: "cross"}
    assert guide.latest_of([], 9) == {}
    store.labels.give(analysis, {3: "fond"}, "a model", source="model")
    store.labels.give(analysis, {0: "fond"}, "bob", source="map")
    guide = store.labels.read(analysis)
    assert guide.n_by_person == {"bob": 2, "ada": 1} and guide.latest_of(["bob"], 9) == {1: "angry"}
