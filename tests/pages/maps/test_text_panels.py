"""Search, one open text, and a new text, each as a panel of its own."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import Partition, build_corpus
from core.corpus.tables import Table
from core.encoders import PrecomputedVectors
from core.errors import RefractError
from core.evidence import DrivingWord
from core.storage import save_finding, save_precomputed
from core.transforms import Method
from pages.common import cache, metadata_of
from pages.maps.opened import OpenedTexts
from pages.maps.panels.text_detail import _given_and_metadata
from pages.maps.panels.text_rows import driving_words_in, marked_text
from pages.maps.panels.texts import _as_csv
from pages.maps.view import MapView, Side
from tests.support.session import selected as selected_rows
from tests.support.session import state_in
from tests.support.text_list import list_of, listed


def make_view(corpus_key, analysis_id=None, shown=None):
    """The generic side, and that of an analysis."""
    store = cache.store()
    corpus, entry = store.load_corpus(corpus_key), store.corpus_entry(corpus_key)
    generic = cache.space(corpus_key, entry.embedding_key)
    everything = Partition(np.zeros(len(corpus.texts), dtype=np.int32), {0: "all"})
    sides = [Side("generic", "Generic", generic, None, None, entry.embedding_key, everything)]
    labels, given, analysis = [], np.full(len(corpus.texts), -1), None
    if analysis_id is not None:
        analysis = store.analysis(analysis_id)
        fit = cache.fit(analysis)
        key = analysis.fit_key
        sides.append(Side(f"analysis-{analysis_id}", "by feeling", fit.space, fit, analysis, key, everything))
        labels = store.label_names.current(analysis_id)
        given = store.labels.read(analysis_id).codes
    return MapView(corpus, tuple(sides), analysis, labels, given, shown)


def search_page(corpus_key, analysis_id, shown):
    import numpy as np
    import streamlit as st

    from core.maps.drawing import Colouring
    from pages.maps.panels import draw_search, draw_texts
    from tests.pages.maps.test_text_panels import make_view

    view = make_view(corpus_key, analysis_id, shown)
    found = draw_search(view)
    st.session_state["hits"] = None if found is None or found.problem else found.rows
    grey = Colouring("none", np.full(len(view.corpus.texts), -1), [], [])
    draw_texts(view, np.empty(0, dtype=np.int64), found, grey)


def text_page(corpus_key, analysis_id, row):
    from pages.maps.panels.text_detail import draw_text_detail
    from tests.pages.maps.test_text_panels import make_view

    draw_text_detail(make_view(corpus_key, analysis_id), row, "all texts")


def new_text_page(corpus_key, analysis_id):
    import streamlit as st

    from pages.maps.panels import draw_new_text
    from tests.pages.maps.test_text_panels import make_view

    st.session_state["marks"] = draw_new_text(make_view(corpus_key, analysis_id))


def two_analyses_page(corpus_key, left, right):
    import dataclasses

    import streamlit as st

    from pages.maps.panels import draw_new_text
    from tests.pages.maps.test_text_panels import make_view

    views = [make_view(corpus_key, analysis) for analysis in (left, right)]
    view = dataclasses.replace(views[1], sides=tuple(view.right for view in views))
    st.session_state["marks"] = draw_new_text(view)


@pytest.fixture
def fitted(labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    analysis = cache.store().analysis(labelled)
    words = [[DrivingWord("furious", 0.5, 0.6, 0.1)], [DrivingWord("lovely", 0.4, 0.5, 0.0)]]
    save_finding(cache.store().results(analysis.corpus_key), analysis.fit_key, "words", words)
    return labelled


def run(page, *arguments):
    app = AppTest.from_function(page, args=arguments, default_timeout=30).run()
    assert not app.exception
    return app


def said(app):
    kinds = ("markdown", "caption", "error", "html")
    return "\n".join(str(element.proto.body) for kind in kinds for element in app.get(kind))


def search(app, query, mode=None):
    app.text_input(key="maps_search").set_value(query).run()
    if mode is not None and query.strip():
        app.selectbox(key="maps_search_by").set_value(mode).run()
    assert not app.exception
    return app.session_state["hits"]


def test_nothing_is_searched_until_something_is_typed(prepared):
    app = run(search_page, prepared, None, None)
    assert app.session_state["hits"] is None
    assert search(app, "   ") is None
    search(app, "furious")
    assert app.selectbox(key="maps_search_by").options == ["Words", "Pattern", "Meaning"]


def test_words_and_patterns_are_found_and_selected(prepared, corpus):
    app = run(search_page, prepared, None, None)
    hits = search(app, "furious")
    expected = [row for row, text in enumerate(corpus.texts) if "furious" in text]
    assert sorted(hits.tolist()) == expected and f"**{len(expected)} found**" in said(app)
    assert listed(app) == hits.tolist()
    assert all("furious" in row[1][1::2] for row in list_of(app)["rows"])  # highlighted
    app.button(key="maps_select_hits").click().run()
    assert selected_rows(app, prepared).tolist() == expected
    assert search(app, "number 1?7$", "pattern").tolist() == [7, 17]
    assert search(app, "(van", "pattern") is None
    assert "Invalid pattern" in said(app)


def test_only_texts_that_pass_the_filters_are_found(prepared, corpus):
    app = run(search_page, prepared, None, np.arange(len(corpus.texts)) % 2 == 0)
    assert search(app, "number 1?[78]$", "pattern").tolist() == [8, 18]
    assert "(2 filtered out)" in said(app)
    assert search(app, "number 1?7$", "pattern").tolist() == []
    assert "The 2 found are filtered out" in said(app)


def test_where_no_text_holds_the_words_their_meaning_is_a_click_away(prepared, fitted):
    app = run(search_page, prepared, fitted, None)
    assert search(app, "furious lovely").tolist() == []
    app.button(key="maps_search_meaning").click().run()
    assert app.selectbox(key="maps_search_by").value == f"analysis-{fitted}"
    assert len(app.session_state["hits"]) == 50


def test_meaning_is_searched_in_the_space_of_either_map(prepared, fitted, corpus):
    app = run(search_page, prepared, fitted, None)
    query = "furious van courier"
    near = {}
    for mode in ("generic", f"analysis-{fitted}"):
        app.text_input(key="maps_search").set_value(query).run()
        app.selectbox(key="maps_search_by").set_value(mode).run()
        app.selectbox(key="maps_search_nearest").set_value(20).run()
        near[mode] = app.session_state["hits"]
        assert len(near[mode]) == 20
        cosines = [float(row[4].removeprefix("cosine ")) for row in list_of(app)["rows"]]
        assert cosines == sorted(cosines, reverse=True)
    angry = corpus.metadata["feeling"].to_numpy() == "angry"
    generic, reshaped = near.values()
    assert angry[reshaped].mean() == 1 > angry[generic].mean()


def test_a_worker_that_does_not_answer_is_told_in_a_sentence(prepared, monkeypatch):
    app = run(search_page, prepared, None, None)

    def query(question, **arguments):
        raise RefractError("No answer came within 60 s: try again.")

    monkeypatch.setattr(cache.runner(), "query", query)
    assert search(app, "furious", "generic") is None
    assert "No answer came" in said(app)


def test_a_search_in_a_space_that_is_gone_falls_back_to_words(prepared, fitted):
    app = run(search_page, prepared, fitted, None)
    search(app, "furious", f"analysis-{fitted}")
    other = AppTest.from_function(search_page, args=(prepared, None, None))
    other.session_state["maps_search_by"] = f"analysis-{fitted}"
    assert not other.run().exception
    search(other, "furious")
    assert other.selectbox(key="maps_search_by").value == "words"


def test_one_text_with_its_metadata_and_its_nearest_texts(prepared, corpus):
    app = run(text_page, prepared, None, 4)
    assert corpus.texts[4] in said(app)
    assert f"topic: **{corpus.metadata['topic'][4]}**" in said(app) and "stars: **4**" in said(app)
    nearest = make_view(prepared).right.space.graph.indices[4]
    assert listed(app, "maps_glass_rows") == nearest.tolist()


def test_long_metadata_are_cut_and_stay_on_one_line(prepared):
    kept = make_view(prepared)
    kept.corpus.metadata["topic"] = "one\n\n# two " + "x" * 500
    assert "\n" not in _given_and_metadata(kept, 4) and len(_given_and_metadata(kept, 4)) < 300


def test_labels_words_and_neighbours_before_and_after(prepared, fitted, corpus):
    app = run(text_page, prepared, fitted, 0)
    shown = said(app)
    assert "given label: **angry**" in shown
    assert '<span class="of">angry</span>' in shown and '<mark title="Speaks for' in shown
    assert "Words that speak for *angry*" in shown
    view = make_view(prepared, fitted)
    before, after = (side.space.graph.indices[0].tolist() for side in view.sides)
    expected = {
        "Gained": [row for row in after if row not in before],
        "Kept": [row for row in after if row in before],
        "Lost": [row for row in before if row not in after],
    }
    for name, rows in expected.items():
        app.segmented_control(key="maps_glass_neighbours").set_value(name).run()
        assert listed(app, "maps_glass_rows") == rows and rows
    app.button(key="maps_glass_select").click().run()
    assert selected_rows(app, prepared).tolist() == sorted([0, *expected["Lost"]])


def test_from_a_text_one_goes_back_the_way_one_came(prepared):
    app = AppTest.from_function(text_page, args=(prepared, None, 4))
    state = state_in(app, OpenedTexts, prepared)
    state.rows, state.panel = [3, 4], "Flows"
    app.run()
    app.button(key="maps_glass_back").click().run()
    assert state_in(app, OpenedTexts, prepared).rows == [3]
    app.button(key="maps_glass_back").click().run()
    assert state_in(app, OpenedTexts, prepared).row is None
    assert app.session_state["maps_side_panel"] == "Flows"


def test_a_new_text_lands_on_both_maps(prepared, fitted, corpus):
    app = run(new_text_page, prepared, fitted)
    assert app.session_state["marks"] == [(), ()]
    app.text_area(key="maps_new_text").set_value("  shouting furious van courier ").run()
    assert not app.exception
    marks = app.session_state["marks"]
    assert [mark.text for (mark,) in marks] == 2 * ["shouting furious van courier"]
    app.text_area(key="maps_new_text").set_value("van\n" * 1000).run()
    assert len(app.session_state["marks"][0][0].text) == 160  # as much as a pin shows
    app.text_area(key="maps_new_text").set_value("shouting furious van courier").run()
    view = make_view(prepared, fitted)
    for (mark,), side in zip(marks, view.sides, strict=True):
        low, high = side.space.map.min(axis=0), side.space.map.max(axis=0)
        place = np.array([mark.x, mark.y])
        assert (low <= place).all() and (place <= high).all()
    shown = said(app)
    assert shown.index('<span class="of">angry</span>') < shown.index('<span class="of">pleased</span>')
    app.button(key=f"maps_select_nearest_analysis-{fitted}").click().run()
    assert len(selected_rows(app, prepared).tolist()) == 15


def test_a_text_of_the_corpus_is_recognised(prepared, corpus):
    app = run(new_text_page, prepared, None)
    app.text_area(key="maps_new_text").set_value(corpus.texts[7]).run()
    assert "This text is in the corpus" in said(app)
    mark = app.session_state["marks"][0][0]
    assert [mark.x, mark.y] == make_view(prepared).right.space.map[7].tolist()


def test_what_is_near_in_a_reshaped_space_only_is_not_said_to_be_in_the_corpus(prepared, fitted, monkeypatch):
    real = cache.runner().query

    def query(question, **arguments):
        answer = real(question, **arguments)
        answer["similarities"][0] = 1.0
        return answer

    monkeypatch.setattr(cache.runner(), "query", query)
    other = cache.store().add_analysis(prepared, "again")
    for name in ("one", "two"):
        cache.store().label_names.add(other, name)
    cache.store().labels.give(other, {0: "one", 1: "two"}, "ada")
    cache.runner().submit("fit", "x", analysis_id=other)
    app = run(two_analyses_page, prepared, fitted, other)
    app.text_area(key="maps_new_text").set_value("furious van courier").run()
    assert not app.exception and len(app.session_state["marks"]) == 2
    assert "This text is in the corpus" not in said(app)
    app.text_area(key="maps_new_text").set_value(cache.corpus(prepared).texts[7]).run()
    assert "This text is in the corpus" in said(app)


def test_what_one_map_cannot_read_lands_on_the_other_and_is_found_there(store, prepared, fitted, corpus):
    ready = PrecomputedVectors(np.asarray(cache.fit(store.analysis(fitted)).space.vectors), "order", "k")
    name = save_precomputed(store.results(prepared), prepared, "mine.npy", ready)
    store.set_method(fitted, Method("reencode", name))
    cache.runner().submit("fit", "x", analysis_id=fitted)
    app = run(new_text_page, prepared, fitted)
    app.text_area(key="maps_new_text").set_value("furious van courier").run()
    left, right = app.session_state["marks"]
    assert len(left) == 1 and right == ()
    assert "mine.npy" in said(app).replace("\\", "")
    app = run(search_page, prepared, fitted, None)
    assert len(search(app, "furious van courier", "generic")) == 50
    assert search(app, "furious van courier", f"analysis-{fitted}") is None
    assert "mine.npy" in said(app).replace("\\", "")


def test_where_a_server_reads_a_text_that_is_said_before_it_goes(store, prepared, fitted, monkeypatch):
    asked = []
    real = cache.runner().query
    monkeypatch.setattr(
        cache.runner(),
        "query",
        lambda *question, **arguments: asked.append(arguments) or real(*question, **arguments),
    )
    store.set_method(fitted, Method("reencode", "endpoint:https://ai.example.org/v1#large"))
    cache.runner().submit("fit", "x", analysis_id=fitted)
    host = "ai.example.org"
    app = run(new_text_page, prepared, fitted)
    assert host in said(app).replace("\\", "") and not asked
    app = run(search_page, prepared, fitted, None)
    assert host not in said(app).replace("\\", "")
    assert search(app, "furious van courier", "generic") is not None
    assert host not in said(app).replace("\\", "") and asked[-1]["fit_key"] is None
    (offered,) = [name for name in app.selectbox(key="maps_search_by").options if host in name]
    assert offered.startswith("Meaning") and len(asked) == 1  # said where it is chosen
    app.session_state["maps_search_by"] = f"analysis-{fitted}"
    assert search(app, "") is None
    assert host in app.text_input(key="maps_search").placeholder and len(asked) == 1
    app.session_state["maps_search_by"] = "words"
    search(app, "furious lovely", "words")
    assert host in app.button(key="maps_search_meaning").label.replace("\\", "")


def test_what_is_known_of_a_text_is_told_as_it_was_given():
    frame = pd.DataFrame(
        {"text": ["a", "b", "c"], "n": [3, 4, 5], "x": [0.5, np.nan, 1], "w": ["long " * 90, "", "w"]}
    )
    corpus = build_corpus(Table("t.csv", frame, "UTF-8", ()), "text")
    (number, value), (_, half), (_, words) = metadata_of(corpus, 0)
    assert (number, value, half) == ("n", "3", "0.5") and len(words) == 160
    assert metadata_of(corpus, 1) == [("n", "4")]


def test_the_download_keeps_columns_that_are_called_like_its_own(prepared):
    view = make_view(prepared)
    view.corpus.metadata["given_label"] = "of the file"
    view = replace(view, labels=["angry"], given=np.zeros(len(view.corpus.texts), dtype=np.int64))
    table = pd.read_csv(BytesIO(_as_csv(view, np.array([2, 0]))))
    assert table["text"].tolist() == view.corpus.texts[[2, 0]].tolist()
    assert set(table["given_label"]) == {"angry"} and set(table["given_label (2)"]) == {"of the file"}


def test_words_are_marked_whatever_their_letters():
    words = [DrivingWord("istanbul", 0.5, 0.4, 0.1)]  # İ matches i, and is not i in lower case
    assert marked_text("İstanbul", words, "x").endswith(">İstanbul</mark>")
    assert driving_words_in("İstanbul", words) == words


def test_words_are_marked_as_they_stand_and_nothing_else():
    words = [DrivingWord("bag", 0.5, 0.4, 0.1), DrivingWord("配達", 0.2, 0.3, 0.0)]
    text = "<b>Bag</b> & bags, BAG; 昨日の配達は"
    html = marked_text(text, words, 'a "label"')
    assert (
        html.count("<mark") == 3
        and ">Bag</mark>" in html
        and ">BAG</mark>" in html
        and ">配達</mark>" in html
    )
    assert "&lt;b&gt;" in html and "<b>" not in html and "&amp; bags" in html
    assert "Speaks for “a &quot;label&quot;”: in 40 % of the texts" in html
    assert [word.word for word in driving_words_in(text, words[::-1])] == ["配達", "bag"]
    assert driving_words_in(text, []) == [] and marked_text("<", [], "") == "&lt;"
