"""Two sessions label one analysis: different texts, an Undo of one's own, and word of what others change."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.common.person import COOKIE
from pages.guide.deck import DeckState, deck
from tests.conftest import ROOT
from tests.support.page_helpers import GUIDE, keys, shown_text, words
from tests.support.session import name_person, state_in


def open_deck(analysis, name=""):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if name:
        name_person(app, name)
    app.run()
    app.session_state["refract"].analysis_id = analysis
    app.switch_page(GUIDE).run()
    assert not app.exception
    return app


@pytest.fixture
def ada(labelled):
    return open_deck(labelled, "ada lovelace")


@pytest.fixture
def bo(labelled, ada):
    return open_deck(labelled, "bo")


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def latest(store, analysis):
    return store.labels.read(analysis).table.set_index("row")


def row_of(app, corpus):
    return corpus.texts.tolist().index(shown_text(app, corpus))


def test_two_people_label_different_texts(ada, bo, store, corpus, labelled):
    shown = []
    for turn in range(12):
        for app in (ada, bo) if turn % 2 else (bo, ada):
            shown.append(row_of(app, corpus))
            press(app, f"guide_label_{turn % 2}")
            assert row_of(ada, corpus) != row_of(bo, corpus)
    assert len(set(shown)) == len(shown)
    given = latest(store, labelled).loc[shown, "given_by"].tolist()
    assert sorted(given) == ["ada lovelace"] * 12 + ["bo"] * 12
    ada.run()
    assert "ada lovelace **12**" in words(ada) and "bo **12**" in words(ada)


def test_a_text_stays_while_another_labels(ada, bo, corpus):
    before = shown_text(ada, corpus)
    for _ in range(3):
        press(bo, "guide_skip")
        ada.run()
        assert shown_text(ada, corpus) == before


def test_undo_takes_back_ones_own_label(ada, bo, store, corpus, labelled):
    of_ada, of_bo = row_of(ada, corpus), row_of(bo, corpus)
    press(ada, "guide_label_0")
    press(bo, "guide_label_1")
    ada.run()
    assert (
        "angry" in ada.button(key="guide_undo").help
        and corpus.texts[of_ada] in ada.button(key="guide_undo").help
    )
    press(ada, "guide_undo")
    assert row_of(ada, corpus) == of_ada
    assert of_ada not in latest(store, labelled).index
    assert latest(store, labelled).loc[of_bo, "given_by"] == "bo"
    assert ada.button(key="guide_undo").disabled and not bo.button(key="guide_undo").disabled


def test_undo_leaves_what_another_gave_since(ada, bo, store, corpus, labelled):
    row = row_of(ada, corpus)
    press(ada, "guide_label_0")
    store.labels.give(labelled, {row: "pleased"}, "bo")
    ada.run()
    press(ada, "guide_undo")
    assert latest(store, labelled).loc[row, ["label", "given_by"]].tolist() == ["pleased", "bo"]
    assert "bo labelled or skipped the text since" in words(ada)


def test_a_changed_label_is_told_once(ada, bo, store, corpus, labelled):
    row = row_of(ada, corpus)
    press(ada, "guide_label_0")
    store.labels.give(labelled, {row: "pleased"}, "bo")
    bo.run()
    assert "guide_changed_fine" not in keys(bo)
    ada.run()
    assert "from **angry** to **pleased**" in words(ada) and "guide_changed_all" not in keys(ada)
    press(ada, "guide_changed_fine")
    assert "guide_changed_fine" not in keys(ada)
    again = open_deck(labelled, "ada lovelace")  # another browser
    assert "guide_changed_fine" not in keys(again)


def test_a_changed_label_is_taken_back_and_the_other_is_told(ada, bo, store, corpus, labelled):
    row = row_of(ada, corpus)
    press(ada, "guide_label_0")
    store.labels.give(labelled, {row: None}, "bo")
    ada.run()
    assert "bo** took away your label **angry**" in words(ada)
    press(ada, "guide_changed_back")
    assert "guide_changed_back" not in keys(ada)
    assert latest(store, labelled).loc[row, ["label", "given_by"]].tolist() == ["angry", "ada lovelace"]
    store.labels.give(labelled, {row: "pleased"}, "bo")
    store.labels.give(labelled, {row: "angry", 0: "angry"}, "ada lovelace")
    bo.run()
    assert "from **pleased** to **angry**" in words(bo)


def test_many_changed_labels_are_accepted_at_once(ada, store, labelled):
    store.labels.give(labelled, {row: "angry" for row in range(20, 25)}, "ada lovelace")
    store.labels.give(labelled, {row: "pleased" for row in range(20, 25)}, "bo")
    ada.run()
    press(ada, "guide_changed_fine")
    assert ada.button(key="guide_changed_all").label.endswith("4")
    press(ada, "guide_changed_all")
    assert "guide_changed_fine" not in keys(ada)


def test_the_last_texts_are_shown_to_both_with_a_word(ada, bo, store, corpus, labelled):
    left = row_of(ada, corpus)
    rest = {row: None for row in range(len(corpus.texts)) if row != left}
    store.labels.give(labelled, rest, "cy")
    bo.run()
    assert row_of(bo, corpus) == left and "The deck of **ada lovelace** shows it, too" in words(bo)
    press(bo, "guide_label_0")
    assert "Every text was labelled or skipped" in words(bo)
    ada.run()
    assert "Every text was labelled or skipped" in words(ada)


def test_a_text_that_nobody_answered_is_not_lost(ada, bo, store, corpus, labelled, monkeypatch):
    """Ada's deck shows a text and its tab is closed: it comes back to the deck of bo."""
    from pages.common import hand_outs

    left = row_of(ada, corpus)
    queue = state_in(ada, DeckState).queue
    shown = hand_outs()._shown[queue]
    monkeypatch.setitem(hand_outs()._shown, queue, type(shown)(**{**vars(shown), "is_open": lambda: False}))
    for _ in range(len(corpus.texts)):
        if row_of(bo, corpus) == left:
            break
        press(bo, "guide_skip")
    assert row_of(bo, corpus) == left and "shows it, too" not in words(bo)


