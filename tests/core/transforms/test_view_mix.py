import numpy as np
import pytest

from core.labels import suggest
from core.neighbours import build_graph, unit_rows
from core.transforms import GuidedTransform, ViewMix, choose_mix, fit_linear_form
from core.transforms.view_mix import condense, join_views
from tests.support.transforms import stored


@pytest.fixture(scope="module")
def hidden_label():
    """Four hundred texts whose final vectors are noise and whose label stands in the first view."""
    rng = np.random.default_rng(0)
    codes = rng.integers(2, size=400)
    X = unit_rows(rng.standard_normal((400, 12)))
    telling = rng.standard_normal((400, 10)) + 4 * np.eye(10)[codes]
    views = [telling.astype(np.float16), rng.standard_normal((400, 10)).astype(np.float16)]
    return X, views, codes, np.where(np.arange(400) < 60, codes, -1)


def test_joined_rows_by_hand():
    """A quarter of the cosine is that of the first part, the rest that of the last."""
    first, second = np.eye(2, dtype="f"), np.array([[1, 0], [1, 0]], dtype="f")
    joined = join_views([first, np.ones((2, 5)), second], [0.25, 0, 0.75])
    np.testing.assert_allclose(joined, [[0.5, 0, 0.866025, 0], [0, 0.5, 0.866025, 0]], atol=1e-6)
    np.testing.assert_allclose(joined @ joined.T, [[1, 0.75], [0.75, 1]], atol=1e-6)


def test_without_views_rows_are_the_centred_vectors(blobs):
    X, _ = blobs
    mix = choose_mix(X, [], np.empty(0, int), np.empty(0, int), 2)
    assert mix.weights.tolist() == [1] and condense(mix, X, []) is mix
    assert mix.rows(X).tobytes() == unit_rows(X - X.mean(axis=0)).tobytes()


def test_a_label_that_stands_in_a_view_only(hidden_label):
    X, views, codes, y = hidden_label
    graph, free = build_graph(X), y < 0
    blind = GuidedTransform().fit(X, y, graph=graph)
    sighted = GuidedTransform().fit(X, y, graph=graph, views=views)
    right = [
        (fit.classes_[fit.probabilities_.argmax(axis=1)] == codes)[free].mean() for fit in (blind, sighted)
    ]
    assert right[0] < 0.65 and right[1] > 0.85
    final, telling, noise = sighted.view_mix_.weights
    assert final < 0.6 and telling > 3 * noise and final + telling + noise == pytest.approx(1)
    assert sighted.embedding_.shape == (400, 2 * 2 + 12)  # no longer than without views


def test_labels_that_stand_in_the_final_vectors_keep_them(hidden_label):
    noise, (telling, _), codes, _ = hidden_label
    mix = choose_mix(unit_rows(telling), [noise], np.arange(60), codes[:60], 2)
    assert mix.weights[0] > 0.7


def test_without_labels_the_weights_are_the_prior_mean(blobs):
    X, _ = blobs
    mix = choose_mix(X, [X, X], np.empty(0, int), np.empty(0, int), 2, X[:2], [X[:2], X[:2]])
    np.testing.assert_allclose(mix.weights, [0.6405, 0.17975, 0.17975], atol=1e-6)


def test_the_basis_keeps_the_cosines(hidden_label):
    """Two views are turned copies of the vectors: the joined rows need no more dimensions than these."""
    X = hidden_label[0]
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((12, 12)))[0].astype("f")
    views = [X @ turn, 3 * X @ turn.T]
    mix = choose_mix(X, views, np.empty(0, int), np.empty(0, int), 2)
    short = condense(mix, X, views)
    assert short.basis.shape == (36, 12)
    rows, joined = short.rows(X, views), mix.rows(X, views)
    np.testing.assert_allclose(rows @ rows.T, joined @ joined.T, atol=1e-4)
    np.testing.assert_allclose(short.names(X[:3], [view[:3] for view in views]).shape, (3, 12))


