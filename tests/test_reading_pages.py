"""Pages of analyses that follow their instruction in another way than by labels."""

import pytest

from core.approaches import Approach
from core.encoders import ReadyVectors
from core.readings import keep_ready
from pages.common import cache
from pages.common.state import analysis_title
from tests.conftest import AskingEncoder
from tests.test_pages import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, keys, words


@pytest.fixture
def analysis(store, prepared, labelled, request, corpus):
    """An analysis that was followed as the parameter says; its labels are taken away where it says so."""
    kind, with_labels = request.param
    analysis = labelled if with_labels else store.add_analysis(prepared, "furious shouting")
    encoder = {"gstransform": "", "ready": ""}.get(kind, kind)
    if kind == "ready":
        vectors = AskingEncoder().encode(corpus.texts, instruction="furious")
        ready = ReadyVectors(vectors, "order", "k")
        encoder = keep_ready(store.results(prepared), prepared, "mine.npy", ready)
    approach = Approach("gstransform") if kind == "gstransform" else Approach("reading", encoder)
    store.set_approach(analysis, approach)
    assert cache.runner().submit("fit", "x", analysis_id=analysis).status == "done"
    return analysis


WAYS = [("asking", False), ("speaking", True), ("speaking", False), ("gstransform", True), ("ready", True)]


@pytest.mark.parametrize("analysis", WAYS, indirect=True, ids=str)
def test_every_page_opens_before_and_after_it_was_measured(app, store, analysis):
    for _ in range(2):
        for page in (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT):
            app.run()
            app.switch_page(page).run()
            assert not app.exception and not app.error, page
        key = store.analysis(analysis).fit_key
        cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)


@pytest.mark.parametrize("analysis", [("asking", False)], indirect=True)
def test_a_reading_without_labels_says_that_nothing_checked_it(app, store, analysis):
    app.run()
    app.switch_page(MAPS).run()
    assert "from the instruction only" in words(app)
    assert "Predicted label" not in app.selectbox(key="maps_colour_True").options
    app.switch_page(EVIDENCE).run()
    assert "From the instruction only" in words(app)


@pytest.mark.parametrize("analysis", [("speaking", True)], indirect=True)
def test_what_a_reading_did_not_help_is_not_blamed_on_the_labels(app, store, analysis):
    key = store.analysis(analysis).fit_key
    cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)
    app.run()
    app.switch_page(EVIDENCE).run()
    assert "in the space as read" in words(app)
    assert "wrong labels" not in words(app)
    assert "encoder" in words(app)


def test_a_copy_is_opened_and_followed_in_its_own_way(app, store, prepared, labelled):
    app.run()
    app.switch_page(GUIDE).run()
    app.button(key="guide_copy").click().run()
    copy = store.analyses(prepared)[-1].id
    assert copy != labelled and app.session_state["refract"].analysis_id == copy
    app.segmented_control(key=f"approach_kind_{copy}").set_value("gstransform").run()
    assert store.analysis(copy).approach == Approach("gstransform")
    assert store.analysis(labelled).approach == Approach()
    assert f"analysis_{copy}" in keys(app)


def test_an_instruction_is_not_lost_by_emptying_its_field(app, store, labelled):
    app.run()
    app.switch_page(GUIDE).run()
    app.text_input(key="guide_instruction").set_value(" ").run()
    assert store.analysis(labelled).instruction == "by feeling"
    assert app.text_input(key="guide_instruction").value == "by feeling"


def test_of_a_long_title_the_instruction_is_cut_first(store, prepared):
    analysis = store.add_analysis(prepared, "by what the customer feels about it")
    assert analysis_title(store.analysis(analysis), longest=20) == "by what the custome…"
    store.set_approach(analysis, Approach("reading", "hkunlp/instructor-base"))
    title = analysis_title(store.analysis(analysis), longest=40)
    assert len(title) == 40 and title.endswith("… · instructor-base")
    assert analysis_title(store.analysis(analysis)).startswith("by what the customer feels about it · ")
