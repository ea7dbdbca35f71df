"""The panel of all analyses: a map of each, and the choice of left and right."""

from streamlit.testing.v1 import AppTest

from pages.common import cache


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