def test_new_texts_take_their_views(hidden_label, tmp_path):
    X, views, _, y = hidden_label
    fitted = GuidedTransform().fit(X[:300], y[:300], views=[view[:300] for view in views])
    assert fitted.transform(X[:300]).tobytes() == fitted.embedding_.tobytes()  # fitted texts need none
    new = [view[300:] for view in views]
    likely = fitted.predict_proba(X[300:], views=new).argmax(axis=1)
    assert (likely == hidden_label[2][300:]).mean() > 0.85
    with pytest.raises(ValueError, match="0 views"):
        fitted.transform(X[300:])
    arrays = stored(fitted.to_arrays(), tmp_path)
    old = [view[:300] for view in views]
    again = GuidedTransform.from_arrays(
        arrays, X[:300], fitted.embedding_, fitted.probabilities_, fitted.fits_none_, old
    )
    np.testing.assert_allclose(again.transform(X[300:], views=new), fitted.transform(X[300:], views=new))


def test_the_same_input_gives_the_same_bytes_whatever_the_length_of_views(hidden_label):
    X, views, _, y = hidden_label
    first, second = (GuidedTransform().fit_transform(X, y, views=views) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    longer = [4 * view.astype(np.float32) for view in views]
    np.testing.assert_allclose(GuidedTransform().fit_transform(X, y, views=longer), first, atol=1e-4)


def test_the_linear_form_takes_all_views(hidden_label):
    X, views, _, y = hidden_label
    fitted = GuidedTransform().fit(X, y, views=views)
    assert fitted.linear_.weights.shape == (32, 16)
    near = fitted.linear_.agreement
    assert near > fit_linear_form(X, fitted.embedding_).agreement
    np.testing.assert_allclose(fitted.linear_.transform(X, views).shape, (400, 16))


def test_suggestions_follow_the_view_that_holds_the_label(hidden_label):
    X, views, _, y = hidden_label
    with_views, without = suggest(X, y, 20, views=views), suggest(X, y, 20)
    assert len(set(with_views)) == 20 and (y[with_views] < 0).all()
    assert set(with_views) != set(without)
    few = np.where(np.arange(400) < 10, y, -1)  # so few that coverage of the final vectors counts alone
    assert suggest(X, few, 10, views=views).tolist() == suggest(X, few, 10).tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"views": [np.ones((59, 4))]}, "60 rows"),
        ({"views": [np.ones(60)]}, "60 rows"),
        ({"label_views": [np.ones((3, 4))], "label_vectors": np.ones((3, 8))}, "give 0"),
        ({"views": [np.ones((60, 4))], "label_views": [np.ones((3, 5))], "label_vectors": np.eye(3, 8)}, "4"),
        ({"views": [np.full((60, 4), np.nan)]}, "not finite"),
    ],
)
def test_views_of_other_texts_are_refused(few, arguments, said):
    X, y = few
    with pytest.raises(ValueError, match=said):
        GuidedTransform().fit(X, y, **arguments)


def test_an_earlier_fit_has_no_views():
    centre = np.array([0.5, 0.5], dtype="f")
    mix = ViewMix.from_arrays({"centre": centre})
    assert mix.n_views == 0 and mix.centres[0] is centre


def test_views_may_be_one_array(hidden_label):
    X, views, _, y = hidden_label
    names = np.eye(2, 12), [np.eye(2, 10), np.eye(2, 10)]
    one = GuidedTransform().fit_transform(
        X, y, views=np.stack(views), label_vectors=names[0], label_views=np.stack(names[1])
    )
    several = GuidedTransform().fit_transform(X, y, views=views, label_vectors=names[0], label_views=names[1])
    assert one.tobytes() == several.tobytes()
    assert suggest(X, y, 5, views=np.stack(views)).tolist() == suggest(X, y, 5, views=views).tolist()
