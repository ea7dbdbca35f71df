"""The check sample in the deck: blind, apart from guide labels, with an Undo of its own."""

import sqlite3

import pytest

from core.utils import percent
from pages.common import cache, estimate_of
from tests.pages.guide.test_two_people import open_deck
from tests.support.page_helpers import GUIDE, keys, open_fitted, shown_text, words

CHECK = "Check sample"


def choose(app, mode=CHECK):
    app.selectbox(key="guide_mode").set_value(mode).run()
    assert not app.exception
    return app


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def row_of(app, corpus):
    return corpus.texts.tolist().index(shown_text(app, corpus))


def checks_of(store, analysis):
    return store.check_labels.read(analysis)


@pytest.fixture
def check(app, store, labelled):
    open_fitted(app, store, labelled, GUIDE)
    return choose(app)


def test_the_text_is_shown_without_anything_that_gives_its_label_away(check, store, corpus, labelled):
    row = row_of(check, corpus)
    said = words(check)
    assert "Looks like" not in said and "Between" not in said
    assert "topic" not in said and "feeling\\:" not in said
    assert [check.button(key=f"guide_label_{at}").label for at in range(2)] == ["**angry**", "**pleased**"]
    choose(check, "Suggested")
    assert "Looks like" in words(check) or "Between" in words(check)
    next(toggle for toggle in check.toggle if "guide_columns" in toggle.key).set_value(True).run()
    assert "topic\\:" in words(check)
    choose(check)
    assert "topic\\:" not in words(check)
    assert row_of(check, corpus) == row


def test_answers_are_kept_apart_from_guide_labels(check, store, corpus, labelled):
    before, key = store.labels.read(labelled), store.analysis(labelled).fit_key
    rows = []
    for answer in ("guide_label_1", "guide_none", "guide_skip", "guide_label_0"):
        rows.append(row_of(check, corpus))
        press(check, answer)
    checks, after = checks_of(store, labelled), store.labels.read(labelled)
    assert rows == [row for row in checks.order.tolist() if row >= 12][:4]
    assert checks.rows.tolist() == [rows[0], rows[1], rows[3]] and checks.codes.tolist() == [1, -1, 0]
    assert checks.skipped.tolist() == [rows[2]]
    assert after.counts == before.counts and after.n_labels == before.n_labels
    assert store.analysis(labelled).fit_key == key


def test_undo_takes_back_answers_in_their_order(check, store, corpus, labelled):
    rows = []
    for answer in ("guide_label_1", "guide_none", "guide_skip"):
        rows.append(row_of(check, corpus))
        press(check, answer)
    for row in reversed(rows):
        press(check, "guide_undo")
        assert row_of(check, corpus) == row
    assert checks_of(store, labelled).n_checked == checks_of(store, labelled).n_skipped == 0
    assert check.button(key="guide_undo").disabled
    choose(check, "Suggested")  # whose Undo takes back no answer of the check sample
    press(check, "guide_label_0")
    choose(check)
    press(check, "guide_label_0")
    choose(check, "Suggested")
    press(check, "guide_undo")
    assert checks_of(store, labelled).n_checked == 1 and store.labels.read(labelled).n_labels == 12


def test_the_hint_of_undo_says_what_it_takes_back(check, corpus):
    for answer, said in (
        ("guide_label_1", "“pleased”"),
        ("guide_none", "none of these"),
        ("guide_skip", "skip"),
    ):
        text = shown_text(check, corpus)
        press(check, answer)
        assert said in check.button(key="guide_undo").help and text in check.button(key="guide_undo").help


def test_other_modes_show_no_text_of_the_check_sample(check, store, corpus, labelled):
    model = {row: "angry" for row in range(20, 40)}
    store.labels.give(labelled, model, "small", source="model", started_by="bo")
    check.run()
    answered = set()
    for _ in range(20):
        answered.add(row_of(check, corpus))
        press(check, "guide_label_0")
    for mode, answer in (
        ("Suggested", "guide_skip"),
        ("More of a label", "guide_skip"),
        ("Least sure of a label", "guide_skip"),
        ("Given by a model", "guide_reject"),
    ):
        choose(check, mode)
        while answer in keys(check):
            assert row_of(check, corpus) not in answered
            press(check, answer)
    assert checks_of(store, labelled).n_checked == 20


def test_without_a_fit_texts_are_checked_too(app, store, corpus, labelled):
    app.run()
    choose(app.switch_page(GUIDE).run())
    row = row_of(app, corpus)
    press(app, "guide_label_0")
    assert checks_of(store, labelled).rows.tolist() == [row]


