"""Each kind of kept file, damaged under a fitted analysis: pages say so, and lead to a sound map again."""

import shutil

import numpy as np
import pytest
import streamlit as st

from core.storage import load_fit, load_space
from core.tasks import model_cache
from pages.common import cache
from tests.core.storage.test_damaged_results import harm
from tests.support.page_helpers import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, keys, quick, words  # noqa: F401

pytestmark = pytest.mark.model
ALL = (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT)
NO_MAP = "reshaped map of “by feeling” is missing, or was damaged and set aside: reshape the map again"
NOT_ENCODED = "The map of “letters.csv” is missing, or was damaged and set aside: encode the corpus again"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder for the home that the first test fits."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def fitted(request, kept, home, store, corpus):
    """Key of the corpus and the analysis of a fitted home: as it was kept, or made and kept."""
    if (kept / "home").exists():
        shutil.copytree(kept / "home", home, dirs_exist_ok=True)
        st.cache_resource.clear()
        return corpus.key, cache.store().analyses(corpus.key)[0]
    number = request.getfixturevalue("labelled")
    cache.runner().submit("fit", "x", analysis_id=number)
    fit_key = store.analysis(number).fit_key
    cache.runner().submit("measure", "x", analysis_id=number, fit_key=fit_key)
    shutil.copytree(home, kept / "home")
    return corpus.key, store.analysis(number)


def visit(app, page):
    app.switch_page(page).run()
    assert not app.exception, (page, [error.message for error in app.exception])
    return words(app).replace("\\", "")


def damage(home, pattern, kind):
    (path,) = home.glob(f"corpora/*/{pattern}")
    harm(path, kind)
    st.cache_resource.clear()
    model_cache.forget()


def as_before(key, analysis):
    """The maps and predictions of an analysis, and its labels."""
    results, entry = cache.store().results(key), cache.store().encoded_corpus(key)
    fit = load_fit(results, analysis.fit_key)
    maps = (load_space(results, entry.embedding_key).map, fit.space.map, fit.probabilities)
    return [np.array(each) for each in maps], cache.store().labels.read(analysis.id).codes.tolist()


def same(one, other):
    return one[1] == other[1] and all(map(np.array_equal, one[0], other[0]))


@pytest.mark.parametrize(
    ("part", "kind"),
    [("probabilities.npy", "flipped"), ("labels.json", "empty")],
)
def test_a_damaged_reshaped_map_is_told_on_each_page_and_reshaped_again(app, home, fitted, part, kind):
    key, analysis = fitted
    before = as_before(key, analysis)
    damage(home, f"results/{analysis.fit_key}.{part}", kind)
    app.run()
    for page in (GUIDE, EVIDENCE, EXPORT, MAPS):
        assert NO_MAP in visit(app, page), page
    app.button(key="next_step").click().run()
    assert not app.exception and NO_MAP not in words(app)
    assert same(as_before(key, analysis), before)


@pytest.mark.parametrize(("part", "kind"), [("vectors.npy", "half")])
def test_a_damaged_generic_map_is_told_on_each_page_and_encoded_again(app, home, fitted, part, kind):
    key, analysis = fitted
    before = as_before(key, analysis)
    damage(home, f"results/{cache.store().encoded_corpus(key).embedding_key}.{part}", kind)
    app.run()
    for page in (GUIDE, MAPS, EVIDENCE, EXPORT):
        assert NOT_ENCODED in visit(app, page), page
    visit(app, CORPUS)
    app.button(key=f"resume_{key}").click().run()
    visit(app, MAPS)
    assert same(as_before(key, analysis), before)


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("results/*.words3.entries.npy", "flipped"),
        ("results/{fit}.merges.npy", "flipped"),
        ("results/{fit}.evidence.json", "half"),
        ("results/{fit}.estimators.json", "empty"),
    ],
)
def test_what_a_page_can_do_without_is_computed_again(app, home, fitted, pattern, kind):
    key, analysis = fitted
    before = as_before(key, analysis)
    damage(home, pattern.format(fit=analysis.fit_key), kind)
    app.run()
    for page in ALL:
        visit(app, page)
        assert not app.error
    assert same(as_before(key, analysis), before)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("corpus.parquet", "flipped"), ("corpus.parquet", "half"), ("columns.parquet", "deleted")],
)
def test_a_damaged_corpus_is_told_and_works_when_its_file_is_back(app, home, kept, fitted, name, kind):
    key, analysis = fitted
    before = as_before(key, analysis)
    damage(home, name, kind)
    app.run()
    for page in (CORPUS, GUIDE, EVIDENCE, EXPORT, MAPS):
        said = visit(app, page)
        assert page == CORPUS or "A file of “letters.csv” is" in said, page
    shutil.copy(kept / "home" / "corpora" / key / name, home / "corpora" / key / name)
    app.button(key="try_again").click().run()
    assert not app.exception and not app.error and "60 texts" in words(app)
    assert same(as_before(key, analysis), before)
