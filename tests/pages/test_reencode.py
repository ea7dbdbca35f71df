"""Pages of analyses by another method than reshaping by labels."""

import pytest

from core.encoders import PrecomputedVectors
from core.storage import save_precomputed
from core.transforms import Method
from pages.common import analysis_title, cache
from pages.maps.view import titles
from tests.conftest import AskingEncoder
from tests.support.page_helpers import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, keys, words

pytestmark = pytest.mark.model


@pytest.fixture
def analysis(store, prepared, labelled, request, corpus):
    """An analysis fitted by the method of the parameter, with labels or without."""
    kind, with_labels = request.param
    analysis = labelled if with_labels else store.add_analysis(prepared, "furious shouting")
    encoder = {"gstransform": "", "ready": ""}.get(kind, kind)
    if kind == "ready":
        vectors = AskingEncoder().encode(corpus.texts, instruction="furious")
        ready = PrecomputedVectors(vectors, "order", "k")
        encoder = save_precomputed(store.results(prepared), prepared, "mine.npy", ready)
    method = Method("gstransform") if kind == "gstransform" else Method("reencode", encoder)
    store.set_method(analysis, method)
    assert cache.runner().submit("fit", "x", analysis_id=analysis).status == "done"
    return analysis


METHODS = [("asking", False), ("speaking", True), ("speaking", False), ("gstransform", True), ("ready", True)]


@pytest.mark.parametrize("analysis", METHODS, indirect=True, ids=str)
def test_every_page_opens_before_and_after_it_was_measured(app, store, analysis):
    for _ in range(2):
        for page in (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT):
            app.run()
            app.switch_page(page).run()
            assert not app.exception and not app.error, page
        key = store.analysis(analysis).fit_key
        cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)


@pytest.mark.parametrize("analysis", [("asking", False)], indirect=True)
def test_reencoding_without_labels_says_that_nothing_checked_it(app, store, analysis):
    app.run()
    app.switch_page(MAPS).run()
    assert "from the instruction only" in words(app)
    assert "Predicted label" not in app.selectbox(key="maps_colour_True").options
    app.switch_page(EVIDENCE).run()
    assert "From the instruction only" in words(app)


@pytest.mark.parametrize("analysis", [("speaking", True)], indirect=True)
def test_what_reencoding_did_not_help_is_not_blamed_on_the_labels(app, store, analysis):
    key = store.analysis(analysis).fit_key
    cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)
    app.run()
    app.switch_page(EVIDENCE).run()
    assert "wrong labels" not in words(app)


@pytest.mark.parametrize("analysis", [("hkunlp/instructor-base", True)], indirect=True)
def test_labels_are_learned_from_any_page_but_texts_reencoded_from_the_guide_page_only(app, store, analysis):
    app.run()
    app.switch_page(MAPS).run()
    assert "fit_again" not in keys(app)
    store.labels.give(analysis, {30: "angry"}, "ada")
    before = store.analysis(analysis).fit_key
    app.run()
    assert app.button(key="next_step").label == "Reshape map"
    app.button(key="next_step").click().run()
    assert store.analysis(analysis).fit_key != before and "fit_again" not in keys(app)
    for change in (
        lambda: store.set_instruction(analysis, "calm words"),  # hours, perhaps, or another machine
        lambda: store.set_method(analysis, Method("reencode", "")),  # cannot start
    ):
        change()
        for page in (MAPS, EVIDENCE):
            app.switch_page(page).run()
            assert app.button(key="next_step").label == "Continue in Guide"
    app.switch_page(MAPS).run()
    store.set_method(analysis, Method("reencode", "hkunlp/instructor-base"))
    store.set_instruction(analysis, "by feeling")
    store.labels.give(analysis, {31: "angry"}, "ada")
    app.run()
    before = store.analysis(analysis).fit_key
    app.button(key="next_step").click().run()
    assert store.analysis(analysis).fit_key != before


@pytest.mark.parametrize("analysis", [("asking", True)], indirect=True)
def test_the_figures_of_reencoding_are_not_said_to_come_from_a_reshaping(app, store, analysis):
    key = store.analysis(analysis).fit_key
    cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)
    app.run()
    for page in (MAPS, EVIDENCE):
        app.switch_page(page).run()
        helps = [element.proto.help for element in app.markdown]
        assert any("No label shaped either" in said for said in helps)
        assert not any("reshaped by the rest" in said for said in helps)


@pytest.mark.parametrize("analysis", [("asking", False)], indirect=True)
@pytest.mark.parametrize("names", [(), ("furious", "lovely")])
def test_reencoding_without_labels_is_nowhere_called_made_from_names(app, store, analysis, names):
    for name in names:
        store.label_names.add(analysis, name)
    cache.runner().submit("fit", "x", analysis_id=analysis)
    key = store.analysis(analysis).fit_key
    cache.runner().submit("measure", "x", analysis_id=analysis, fit_key=key)
    app.run()
    for page in (MAPS, EVIDENCE):
        app.switch_page(page).run()
        assert "from the instruction only" in words(app).lower()
        links = [link.proto.label for link in app.get("page_link")]
        assert any("not checked" in label for label in links)
        assert "names only" not in (words(app) + " ".join(links)).lower()
    app.switch_page(EXPORT).run()
    assert ("label names alone" in words(app)) == bool(names)


def test_maps_of_one_long_instruction_can_be_told_apart(store, prepared, labelled):
    asked = "What does the writer of this text wish for, whatever the tone of the text may be?"
    store.set_instruction(labelled, asked)
    other = store.copy_analysis(labelled)
    store.set_method(other, Method("reencode", "asking"))
    for analysis in (labelled, other):
        assert cache.runner().submit("fit", "x", analysis_id=analysis).status == "done"
    found = titles(prepared)
    assert max(map(len, found.values())) <= 60  # what a map has room for
    assert found[f"analysis-{other}"].endswith("… · asking")


def test_a_copy_is_opened_and_followed_in_its_own_way(app, store, prepared, labelled):
    app.run()
    app.switch_page(GUIDE).run()
    app.button(key="guide_copy").click().run()
    copy = store.analyses(prepared)[-1].id
    assert copy != labelled and app.session_state["refract"].analysis_id == copy
    app.segmented_control(key=f"approach_kind_{copy}").set_value("gstransform").run()
    assert store.analysis(copy).method == Method("gstransform")
    assert store.analysis(labelled).method == Method()
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
    store.set_method(analysis, Method("reencode", "hkunlp/instructor-base"))
    title = analysis_title(store.analysis(analysis), longest=40)
    assert len(title) == 40 and title.endswith("… · instructor-base")
    assert analysis_title(store.analysis(analysis)).startswith("by what the customer feels about it · ")
