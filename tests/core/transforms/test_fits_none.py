import numpy as np
import pytest

from core.neighbours import build_graph, unit_rows
from core.transforms import GuidedTransform
from core.transforms.fits_none import NEVER, NoneModel, fit_none_model


def test_a_surplus_of_low_scores_fits_no_label():
    """Half of the corpus scores as the labels do, half far below: nearly all of these fit none."""
    rng = np.random.default_rng(0)
    low, usual, left_out = rng.normal(0, 0.1, 500), rng.normal(1, 0.1, 500), rng.normal(1, 0.1, 60)
    model = fit_none_model(np.append(low, usual), left_out)
    assert model.predict(low).mean() > 0.9 and model.predict(usual).mean() < 0.1
    assert (np.diff(model.values) <= 0).all() and model.predict(np.array([-9.0, 9.0])).tolist()[1] == 0


def test_where_all_score_as_the_labels_do_all_fit():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=1000)
    assert fit_none_model(scores, rng.normal(size=60)).predict(scores).mean() < 0.1


@pytest.mark.parametrize("n_left_out", [0, 19])
def test_too_few_labels_say_nothing(n_left_out):
    assert fit_none_model(np.arange(-50.0, 0), np.ones(n_left_out)) is NEVER
    assert NEVER.predict(np.array([-1.0, 5.0])).tolist() == [0, 0]


def test_an_earlier_fit_says_nothing():
    assert NoneModel.from_arrays({}) is NEVER


@pytest.fixture(scope="module")
def a_class_nobody_named():
    """Three groups of 100; only the first two are labelled."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(3), 100)
    X = unit_rows(4 * np.eye(3, 12)[group] + rng.standard_normal((300, 12)))
    return X, group, np.where((group < 2) & (np.arange(300) % 5 == 0), group, -1)


def test_a_class_that_nobody_named_fits_none_and_stays(a_class_nobody_named):
    X, group, y = a_class_nobody_named
    fitted = GuidedTransform().fit(X, y, graph=build_graph(X))
    none = fitted.fits_none_
    assert none.dtype == np.float32 and ((none >= 0) & (none <= 1)).all() and (none[y >= 0] == 0).all()
    assert none[group == 2].mean() > 0.7 and none[group < 2].mean() < 0.1
    drawn = np.linalg.norm(fitted.embedding_[:, :4], axis=1)  # the parts that follow the labels
    assert drawn[group == 2].mean() < 0.5 * drawn[group < 2].mean()


def test_a_new_text_of_that_class_stays_too(a_class_nobody_named):
    X, group, y = a_class_nobody_named
    known = np.arange(300) % 2 == 0
    fitted = GuidedTransform().fit(X[known], y[known])
    drawn = np.linalg.norm(fitted.transform(X[~known])[:, :4], axis=1)
    assert drawn[group[~known] == 2].mean() < 0.6 * drawn[group[~known] < 2].mean()


def test_few_labels_do_not_judge(a_class_nobody_named):
    X, _, y = a_class_nobody_named
    few = np.where(np.isin(np.arange(300), np.flatnonzero(y >= 0)[::4]), y, -1)
    fitted = GuidedTransform().fit(X, few)
    assert not fitted.judges_fit_ and not fitted.fits_none_.any()
    assert GuidedTransform().fit(X, y).judges_fit_
