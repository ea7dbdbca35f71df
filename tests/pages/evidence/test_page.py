"""The evidence page, before and after it was measured."""

import pytest

from core.errors import StoreError
from core.tasks import measure
from pages.common import cache
from tests.support.page_helpers import EVIDENCE, follow, open_fitted, words
from tests.support.page_helpers import quick as quick  # the fixture
from tests.support.session import selected


def test_evidence_before_it_is_measured_holds_the_places(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE)
    assert "Being checked" in words(app) and "Measuring…" in words(app)


@pytest.mark.model
def test_a_check_that_failed_says_why_and_starts_again(app, store, prepared, labelled, monkeypatch):
    def refuse(*given, **known):
        raise StoreError("The disk is full: free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(measure, "learning_curve", refuse)
        open_fitted(app, store, labelled, EVIDENCE, measured=True)
    said = words(app)
    assert "The disk is full" in said.replace("\\", "") and "Measuring…" in said and "Compared with" in said
    app.button(key="measure_again").click().run()
    assert not app.exception and "Measuring…" not in words(app)


@pytest.mark.model
def test_evidence_leads_with_a_sentence_and_shows_every_part(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE, measured=True)
    said = words(app)
    headline = next(line for line in said.splitlines() if line.startswith("#### :"))
    assert any(word in headline for word in ("Works:", "Too early to tell:", "Does not help:"))
    for part in ("Would more labels help?", "Neighbours replaced", "Words that drive each label"):
        assert f"**{part}**" in said
    assert "Compared with" in said and "As one matrix" in said
    assert "Measuring…" not in said
    # Both labels have six texts and are always found again, so more of them are not asked for.
    assert not [button for button in app.button if (button.key or "").startswith("evidence_more_")]


@pytest.mark.model
def test_a_text_that_changed_is_shown_on_the_maps_with_both_neighbours(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE, measured=True)
    opened = next(button for button in app.button if (button.key or "").startswith("evidence_open_"))
    opened.click().run()
    follow(app)
    assert not app.exception
    rows = selected(app, prepared)
    assert int(opened.key.removeprefix("evidence_open_")) in rows and 2 <= len(rows) <= 3


def test_evidence_with_too_few_labels_says_which_and_leads_on(app, store, corpus, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased", "worried"):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {0: "angry", 3: "pleased"}, "ada")
    open_fitted(app, store, analysis, EVIDENCE, measured=True)
    said = words(app)
    assert "Too early to tell: *angry* (1), *pleased* (1) and *worried* (0) need" in said
    assert app.button(key="next_step").label == "Label 5 more of *worried*"
    names = [button.label for button in app.button if (button.key or "").startswith("evidence_more_")]
    assert len(names) == 3 and names[0] == "Label 5 more of *worried*"
    app.button(key="evidence_more_0").click().run()
    follow(app)
    assert app.selectbox(key="guide_mode").value == "More of a label"
    assert app.selectbox(key="guide_more_label").value == "worried"


@pytest.mark.model
def test_changed_labels_are_fitted_again_from_the_evidence(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE, measured=True)
    before = store.analysis(labelled).fit_key
    store.labels.give(labelled, {30: "angry"}, "ada")
    app.run()
    app.button(key="next_step").click().run()
    assert not app.exception and store.analysis(labelled).fit_key != before


def test_a_map_from_names_only_is_not_said_to_be_checked_by_labels(app, store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    open_fitted(app, store, analysis, EVIDENCE)
    said = words(app)
    assert "hecking whether" not in said and "nothing can check" not in said
    assert "check sample" in said.split("Check sample")[0]  # the verdict points to what can check it
    assert said.count("Measuring…") == 3  # a word in each empty frame
    assert not any("helped" in job.title for job in cache.runner().jobs())
