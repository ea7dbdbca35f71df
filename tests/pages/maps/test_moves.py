"""The panel of moves: the histogram and its slider, suggested groups, and what it says without them."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.charts import replaced_bars
from pages.common import cache
from pages.maps.filters import FilterState
from pages.maps.panels import moves
from tests.conftest import make_frame
from tests.support.session import selected, state_in

N_TEXTS = 300  # enough that topics crossed with feelings are groups of more texts than neighbours


@pytest.fixture
def corpus():
    return build_corpus(Table("letters.csv", make_frame(N_TEXTS), "UTF-8", ()), "text")


@pytest.fixture
def fitted(prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return labelled


def panel(corpus_key, analysis_id, rows=()):
    import numpy as np

    from pages.common import cache
    from pages.maps.filters import draw_chips
    from pages.maps.panels import draw_moves
    from pages.maps.view import current_view

    store = cache.store()
    analysis = store.find_analysis(analysis_id) if analysis_id else None
    view = current_view(store.find_corpus(corpus_key), analysis)
    draw_chips(view.corpus)
    draw_moves(view, np.asarray(rows, dtype=np.int64))


def run(corpus_key, analysis_id, rows=(), filters=None):
    app = AppTest.from_function(panel, args=(corpus_key, analysis_id, rows), default_timeout=60)
    state_in(app, FilterState, corpus_key).bins = filters or {}
    app.run()
    assert not app.exception
    return app


def words(app):
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption])


def cards(app):
    return [button for button in app.button if str(button.key).startswith("maps_moves_group_")]


def changes(corpus_key, analysis_id):
    from pages.maps.colour_by import change_between
    from pages.maps.view import current_view

    store = cache.store()
    return change_between(
        *current_view(store.find_corpus(corpus_key), store.find_analysis(analysis_id)).sides
    )


def test_one_map_says_what_brings_a_second_one(prepared):
    app = run(prepared, None)
    assert "reshape the map" in words(app) and not app.get("plotly_chart") and not app.button


def test_the_slider_selects_the_texts_between_its_ends(prepared, fitted):
    app = run(prepared, fitted)
    (slider,) = app.select_slider
    slider.set_value((9, 12)).run()
    change = changes(prepared, fitted)
    expected = np.flatnonzero((change >= 0.599) & (change <= 0.801))
    button = app.button(key="maps_moves_select")
    assert button.label == f"Select {len(expected)} texts"
    button.click().run()
    assert not app.exception
    assert 0 < len(expected) < N_TEXTS and selected(app, prepared).tolist() == expected.tolist()


def test_at_first_the_slider_stands_at_the_most_changed_tenth(prepared, fitted):
    app = run(prepared, fitted)
    app.button(key="maps_moves_select").click().run()
    change, rows = changes(prepared, fitted), selected(app, prepared)
    assert len(rows) >= N_TEXTS / 10
    assert change[rows].min() > np.delete(change, rows).max()


def test_nothing_to_select_cannot_be_selected(prepared, fitted):
    app = run(prepared, fitted)
    change = changes(prepared, fitted)
    none = next(count for count in range(16) if not (np.rint(change * 15) == count).any())
    app.select_slider[0].set_value((none, none)).run()
    button = app.button(key="maps_moves_select")
    assert button.label == "Select 0 texts" and button.disabled


def test_cards_name_the_groups_and_select_them(corpus, prepared, fitted):
    app = run(prepared, fitted)
    assert "Moved together" in words(app) and cards(app)
    cards(app)[0].click().run()
    rows = selected(app, prepared)
    assert f"**{len(rows)}** of" in words(app)
    assert 16 <= len(rows) < N_TEXTS / 2
    # The texts of a group share what they came from and what they went to.
    for column in ("topic", "feeling"):
        assert corpus.metadata[column].iloc[rows].value_counts(normalize=True).iloc[0] > 0.8
    assert any(text[:40] in words(app) for text in corpus.texts[rows])


def test_filters_hold_for_the_slider_and_the_groups(corpus, prepared, fitted):
    app = run(prepared, fitted, filters={"feeling": [0]})
    kept = (corpus.metadata["feeling"] == corpus.metadata["feeling"].iloc[0]).to_numpy()
    assert kept.sum() == N_TEXTS / 2
    app.select_slider[0].set_value((0, 15)).run()
    app.button(key="maps_moves_select").click().run()
    assert selected(app, prepared).tolist() == np.flatnonzero(kept).tolist()
    for card in range(len(cards(app))):
        cards(app)[card].click().run()
        assert kept[selected(app, prepared)].all()


def test_filters_that_no_text_passes(prepared, fitted):
    state = {"topic": [-1]}
    assert "No text passes" in words(run(prepared, fitted, filters=state))


@pytest.mark.parametrize("rows", [[0], [0, 7, 19], range(N_TEXTS)])
def test_any_selection_is_drawn(prepared, fitted, rows):
    app = run(prepared, fitted, list(rows))
    assert len(app.get("plotly_chart")) == 1


def test_without_groups_the_panel_says_so(prepared, fitted, monkeypatch):
    monkeypatch.setattr(moves, "moving_groups", lambda *arguments, **options: [])
    assert "No group of texts" in words(run(prepared, fitted))


def test_more_groups_are_shown_when_asked_for(prepared, fitted, monkeypatch):
    monkeypatch.setattr(moves, "CARDS", 1)
    app = run(prepared, fitted)
    assert len(cards(app)) == 1
    app.button(key="maps_moves_more").click().run()
    assert len(cards(app)) > 1 and not app.exception


def test_bars_of_replaced_neighbours_count_texts_and_show_few_selected():
    every, some = np.array([0, 1000, 10, 5]), np.array([0, 1, 10, 0])
    grey, colour, target = replaced_bars(every, some).data
    assert list(grey.y) == every.tolist() and list(target.customdata) == [0, 1, 2, 3]
    assert list(colour.y) == [0, 20, 10, 0]  # one text is seen, and no bar is higher than the grey one
    assert "1 of 3 replaced" in target.text[1] and "1,000 texts, 1 selected" in target.text[1]
    assert len(replaced_bars(every, None).data) == 2