def test_the_caption_counts_to_thirty(check, store, labelled):
    assert "0 of 30 texts" in words(check)
    press(check, "guide_none")
    assert "1 of 30 texts" in words(check)
    press(check, "guide_skip")
    assert "1 of 30 texts" in words(check)


def test_the_end_of_the_texts_is_said(check, store, corpus, labelled):
    for row in checks_of(store, labelled).next_rows(store.labels.read(labelled), n=60):
        store.check_labels.give(labelled, row, "angry", "ada")
    check.run()
    assert "Every text has a label" in words(check) and not check.exception
    assert not {"guide_none", "guide_label_0"} & keys(check)


def test_where_every_text_has_a_label_no_estimate_is_promised(check, store, corpus, labelled):
    feelings = corpus.metadata["feeling"].tolist()
    labels = dict(enumerate(feelings))
    store.labels.give(labelled, labels, "ada", source="column", source_name="feeling")
    check.run()
    assert "Every text has a label" in words(check) and not check.exception
    assert "Evidence says" not in words(check)


def test_many_labels_are_typed(check, store, corpus, labelled):
    for number in range(9):
        store.label_names.add(labelled, f"kind {number}")
    check.run()
    row = row_of(check, corpus)
    check.selectbox(key="guide_typed_label").set_value("kind 8").run()
    assert not check.exception
    assert (checks_of(store, labelled).rows.tolist(), checks_of(store, labelled).codes.tolist()) == (
        [row],
        [10],
    )
    assert store.labels.read(labelled).n_labels == 12


class TestTwoPeople:
    @pytest.fixture
    def ada(self, labelled):
        return choose(open_deck(labelled, "ada lovelace"))

    @pytest.fixture
    def bo(self, labelled, ada):
        return choose(open_deck(labelled, "bo"))

    def test_they_answer_different_texts(self, ada, bo, store, corpus, labelled):
        shown = []
        for turn in range(10):
            for app in (ada, bo) if turn % 2 else (bo, ada):
                shown.append(row_of(app, corpus))
                press(app, f"guide_label_{turn % 2}")
                assert row_of(ada, corpus) != row_of(bo, corpus)
        checks = checks_of(store, labelled)
        assert checks.rows.tolist() == shown and len(set(shown)) == 20
        assert sorted(checks.given_by) == ["ada lovelace"] * 10 + ["bo"] * 10

    def test_undo_takes_back_ones_own_answer(self, ada, bo, store, corpus, labelled):
        of_ada, of_bo = row_of(ada, corpus), row_of(bo, corpus)
        press(ada, "guide_label_0")
        press(bo, "guide_label_1")
        ada.run()
        press(ada, "guide_undo")
        assert row_of(ada, corpus) == of_ada and checks_of(store, labelled).rows.tolist() == [of_bo]
        assert ada.button(key="guide_undo").disabled and not bo.button(key="guide_undo").disabled

    def test_the_first_answer_to_a_text_stays(self, ada, bo, store, corpus, labelled):
        row = row_of(ada, corpus)
        store.check_labels.give(labelled, row, "pleased", "bo")
        press(ada, "guide_label_0")
        assert "meanwhile" in words(ada) and row_of(ada, corpus) != row
        checks = checks_of(store, labelled)
        assert (checks.rows.tolist(), checks.codes.tolist(), checks.given_by) == ([row], [1], ("bo",))


def test_a_key_press_opens_few_connections(check, monkeypatch):
    opened, connect = [], sqlite3.connect

    def traced(*arguments, **options):
        opened.append(arguments)
        return connect(*arguments, **options)

    monkeypatch.setattr(sqlite3, "connect", traced)
    press(check, "guide_label_0")
    assert len(opened) <= 3


def test_from_thirty_on_the_deck_leads_to_the_estimate_and_stays_blind(check, store, corpus, labelled):
    feelings = corpus.metadata["feeling"].tolist()
    for row in checks_of(store, labelled).next_rows(store.labels.read(labelled), n=29):
        store.check_labels.give(labelled, row, feelings[row], "ada")
    check.run()
    assert "29 of 30 texts" in words(check)
    press(check, "guide_none")
    accuracy = estimate_of(store.analysis(labelled), cache.fit(store.analysis(labelled))).accuracy
    assert "30 texts" in words(check) and percent(accuracy.value) not in words(check)
    assert any(
        link.proto.page == "evidence" and "shares" in link.proto.label for link in check.get("page_link")
    )
