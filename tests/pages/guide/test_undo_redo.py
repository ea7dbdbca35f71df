"""Undo and Redo in the deck, and texts that are answered again."""

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from tests.conftest import make_frame
from tests.support.page_helpers import GUIDE, keys, name_label, open_fitted, shown_text, words
from tests.support.page_helpers import guide as guide  # the fixture


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


@pytest.fixture
def deck(guide, store, prepared):
    name_label(guide, "angry, pleased")
    return guide, store.analyses(prepared)[0].id


def test_redo_brings_back_what_was_undone_until_a_new_label(deck, store, corpus):
    app, analysis = deck
    first = shown_text(app, corpus)
    press(app, "guide_label_0")
    second = shown_text(app, corpus)
    assert "guide_redo" not in keys(app)
    press(app, "guide_undo")
    assert shown_text(app, corpus) == first
    assert first[:40] in app.button(key="guide_redo").help.replace("\\", "")
    press(app, "guide_redo")
    assert shown_text(app, corpus) == second and store.labels.read(analysis).counts["angry"] == 1
    press(app, "guide_undo")
    press(app, "guide_label_1")
    assert "guide_redo" not in keys(app)


def test_undo_says_that_it_takes_back_an_import_and_redo_brings_it_back(deck, store):
    app, analysis = deck
    labels = {row: "glad" for row in range(20, 50)}
    given_by = app.text_input(key="guide_person").placeholder
    store.labels.give(analysis, labels, given_by, source="column", source_name="mood", add_names=True)
    app.run()
    hint = app.button(key="guide_undo").help
    assert "import of 30 labels from “mood” and the label name “glad”" in hint
    press(app, "guide_undo")
    assert store.label_names.current(analysis) == ["angry", "pleased"]
    assert any("import of 30 labels" in toast.value for toast in app.toast)
    assert hint.removeprefix("Undo") == app.button(key="guide_redo").help.removeprefix("Redo")
    press(app, "guide_redo")
    assert store.labels.read(analysis).counts == {"angry": 0, "pleased": 0, "glad": 30}


def test_redo_says_what_another_labelled_since_and_leaves_it(deck, store, corpus):
    app, analysis = deck
    row = corpus.texts.tolist().index(shown_text(app, corpus))
    press(app, "guide_label_0")
    press(app, "guide_undo")
    store.labels.give(analysis, {row: "pleased"}, "bo")
    app.run()
    assert "bo labelled or skipped" in app.button(key="guide_redo").help
    press(app, "guide_redo")
    assert store.labels.read(analysis).label_of(row) == "pleased" and "bo labelled or skipped" in words(app)


def test_a_text_is_answered_again_and_skip_leaves_its_answer(deck, store, corpus):
    app, analysis = deck
    text = shown_text(app, corpus)
    row = corpus.texts.tolist().index(text)
    press(app, "guide_label_0")
    following = shown_text(app, corpus)
    for answer, label in (("guide_skip", "angry"), ("guide_label_1", "pleased")):
        press(app, f"guide_again_{row}")
        assert shown_text(app, corpus) == text and "Labelled **angry**" in words(app)
        press(app, answer)
        assert store.labels.read(analysis).label_of(row) == label
        assert shown_text(app, corpus) == following


def test_an_answer_of_the_check_sample_is_redone(app, store, corpus, labelled):
    open_fitted(app, store, labelled, GUIDE)
    app.selectbox(key="guide_mode").set_value("Check sample").run()
    first = shown_text(app, corpus)
    press(app, "guide_label_1")
    press(app, "guide_undo")
    assert shown_text(app, corpus) == first and store.check_labels.read(labelled).n_checked == 0
    assert "“pleased”" in app.button(key="guide_redo").help
    press(app, "guide_redo")
    assert shown_text(app, corpus) != first and store.check_labels.read(labelled).n_checked == 1
    press(app, "guide_undo")
    store.check_labels.give(labelled, corpus.texts.tolist().index(first), "angry", "bo")
    app.run()
    press(app, "guide_redo")
    checks = store.check_labels.read(labelled)
    assert checks.n_checked == 1 and "that answer stays" in words(app)


def test_a_text_of_several_lines_is_quoted_on_one(app, store):
    frame = make_frame()
    frame["text"] = "Dear all,\n\n    " + frame["text"]
    corpus = build_corpus(Table("mail.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    app.switch_page(GUIDE).run()
    name_label(app, "angry, pleased")
    press(app, "guide_label_0")
    (again,) = [button for button in app.button if button.key and button.key.startswith("guide_again_")]
    (latest,) = [
        html.proto.body for html in app.get("html") if '<div class="latest-answers' in html.proto.body
    ]
    for quoted in (again.label, app.button(key="guide_undo").help, latest):
        assert "Dear all, " in quoted and "\n" not in quoted