@pytest.mark.parametrize("mode", ["Given by a model", "Suggested"])
def test_labels_of_a_model_are_reviewed_by_two(ada, bo, store, corpus, labelled, mode):
    rows = {row: "angry" for row in range(20, 26)}
    store.labels.give(labelled, rows, "small", source="model", started_by="bo")
    for app in (ada, bo):
        app.run()
        app.selectbox(key="guide_mode").set_value(mode).run()
    assert row_of(ada, corpus) != row_of(bo, corpus)
    assert "small" in bo.button(key="guide_undo").help  # bo started the model
    assert ada.button(key="guide_undo").disabled


def test_a_name_is_typed_kept_and_changed(labelled, store, corpus):
    app = open_deck(labelled)
    field = app.text_input(key="guide_person")
    assert field.value == "" and field.placeholder
    press(app, "guide_label_0")
    unnamed = store.labels.read(labelled).table["given_by"][0]
    assert unnamed == field.placeholder
    app.text_input(key="guide_person").set_value("  Ida\t Rhodes\n").run()
    assert app.text_input(key="guide_person").value == "Ida Rhodes"
    press(app, "guide_undo")  # what this session gave before it had a name
    assert len(store.labels.read(labelled).table) == 12
    press(app, "guide_label_0")
    assert store.labels.read(labelled).table["given_by"][0] == "Ida Rhodes"
    app.switch_page("pages/export/page.py").run()
    app.switch_page(GUIDE).run()
    assert app.text_input(key="guide_person").value == "Ida Rhodes"
    app.text_input(key="guide_person").set_value("").run()
    press(app, "guide_label_0")
    assert store.labels.read(labelled).table["given_by"][0] == unnamed


def test_a_session_of_a_browser_that_kept_a_name_has_it(labelled, store, monkeypatch):
    monkeypatch.setattr(type(st.context), "cookies", {COOKIE: "%C3%89mile%20%3Cb%3E%00"})
    app = open_deck(labelled)
    assert app.text_input(key="guide_person").value == "Émile <b>"
    press(app, "guide_label_0")
    assert store.labels.read(labelled).table["given_by"][0] == "Émile <b>"


