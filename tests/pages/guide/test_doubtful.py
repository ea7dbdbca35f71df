"""The deck's texts that the Fit is least sure of, and those that fit none of the labels."""

from dataclasses import replace

import numpy as np
import pytest

from core.storage import load_fit, save_fit
from pages.common import cache
from tests.support.page_helpers import GUIDE, keys, name_label, open_fitted, shown_text, words


def open_mode(app, mode):
    app.switch_page(GUIDE).run()
    app.selectbox(key="guide_mode").set_value(mode).run()
    assert not app.exception
    return app


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception


def row_of(app, corpus):
    return corpus.texts.tolist().index(shown_text(app, corpus))


@pytest.fixture
def sure(app, store, labelled):
    open_fitted(app, store, labelled, GUIDE)
    return open_mode(app, "Least sure of a label")


@pytest.fixture
def fitted(store, prepared, labelled):
    """A Fit by which text 30 most probably fits none of the labels, then text 31, and so on."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    results, key = store.results(prepared), store.analysis(labelled).fit_key
    likely = np.zeros(60, dtype=np.float32)
    likely[30:34] = [0.94, 0.8, 0.6, 0.03]
    save_fit(results, key, replace(load_fit(results, key), fits_none=likely))
    return labelled


@pytest.fixture
def none(app, fitted):
    app.run()
    return open_mode(app, "Fits none")


class TestLeastSure:
    def test_the_smallest_lead_of_the_label_comes_first(self, sure, store, corpus, labelled):
        fit = cache.fit(store.analysis(labelled))
        for label in ("pleased", "angry"):
            sure.selectbox(key="guide_more_label").set_value(label).run()
            leads = []
            for _ in range(4):
                row = row_of(sure, corpus)
                assert fit.labels[fit.predicted[row]] == label and row >= 12
                second, first = np.sort(fit.probabilities[row])[-2:]
                leads.append(first - second)
                press(sure, "guide_skip")
            assert leads == sorted(leads)
            free = (fit.predicted == fit.labels.index(label)) & (np.arange(60) >= 12)
            assert leads[0] <= np.sort(np.ptp(fit.probabilities[free], axis=1))[1]

    def test_a_label_is_given_and_taken_back(self, sure, store, corpus, labelled):
        row = row_of(sure, corpus)
        press(sure, "guide_label_1")
        assert store.labels.read(labelled).codes[row] == 1 and row_of(sure, corpus) != row
        press(sure, "guide_undo")
        assert store.labels.read(labelled).codes[row] == -1 and row_of(sure, corpus) == row

    def test_the_end_of_the_texts_is_said(self, sure, store, labelled):
        store.labels.give(labelled, dict.fromkeys(range(60)), "bo")
        sure.run()
        assert "predicted to be **angry**" in words(sure) and not sure.exception
        assert "guide_label_0" not in keys(sure)

    def test_a_label_that_the_fit_does_not_know_yet(self, sure, store, labelled):
        store.label_names.add(labelled, "worried")
        sure.run()
        sure.selectbox(key="guide_more_label").set_value("worried").run()
        assert "“worried” is new" in words(sure)


class TestFitsNone:
    def test_the_likeliest_comes_first_with_its_probability(self, none, corpus):
        for row, said in ((30, "**94 %**"), (31, "**80 %**"), (32, "**60 %**"), (33, "**3 %**")):
            assert row_of(none, corpus) == row and said in words(none)
            press(none, "guide_skip")

    def test_a_new_label_is_named_given_and_taken_back_with_its_name(self, none, store, corpus, fitted):
        none.text_input(key="guide_added_label").set_value("worried").run()
        assert not none.exception
        guide = store.labels.read(fitted)
        assert guide.names == ("angry", "pleased", "worried") and guide.codes[30] == 2
        assert row_of(none, corpus) == 31 and none.text_input(key="guide_added_label").value == ""
        press(none, "guide_label_2")
        press(none, "guide_undo")
        assert row_of(none, corpus) == 31
        press(none, "guide_undo")
        assert row_of(none, corpus) == 30 and "guide_label_2" not in keys(none)
        assert store.labels.read(fitted).names == ("angry", "pleased")

    def test_undo_leaves_a_new_label_that_other_texts_have_by_now(self, none, store, fitted):
        none.text_input(key="guide_added_label").set_value("worried").run()
        store.labels.give(fitted, {40: "worried"}, "bo")
        none.run()
        press(none, "guide_undo")
        assert store.labels.read(fitted).counts == {"angry": 6, "pleased": 6, "worried": 1}

    def test_a_name_in_use_gives_that_label(self, none, store, fitted):
        none.text_input(key="guide_added_label").set_value("Angry").run()
        guide = store.labels.read(fitted)
        assert guide.names == ("angry", "pleased") and guide.codes[30] == 0
        press(none, "guide_undo")
        assert store.labels.read(fitted).names == ("angry", "pleased")

    def test_a_name_that_is_too_long_is_refused_and_the_text_stays(self, none, store, corpus, fitted):
        none.text_input(key="guide_added_label").set_value("x" * 200).run()
        assert not none.exception and row_of(none, corpus) == 30 and none.error
        assert store.labels.read(fitted).names == ("angry", "pleased")

    def test_the_end_of_the_texts_is_said(self, none, store, fitted):
        store.labels.give(fitted, dict.fromkeys(range(60)), "bo")
        none.run()
        assert "Every text was labelled or skipped" in words(none)
        assert "guide_added_label" not in {field.key for field in none.text_input}

    def test_where_every_text_fits_a_label_no_text_is_shown(self, none, monkeypatch):
        fit = cache.fit
        zero = np.zeros(60, dtype=np.float32)
        monkeypatch.setattr(cache, "fit", lambda analysis: replace(fit(analysis), fits_none=zero))
        none.run()
        assert "likely to fit none" not in words(none) and "guide_label_0" not in keys(none)

    def test_a_fit_of_an_earlier_version_is_said(self, none, monkeypatch):
        fit = cache.fit
        monkeypatch.setattr(cache, "fit", lambda analysis: replace(fit(analysis), fits_none=None))
        none.run()
        assert "reshape the map again" in words(none) and not none.exception
        assert "guide_label_0" not in keys(none)


def test_a_label_named_above_the_deck_is_given_by_its_key(none, store, fitted):
    name_label(none, "worried")
    press(none, "guide_label_2")
    assert store.labels.read(fitted).codes[30] == 2
