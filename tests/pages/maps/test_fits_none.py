"""How probably a text fits none of the labels, on the maps page: colour, filter, open text."""

import numpy as np
import pytest

from core.storage import load_fit
from pages.common import cache
from pages.maps.filters import FITS_NONE, FilterState, fits_none_column, profile_of
from tests.support.maps_labels import open_maps
from tests.support.maps_labels import words as shown_words
from tests.support.session import state_in

SHARES = np.linspace(0, 1, 60, dtype=np.float32)


@pytest.fixture
def fitted(store, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return labelled


@pytest.fixture
def doubtful(store, prepared, fitted):
    """An analysis whose Fit says of each text how probably it fits no label."""
    store.results(prepared).save_array(f"{store.analysis(fitted).fit_key}.fits_none", SHARES)
    return fitted


@pytest.fixture
def plain(store, prepared, fitted):
    """An analysis whose Fit is of an earlier version."""
    key = store.analysis(fitted).fit_key
    (store.results(prepared).folder / f"{key}.fits_none.npy").unlink(missing_ok=True)
    return fitted


def test_it_is_a_colour_from_none_to_all(app, corpus, doubtful):
    open_maps(app, corpus.key, [])
    app.selectbox(key="maps_colour_True").set_value(FITS_NONE).run()
    assert not app.exception


def test_a_fit_of_an_earlier_version_offers_neither_colour_nor_filter(app, corpus, plain):
    open_maps(app, corpus.key, [3], tab="Columns")
    assert FITS_NONE not in app.selectbox(key="maps_colour_True").options
    assert FITS_NONE not in app.selectbox(key="maps_filter_column").options
    state_in(app, FilterState, corpus.key).bins = {FITS_NONE: [9]}  # of another analysis
    app.run()
    assert not app.exception
    assert not [button for button in app.button if str(button.key).startswith("maps_filter_")]


def test_texts_are_filtered_by_it(app, corpus, doubtful):
    open_maps(app, corpus.key, range(60), tab="Columns")
    app.selectbox(key="maps_filter_column").set_value(FITS_NONE).run()
    app.select_slider(key="maps_filter_fits_none").set_value(5).run()
    assert not app.exception
    assert state_in(app, FilterState, corpus.key).bins == {FITS_NONE: [5, 6, 7, 8, 9]}
    assert "50 %" in app.button(key="maps_filter_0").label
    assert f"**{(SHARES >= 0.5).sum()}** of 60" in shown_words(app)
    app.button(key="maps_filter_0").click().run()
    assert state_in(app, FilterState, corpus.key).bins == {}
    assert app.select_slider(key="maps_filter_fits_none").value == 0


def test_its_bins_hold_all_shares_and_none_twice(corpus, store, prepared, doubtful):
    fit = load_fit(store.results(prepared), store.analysis(doubtful).fit_key)
    profile = profile_of(corpus, FITS_NONE, fit)
    assert profile.codes.tolist() == np.minimum(np.floor(SHARES * 10), 9).tolist()
    assert len(set(profile.bins)) == len(profile.bins) == 10


def test_a_column_of_its_name_stays_another(corpus, doubtful):
    corpus.metadata[FITS_NONE] = "x"
    assert fits_none_column(corpus) not in corpus.metadata.columns


@pytest.mark.parametrize(("row", "is_shown"), [(5, False), (11, False), (13, True), (59, True)])
def test_the_open_text_says_so_where_it_is_likely(app, corpus, doubtful, row, is_shown):
    open_maps(app, corpus.key, [row])
    told = f"**{100 * SHARES[row]:.0f} %**" in shown_words(app)
    assert told == is_shown


def test_texts_that_fit_none_lead_no_name(store, prepared, doubtful):
    fit = load_fit(store.results(prepared), store.analysis(doubtful).fit_key)
    assert ((fit.fitting_labels < 0) == (SHARES > 0.5)).all()
    assert (fit.fitting_labels[SHARES <= 0.5] == fit.predicted[SHARES <= 0.5]).all()
