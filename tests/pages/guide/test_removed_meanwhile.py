"""Another tab removes the analysis, the corpus or a label while the guide is open: no error page."""

import pytest

from pages.common import cache
from tests.pages.guide.test_two_people import open_deck
from tests.support.page_helpers import words


@pytest.fixture
def guide(labelled):
    return open_deck(labelled, "ada lovelace")


BUTTONS = ["guide_label_0", "guide_skip", "guide_undo", "guide_fit"]


@pytest.mark.parametrize("key", BUTTONS)
def test_a_button_of_a_removed_analysis(guide, store, labelled, key):
    if key == "guide_undo":
        guide.button(key="guide_label_0").click().run()
    store.delete_analysis(labelled)
    guide.button(key=key).click().run()
    assert not guide.exception


@pytest.mark.parametrize("key", BUTTONS[:3])
def test_a_button_of_a_removed_corpus(guide, store, labelled, prepared, key):
    if key == "guide_undo":
        guide.button(key="guide_label_0").click().run()
    store.delete_corpus(prepared)
    guide.button(key=key).click().run()
    assert not guide.exception


@pytest.mark.parametrize(("key", "value"), [("guide_instruction", "by topic"), ("guide_new_label", "calm")])
def test_a_field_of_a_removed_analysis(guide, store, labelled, key, value):
    store.delete_analysis(labelled)
    guide.text_input(key=key).set_value(value).run()
    assert not guide.exception


@pytest.mark.parametrize("change", ["rename", "merge", "delete"])
def test_a_label_that_another_tab_changed(guide, store, labelled, change):
    if change == "rename":
        store.label_names.rename(labelled, "angry", "furious")
    elif change == "merge":
        store.label_names.merge(labelled, ["angry"], "pleased")
    else:
        store.label_names.delete(labelled, "angry")
    before = len(store.labels.history(labelled))
    guide.button(key="guide_label_0").click().run()
    assert not guide.exception and "angry" in words(guide)
    assert len(store.labels.history(labelled)) == before
    guide.button(key="guide_label_0").click().run()
    assert not guide.exception and len(store.labels.history(labelled)) == before + 1


def test_the_check_sample_of_a_removed_analysis(guide, store, labelled):
    guide.selectbox(key="guide_mode").set_value("Check sample").run()
    store.delete_analysis(labelled)
    guide.button(key="guide_none").click().run()
    assert not guide.exception


def test_a_fit_asked_for_in_two_tabs_runs_once(labelled):
    tabs = [open_deck(labelled, name) for name in ("ada lovelace", "bo")]
    for tab in tabs:
        tab.button(key="guide_fit").click().run()
        assert not tab.exception
    assert {job.status for job in cache.runner().jobs()} == {"done"}


def test_an_instruction_typed_in_two_tabs_is_the_later_one_in_both(labelled, store):
    ada, bo = open_deck(labelled, "ada lovelace"), open_deck(labelled, "bo")
    ada.text_input(key="guide_instruction").set_value("by topic").run()
    bo.text_input(key="guide_instruction").set_value("by length").run()
    ada.run()
    assert store.analysis(labelled).instruction == "by length"
    assert ada.text_input(key="guide_instruction").value == "by length"
