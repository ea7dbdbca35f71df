"""The panel of all analyses: a map of each, and the choice of left and right."""

from types import SimpleNamespace

import numpy as np
from streamlit.testing.v1 import AppTest

from core.corpus import Partition
from core.maps.drawing import CATEGORIES
from pages.common import cache
from pages.maps.panels import all_analyses


def panel(corpus_key, analysis_id):
    import numpy as np
    import streamlit as st

    from pages.common import cache, current_analysis, get_state, open_analysis
    from pages.maps.panels import draw_all_analyses
    from pages.maps.view import current_view

    if "begun" not in st.session_state:
        st.session_state["begun"] = True
        get_state()
        open_analysis(analysis_id)
    view = current_view(cache.store().find_corpus(corpus_key), current_analysis())
    st.caption(" | ".join(side.key for side in view.sides))
    draw_all_analyses(view, np.zeros(0, dtype=np.int64))


def second_analysis(store, prepared):
    topics = store.load_corpus(prepared).metadata["topic"].tolist()
    other = store.add_analysis(prepared, "by *topic*")
    for name in dict.fromkeys(topics):
        store.label_names.add(other, name)
    store.labels.give(other, {row: topics[row] for row in range(12)}, "ada")
    return other


def test_only_fitted_analyses_have_a_map(store, prepared, labelled):
    second_analysis(store, prepared)
    app = AppTest.from_function(panel, args=(prepared, labelled), default_timeout=30).run()
    assert not app.exception and len(app.get("image")) == 1
    assert "There is none yet" in app.caption[1].value
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    assert not app.exception and len(app.get("image")) == 2
    assert app.caption[1].value.endswith("1 more has no map yet.")


def test_left_and_right_are_chosen_here(store, prepared, labelled):
    other = second_analysis(store, prepared)
    for analysis in (labelled, other):
        cache.runner().submit("fit", "x", analysis_id=analysis)
    app = AppTest.from_function(panel, args=(prepared, labelled), default_timeout=30).run()
    assert app.caption[0].value == f"generic | analysis-{labelled}"
    assert app.button(key=f"maps_show_analysis-{labelled}").disabled
    app.button(key=f"maps_compare_analysis-{other}").click().run()
    assert app.caption[0].value == f"analysis-{other} | analysis-{labelled}"
    # What stood left becomes the right map: the two change places.
    app.button(key=f"maps_show_analysis-{other}").click().run()
    assert not app.exception
    assert app.caption[0].value == f"analysis-{labelled} | analysis-{other}"
    app.button(key="maps_compare_generic").click().run()
    assert app.caption[0].value == f"generic | analysis-{other}"


def test_clusters_have_the_colours_that_they_have_on_the_map(store, prepared, monkeypatch):
    # The analysis in use has labels, whose colours the clusters of another one need not avoid.
    other = store.analysis(store.add_analysis(prepared, "by topic"))
    space_key = store.corpus_entry(prepared).embedding_key
    fit = SimpleNamespace(has_predictions=False, space=cache.space(prepared, space_key), space_key=space_key)
    corpus = cache.corpus(prepared)
    partition = Partition(np.arange(len(corpus.texts)) % 3, dict(enumerate("abc")))
    monkeypatch.setattr(cache, "fit", lambda analysis: fit)
    monkeypatch.setattr(all_analyses, "partition_for", lambda *_: partition)
    view = SimpleNamespace(corpus=corpus, labels=["angry", "pleased"], right=None)
    _, _, colouring = all_analyses._map_in_colour(view, other)
    assert colouring.colours == list(CATEGORIES[:3])
