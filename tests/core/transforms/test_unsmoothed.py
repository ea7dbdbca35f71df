import numpy as np
import pytest

from core.neighbours import Graph, build_graph
from core.transforms import (
    GuidedTransform,
    transform_alone,
    unsmoothed_transform,
    without_fitted_texts,
)


def views_of(X):
    rng = np.random.default_rng(1)
    return [(X @ rng.standard_normal((8, 5))).astype(np.float16) for _ in range(2)]


@pytest.mark.parametrize("with_views", [False, True])
def test_where_no_text_has_a_neighbour_it_is_the_whole_transform(few, with_views):
    X, y = few
    views = views_of(X) if with_views else []
    opposite = Graph(np.roll(np.arange(60), 1)[:, None].astype(np.int32), np.full((60, 1), -1, np.float32))
    fitted = GuidedTransform().fit(X, y, views=views, graph=opposite)
    alone = transform_alone(fitted, X, views)
    np.testing.assert_allclose(alone.probabilities, fitted.probabilities_, atol=1e-6)
    unlabelled = y < 0  # a labelled text always fits
    np.testing.assert_allclose(alone.fits_none[unlabelled], fitted.fits_none_[unlabelled], atol=1e-6)
    np.testing.assert_allclose(alone.vectors[unlabelled], fitted.embedding_[unlabelled], atol=1e-5)


@pytest.mark.parametrize("with_views", [False, True])
def test_it_needs_no_array_of_the_fitted_texts(few, with_views):
    X, y = few
    views = views_of(X) if with_views else []
    fitted = GuidedTransform().fit(X, y, views=views, graph=build_graph(X, 5))
    arrays = without_fitted_texts(fitted.to_arrays())
    assert all(len(X) not in array.shape for array in arrays.values())
    again = transform_alone(unsmoothed_transform(arrays, 8), X, views)
    for found, expected in zip(again, transform_alone(fitted, X, views), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_a_text_counts_alone(few):
    X, y = few
    fitted = GuidedTransform().fit(X, y, graph=build_graph(X, 5))
    whole = transform_alone(fitted, X)
    for found, expected in zip(transform_alone(fitted, X[7:9]), whole, strict=True):
        np.testing.assert_allclose(found, expected[7:9], atol=1e-6)
    np.testing.assert_allclose(whole.probabilities.sum(axis=1), 1, atol=1e-5)


def test_missing_views_are_named(few):
    X, y = few
    fitted = GuidedTransform().fit(X, y, views=views_of(X))
    with pytest.raises(ValueError, match="0 views found; give 2"):
        transform_alone(fitted, X)
