"""The next step in the head of every page: it follows the state, under one name."""

from dataclasses import replace

import pytest

from core.evidence import Evidence, LabelEvidence
from core.storage import save_finding
from pages.common import cache
from tests.support.page_helpers import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, follow, keys, open_fitted
from tests.support.page_helpers import quick as quick  # the fixture

EARLY = Evidence(
    12, 2, 12, 0.5, 0.6, -0.2, 0.4, 0.3, (LabelEvidence(0, 9, 0.5, 0.8), LabelEvidence(1, 3, 0.5, 0.4))
)
WORKING = replace(EARLY, reshaped=0.9, gain_low=0.1, gain_high=0.7, chance=0.001)
USELESS = replace(EARLY, reshaped=0.2, gain_low=-0.4, gain_high=-0.2, chance=0.999)
SEPARATE = replace(EARLY, generic=0.95, reshaped=0.95, gain_low=-0.03, gain_high=0.03, chance=0.5)
PAGES = (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT)


def step_on(app, page):
    """Name of the next step on a page; None where it offers none."""
    app.switch_page(page).run()
    assert not app.exception
    return app.button(key="next_step").label if "next_step" in keys(app) else None


@pytest.fixture
def checked(app, store, prepared, labelled):
    """Open the app on the maps, with evidence that is made up."""

    def open_with(evidence):
        open_fitted(app, store, labelled, MAPS)
        results = store.results(prepared)
        save_finding(results, store.analysis(labelled).fit_key, "evidence", evidence)
        return app

    return open_with


def test_without_a_corpus_the_page_says_what_is_missing(app):
    app.run()
    assert [step_on(app, page) for page in PAGES] == [None] * 5


def test_a_corpus_without_an_analysis_leads_to_the_map_and_to_the_guide(app, prepared):
    app.run()
    ask = "Give an instruction"
    assert [step_on(app, page) for page in PAGES] == ["Show the map of 60 texts", None, ask, ask, ask]


def test_before_the_first_fit_labels_come_first(app, store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    app.run()
    assert step_on(app, MAPS) == "Name the labels"
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    assert step_on(app, MAPS) == "Label 10 texts"
    store.labels.give(analysis, {0: "angry", 1: "pleased"}, "ada")
    assert [step_on(app, page) for page in (GUIDE, MAPS)] == [None, "Reshape map"]


def test_names_only_ask_for_labels(app, store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    open_fitted(app, store, analysis, MAPS)
    assert [step_on(app, page) for page in (GUIDE, MAPS, EVIDENCE)] == [None, *["Label 10 texts"] * 2]


def test_before_the_check_the_evidence_is_what_to_see(app, store, labelled):
    open_fitted(app, store, labelled, MAPS)
    found = [step_on(app, page) for page in (CORPUS, GUIDE, MAPS, EVIDENCE)]
    assert found == ["See both maps", "See both maps", "See the evidence", None]


def test_changed_labels_ask_for_a_fit_that_any_page_starts(checked, store, labelled):
    app = checked(WORKING)
    before = store.analysis(labelled).fit_key
    store.labels.give(labelled, {30: "angry"}, "ada")
    found = [step_on(app, page) for page in PAGES]
    assert found == ["Reshape map", None, *["Reshape map"] * 3]  # the guide page has its own button
    app.button(key="next_step").click().run()
    assert not app.exception and store.analysis(labelled).fit_key != before
    assert step_on(app, EVIDENCE) != "Reshape map"


def test_too_early_asks_for_more_of_the_rarest_label_everywhere(checked):
    app = checked(EARLY)
    assert {step_on(app, page) for page in PAGES[1:]} == {r"Label 3 more of *pleased*"}
    step_on(app, EVIDENCE)
    app.button(key="next_step").click().run()
    follow(app)
    assert app.selectbox(key="guide_mode").value == "More of a label"
    assert app.selectbox(key="guide_more_label").value == "pleased"
    assert "next_step" not in keys(app)  # the deck shows them now


@pytest.mark.parametrize(
    ("evidence", "name"), [(USELESS, "Show possible mistakes"), (SEPARATE, "New instruction")]
)
def test_what_does_not_help_is_looked_into(checked, evidence, name):
    app = checked(evidence)
    assert [step_on(app, page) for page in (MAPS, EVIDENCE, EXPORT)] == [name] * 3


def test_what_works_leads_on_to_the_export(checked):
    found = [step_on(checked(WORKING), MAPS)]
    app = checked(WORKING)
    found += [step_on(app, page) for page in (EVIDENCE, EXPORT)]
    assert found == ["See the evidence", "Export", None]


def test_a_running_fit_is_waited_for(checked, store, labelled):
    app = checked(EARLY)
    job = cache.runner().submit("fit", "x", analysis_id=labelled)
    job.status = "running"
    assert step_on(app, EVIDENCE) is None