def test_two_without_a_name_are_asked_for_one(labelled, store):
    first, second = open_deck(labelled), open_deck(labelled)
    first.run()
    for app in (first, second):
        assert "Another tab labels as" in words(app)
        press(app, "guide_label_0")
    for app, name in ((first, "ada lovelace"), (second, "bo")):
        app.text_input(key="guide_person").set_value(name).run()
    first.run()
    assert "Another tab labels as" not in words(first) and "Another tab labels as" not in words(second)
    assert first.button(key="guide_undo").disabled  # it is not known who of the two gave which


def label_meanwhile(app, store, corpus, labelled, label):
    """Another process labels the text on the card, without a word to this one."""
    row = row_of(app, corpus)
    store.labels.give(labelled, {row: label}, "cy")
    return row


def test_a_skip_takes_no_label_away_that_was_given_meanwhile(ada, store, corpus, labelled):
    row = label_meanwhile(ada, store, corpus, labelled, "pleased")
    press(ada, "guide_skip")
    assert latest(store, labelled).loc[row, ["label", "given_by"]].tolist() == ["pleased", "cy"]
    assert "cy labelled this text" in words(ada) and row_of(ada, corpus) != row


def test_a_label_given_meanwhile_is_told_to_the_later_and_kept_in_the_record(ada, store, corpus, labelled):
    row = label_meanwhile(ada, store, corpus, labelled, "pleased")
    press(ada, "guide_label_0")
    assert "cy labelled this text" in words(ada)
    history = store.labels.history(labelled)
    assert history[history["row"] == row]["given_by"].tolist() == ["cy", "ada lovelace"]
    assert [each.row for each in store.changed_labels.of(labelled, "cy")] == [row]
    press(ada, "guide_undo")
    assert latest(store, labelled).loc[row, ["label", "given_by"]].tolist() == ["pleased", "cy"]


def test_an_equal_label_given_meanwhile_needs_no_word(ada, store, corpus, labelled):
    row = label_meanwhile(ada, store, corpus, labelled, "angry")
    press(ada, "guide_label_0")
    assert "cy labelled this text" not in words(ada) and row_of(ada, corpus) != row


def test_a_label_reviewed_meanwhile_is_not_removed(ada, store, corpus, labelled):
    store.labels.give(labelled, {20: "angry"}, "small", source="model", started_by="bo")
    ada.run()
    ada.selectbox(key="guide_mode").set_value("Given by a model").run()
    row = label_meanwhile(ada, store, corpus, labelled, "pleased")
    press(ada, "guide_reject")
    assert latest(store, labelled).loc[row, ["label", "given_by"]].tolist() == ["pleased", "cy"]
    assert "cy labelled this text" in words(ada)


def test_an_instruction_that_another_tab_changed_meanwhile_is_told(ada, store, labelled):
    store.set_instruction(labelled, "by what bo wants")
    ada.text_input(key="guide_instruction").set_value("by what ada wants").run()
    assert not ada.exception and store.analysis(labelled).instruction == "by what ada wants"
    assert "by what bo wants" in words(ada)
    ada.text_input(key="guide_instruction").set_value("by feeling").run()
    assert "by what" not in words(ada)


@pytest.mark.parametrize(("which", "chosen_again"), [("another text", False), ("this text", True)])
def test_a_text_is_chosen_again_only_where_it_was_labelled_meanwhile(
    ada, store, corpus, labelled, monkeypatch, which, chosen_again
):
    chosen, choose = [], deck._choose

    def choose_while_bo_labels(*arguments):
        shown = choose(*arguments)
        if not chosen:
            seen = store.labels.read(labelled).seen
            other = next(row for row in range(len(seen)) if not seen[row] and row != shown.row)
            row = shown.row if which == "this text" else other
            store.labels.give(labelled, {row: "angry"}, "bo")
        chosen.append(shown.row)
        return shown

    monkeypatch.setattr(deck, "_choose", choose_while_bo_labels)
    ada.run()
    assert not ada.exception and len(set(chosen)) == len(chosen) == 1 + chosen_again
    assert row_of(ada, corpus) == chosen[-1]
