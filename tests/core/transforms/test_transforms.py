import copy
import pickle
import threading

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import LabelError
from core.neighbours import Graph, build_graph, propagate, unit_rows
from core.transforms import (
    Examples,
    GSTransform,
    GuidedTransform,
    fit_linear_form,
    guided,
    kernel,
    kernel_ridge,
    model_selection,
    name_directions,
    ridge_coefficients,
    thin_out,
)
from core.transforms.gstransform import batch_loss
from core.transforms.guided import _seen_share
from core.transforms.kernel_ridge import fit_ridge, kernel_blocks
from core.transforms.lda import discriminant_directions, shrunk_covariance, surest_rows
from core.transforms.linear_form import _ridges
from core.transforms.model_selection import choose_hyper_parameters
from core.transforms.validation import read_labels

# No check is excepted. GSTransform is trained for few epochs: the checks are about its manners.
ESTIMATORS = [GuidedTransform(), GSTransform(max_epochs=3, n_hidden=16, n_components=4)]


@parametrize_with_checks(ESTIMATORS)
def test_sklearn_compatible_estimator(estimator, check):
    check(estimator)


@pytest.fixture
def blobs():
    """Sixty unit vectors in 8 dimensions around three centres, and their classes."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), 20)
    X = 2 * rng.standard_normal((3, 8))[codes] + rng.standard_normal((60, 8))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f"), codes


@pytest.fixture
def few(blobs):
    """The same with four labels of each class."""
    X, codes = blobs
    return X, np.where(np.arange(60) % 5 == 0, codes, -1)


def stored(arrays, folder):
    """Arrays as they come back from disk, read-only."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    return {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in arrays}


def distances(Z):
    return np.linalg.norm(Z[:, None] - Z[None], axis=2)


class TestLabels:
    def test_reads_rows_codes_and_classes(self):
        labels = read_labels(np.array([-1, 9, 4, -1, 9]))
        assert labels.rows.tolist() == [1, 2, 4]
        assert labels.codes.tolist() == [1, 0, 1]
        assert labels.classes.tolist() == [4, 9]

    def test_named_classes_count_without_labels(self):
        labels = read_labels(np.array([-1, 3]), n_named=2)
        assert labels.classes.tolist() == [0, 1, 3]
        assert labels.codes.tolist() == [2]

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            ([-1, 5, 5], r"^2 classes needed, got 1 \(5\); label at least one text of another class\.$"),
            ([-1, -1], r"^2 classes needed, got 0; label at least one text of each\.$"),
            ([0.5, 1.0], "not whole numbers found"),
            ([np.nan, 1.0], "not whole numbers found"),
            (["joy", "anger"], "Labels of type .* found; give whole numbers"),
        ],
    )
    def test_unusable_labels_are_named(self, y, message):
        with pytest.raises(LabelError, match=message):
            read_labels(np.array(y))


def examples_of(n, n_dims, n_classes, seed=0, counts=None):
    """Examples in a random order of directions, each class at least once."""
    rng = np.random.default_rng(seed)
    rows = unit_rows(rng.standard_normal((n, n_dims)).astype("f"))
    return Examples(rows, np.arange(n) % n_classes, np.ones(n) if counts is None else counts, n_classes)


class TestTrainingSet:
    def test_thinning_keeps_every_class_evenly(self):
        """Ten labels of class 0 alternate with ten of class 1, one of class 2 is last: 8 of 21 are asked."""
        codes = np.append(np.tile([0, 1], 10), 2)
        kept = thin_out(codes, 8)
        assert np.bincount(codes[kept]).tolist() == [4, 4, 1]
        assert np.diff(kept[codes[kept] == 0]).max() <= 8
        assert thin_out(codes, 21).tolist() == list(range(21))

    def test_directions_of_names_by_hand(self):
        """Two names: what differs is their difference, each way."""
        half = np.sqrt(0.5)
        directions = name_directions(np.array([[2, 0], [0, 1]]), 2)
        np.testing.assert_allclose(directions, [[half, -half], [-half, half]], atol=1e-6)
        assert name_directions(None, 2).shape == name_directions(np.empty((0, 2)), 2).shape == (0, 2)


class TestClassifier:
    def test_two_texts_by_hand(self):
        """Two opposite texts, one each way. Kernel 1 and e^-2, targets ±1/2: by symmetry the coefficients
        are ±a with a (1 - e^-2 + penalty) = 1/2."""
        rows = np.array([[1, 0], [-1, 0]], "f")
        ridge = fit_ridge(Examples(rows, np.array([0, 1]), np.ones(2), 2), penalty=0.5)
        a = 0.5 / (1 - np.exp(-2) + 0.5)
        np.testing.assert_allclose(ridge.coefficients, [[a, -a], [-a, a]], rtol=1e-6)

    def test_kernel_of_angles(self):
        """exp(cosine - 1): 1 for the same direction, e^-1 at a right angle, e^-2 for the opposite one."""
        rows = np.array([[1, 0], [0, 1], [-1, 0]], "f")
        np.testing.assert_allclose(kernel(rows[:1], rows), [[1, np.exp(-1), np.exp(-2)]], rtol=1e-6)

    def test_blocks_are_the_whole(self, monkeypatch):
        rows = examples_of(11, 4, 2).rows
        monkeypatch.setattr(kernel_ridge, "BLOCK_CELLS", 8)
        blocks = list(kernel_blocks(rows, rows[:3]))
        assert len(blocks) == 6
        np.testing.assert_allclose(np.vstack([near for _, near in blocks]), kernel(rows, rows[:3]), rtol=1e-6)

    def test_every_class_weighs_the_same(self):
        """Sizes 3 and 1: 4 counts shared by 2 classes give each 2, so 2/3 to each of three, 2 to the one."""
        examples = Examples(np.eye(4, dtype="f"), np.array([0, 0, 0, 1]), np.ones(4), 2)
        np.testing.assert_allclose(examples.weights(), [2 / 3, 2 / 3, 2 / 3, 2])

    def test_a_row_that_counts_twice_is_two_rows(self):
        rows = examples_of(6, 3, 3).rows
        codes = np.array([0, 0, 0, 1, 1, 2])
        counted = Examples(rows, codes, np.array([2.0, 1, 1, 1, 1, 1]), 3)
        repeated = Examples(np.vstack([rows[:1], rows]), np.append(0, codes), np.ones(7), 3)
        asked = examples_of(5, 3, 3, seed=1).rows
        np.testing.assert_allclose(
            kernel(asked, counted.rows) @ fit_ridge(counted, 0.3).coefficients,
            kernel(asked, repeated.rows) @ fit_ridge(repeated, 0.3).coefficients,
            atol=1e-5,
        )

    def test_coefficients_alone_are_the_same(self):
        examples = examples_of(9, 5, 3)
        np.testing.assert_allclose(
            ridge_coefficients(examples, 0.3), fit_ridge(examples, 0.3).coefficients, atol=1e-9
        )

    def test_leaving_out_in_closed_form_is_leaving_out(self):
        """Also of any mixture of rows, as smoothing makes them. The penalty stays what it was per example:
        weights are those of all examples, so the brute force uses them too."""
        examples = examples_of(12, 5, 3)
        similarities = kernel(examples.rows.astype(float), examples.rows.astype(float))
        heard = np.random.default_rng(1).random((12, 12)) @ similarities
        closed = fit_ridge(examples, 0.3).leave_one_out(heard)
        penalties, targets = np.diag(0.3 / examples.weights()), examples.targets()
        for i in range(12):
            rest = np.delete(np.arange(12), i)
            inner = (similarities + penalties)[np.ix_(rest, rest)]
            brute = heard[i, rest] @ np.linalg.solve(inner, targets[rest])
            np.testing.assert_allclose(closed[i], brute, atol=1e-9)


class TestModelSelection:
    def test_mixtures_are_what_smoothing_makes(self):
        """For every mixing, the rows that are judged get what `propagate` gives them, lonely rows too."""
        rows = examples_of(40, 6, 2).rows
        graph = build_graph(rows, 4)
        graph.similarities[7] = 0  # hears nobody
        near = kernel(rows, rows[:5])
        heard = model_selection._mixed_kernels(rows, np.array([3, 7, 20]), rows[:5], graph)
        assert set(heard) == set(model_selection.MIXINGS)
        for mixing, mixture in heard.items():
            smoothed = propagate(near, graph, mixing=mixing, rounds=model_selection.ROUNDS)
            np.testing.assert_allclose(mixture, smoothed[[3, 7, 20]], atol=1e-5)

    def test_log_probability_by_hand(self):
        scores = np.array([[0, np.log(3)], [1e4, 1e4]])
        np.testing.assert_allclose(
            model_selection._log_probabilities(scores, np.array([1, 0])), np.log([0.75, 0.5]), rtol=1e-9
        )

    def choose(self, X, label, names=None):
        rows = unit_rows(X - X.mean(axis=0))
        labelled = np.arange(40)
        names = np.empty((0, X.shape[1]), "f") if names is None else names
        return choose_hyper_parameters(rows, labelled, label[:40], names, label.max() + 1, build_graph(rows))

    @staticmethod
    def mean_mixing(ways):
        return sum(way.share * way.mixing for way in ways)

    def test_labels_that_follow_neighbours_are_smoothed_and_others_are_not(self, loud_topics):
        X, topic, label = loud_topics
        follows, crosses = self.choose(X, topic), self.choose(X, label)
        assert sum(way.share for way in follows) == pytest.approx(1)
        assert self.mean_mixing(follows) > 0.4 > 0.2 > self.mean_mixing(crosses)

    def test_classes_that_alternate_are_all_heard(self, monkeypatch):
        """Noise with alternating labels, one more than are judged: no class may vanish, or the other one
        would be predicted with certainty."""
        monkeypatch.setattr(model_selection, "MOST_LEFT_OUT", 60)
        monkeypatch.setattr(guided, "MOST_EXAMPLES", 60)
        X = np.random.default_rng(0).standard_normal((200, 16)).astype("f")
        transform = GuidedTransform().fit(X, np.where(np.arange(200) < 62, np.arange(200) % 2, -1))
        assert transform.trust_ < 0.5
        assert 0.2 < transform.probabilities_[:62, 0].mean() < 0.8

    def test_labels_alone_in_their_class_cannot_be_judged(self, loud_topics):
        X = loud_topics[0]
        assert self.choose(X, np.arange(500)) == (model_selection.DEFAULT_HYPER_PARAMETERS,)

    def test_more_labels_than_are_judged_cost_no_more(self, loud_topics, monkeypatch):
        X, topic, _ = loud_topics
        monkeypatch.setattr(model_selection, "MOST_LEFT_OUT", 20)
        seen = []
        fit = model_selection.fit_ridge
        monkeypatch.setattr(
            model_selection,
            "fit_ridge",
            lambda examples, *rest: seen.append(len(examples.rows)) or fit(examples, *rest),
        )
        self.choose(X, topic)
        assert min(seen) >= 16 and max(seen) <= 20 + 4  # one of each class at least


class TestLinearForm:
    def test_a_linear_space_is_found_exactly(self):
        """Where the reshaped space is a matrix product already, its matrix comes back, and full agreement."""
        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((400, 6)).astype("f"))
        weights, intercept = rng.standard_normal((6, 4)), rng.standard_normal(4)
        form = fit_linear_form(unit, (unit @ weights + intercept).astype("f"))
        np.testing.assert_allclose(form.weights, weights, atol=2e-3)
        np.testing.assert_allclose(form.intercept, intercept, atol=2e-3)
        assert form.agreement > 0.98
        np.testing.assert_allclose(form.transform(5 * unit), unit @ form.weights + form.intercept, atol=1e-5)

    def test_a_space_of_chance_agrees_by_chance_only(self):
        """As many dimensions as a half has texts: it could be learned by heart, and the agreement must not
        be fooled. Chance: 10 neighbours of 299 others, and somewhat more, as half of these were fitted on."""
        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((300, 150)).astype("f"))
        form = fit_linear_form(unit, rng.standard_normal((300, 5)).astype("f"))
        assert form.agreement < 0.12

    def test_fewer_texts_than_dimensions_are_the_same_regression(self):
        """Solved among rows or among dimensions: with columns of zeros added, rows become the fewer."""
        rng = np.random.default_rng(0)
        rows, aim = rng.standard_normal((30, 20)).astype("f"), rng.standard_normal((30, 3)).astype("f")
        (wide, shift), (narrow, same) = (
            next(_ridges(each, aim, (penalty,)))
            for each, penalty in ((np.hstack([rows, np.zeros((30, 20), "f")]), 0.2), (rows, 0.1))
        )
        np.testing.assert_allclose(wide[:20], narrow, atol=1e-5)
        np.testing.assert_allclose(shift, same, atol=1e-5)

    @pytest.mark.parametrize("n_dims", [6, 40])
    def test_the_regression_is_scikit_learns(self, n_dims):
        from sklearn.linear_model import Ridge

        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((20, n_dims)))
        aim = rng.standard_normal((20, 3)).astype("f")
        level = np.square(unit - unit.mean(axis=0)).sum() / n_dims
        expected = Ridge(alpha=0.1 * level).fit(unit, aim)
        weights, intercept = next(_ridges(unit, aim, (0.1,)))
        np.testing.assert_allclose(weights, expected.coef_.T, atol=1e-4)
        np.testing.assert_allclose(intercept, expected.intercept_, atol=1e-4)

    def test_too_few_texts_to_compare(self):
        form = fit_linear_form(np.eye(3, dtype="f"), np.eye(3, dtype="f"))
        assert np.isnan(form.agreement) and form.weights.shape == (3, 3)


@pytest.fixture(scope="module")
def loud_topics():
    """Five hundred vectors with four loud topics, and a quiet direction with a label of two classes."""
    rng = np.random.default_rng(0)
    topic, label = rng.integers(4, size=500), rng.integers(2, size=500)
    X = 0.25 * rng.standard_normal((500, 24))
    X[np.arange(500), topic] += 3
    X[:, 10] += np.where(label == 1, 0.35, -0.35)
    return X.astype("f"), topic, label


class TestDiscriminant:
    def test_surest_share_of_each_class(self):
        """Class 0 has rows 0, 1, 3 (surest 3, then 0), class 1 has row 2: half of 3 is 2, of 1 is 1."""
        probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.9, 0.1]])
        assert surest_rows(probabilities, 0.5).tolist() == [0, 2, 3]

    def test_rows_as_sure_as_the_last_one_are_taken(self):
        """Half of 4 is 2: the second surest has 0.8, and so has the third. Class 1 has no row at all."""
        probabilities = np.array([[0.8, 0.2], [0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
        assert surest_rows(probabilities, 0.5).tolist() == [0, 1, 2]

    def test_directions_keep_the_distance_in_units_of_spread(self):
        """Means (±1, 0), many rows with spread 1 along x and 3 along y: after projection the means lie
        2 / 1 apart (Mahalanobis), and y is gone."""
        rng = np.random.default_rng(0)
        codes = np.repeat([0, 1], 50_000)
        rows = rng.standard_normal((100_000, 2)) * [1, 3] + np.where(codes[:, None] == 0, [1, 0], [-1, 0])
        directions = discriminant_directions(rows, codes, 2)
        projected = rows @ directions
        gap = np.linalg.norm(projected[codes == 0].mean(axis=0) - projected[codes == 1].mean(axis=0))
        assert gap == pytest.approx(2, rel=0.02)
        assert np.abs(directions[1]).max() < 0.02 * np.abs(directions[0]).max()

    def test_shrinkage_is_scikit_learns(self):
        from sklearn.covariance import ledoit_wolf

        rows = np.random.default_rng(0).standard_normal((30, 12)) * np.linspace(1, 3, 12)
        rows -= rows.mean(axis=0)
        np.testing.assert_allclose(shrunk_covariance(rows), ledoit_wolf(rows)[0], rtol=1e-4, atol=1e-4)

    def test_no_spread_at_all_is_harmless(self):
        directions = discriminant_directions(np.eye(3, dtype="f"), np.arange(3), 3)
        assert np.isfinite(directions).all()


class TestGuidedTransform:
    def test_fitted_texts_get_the_same_both_ways(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        assert Z.dtype == np.float32 and Z.shape == (60, 2 * 3 + 8)
        assert Z.tobytes() == transform.transform(X).tobytes()
        assert transform.predict_proba(X).tobytes() == transform.probabilities_.tobytes()

    def test_a_given_graph_is_the_one_it_would_build(self, few):
        X, y = few
        Z = GuidedTransform().fit_transform(X, y, graph=build_graph(X))
        assert Z.tobytes() == GuidedTransform().fit_transform(X, y).tobytes()

    def test_parts_by_hand(self, few, monkeypatch):
        """Without mixing: part 1 is centred with the mean square asked, part 2 has the length asked, both at
        the trust earned; part 3 is the centred vector."""
        X, y = few
        monkeypatch.setattr(model_selection, "MIXINGS", (0.0,))
        transform = GuidedTransform(class_share=3, discriminant_share=0.5)
        Z = transform.fit_transform(X, y)
        assert 0.2 <= transform.trust_ <= 1
        roots = np.sqrt(transform.probabilities_)
        roots -= roots.mean(axis=0)
        roots *= 3 * transform.trust_ / np.sqrt((roots**2).sum(axis=1).mean())
        np.testing.assert_allclose(Z[:, :3], roots, atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(Z[:, 3:6], axis=1), 0.5 * transform.trust_, rtol=1e-5)
        centred = X - X.mean(axis=0)
        np.testing.assert_allclose(
            Z[:, 6:], centred / np.linalg.norm(centred, axis=1, keepdims=True), atol=1e-5
        )

    def test_blending_by_hand(self, few, monkeypatch):
        """Every text hears the next one only: its own part of the generic space and a share of the next."""
        X, y = few
        graph = Graph(np.roll(np.arange(60, dtype="i4"), -1)[:, None], np.full((60, 1), 0.5, "f4"))
        monkeypatch.setattr(model_selection, "MIXINGS", (0.3,))
        blended = GuidedTransform().fit_transform(X, y, graph=graph)[:, 6:]
        apart = unit_rows(X - X.mean(axis=0))
        np.testing.assert_allclose(blended, 0.7 * apart + 0.3 * np.roll(apart, -1, axis=0), atol=1e-5)

    def test_trust_of_labels_that_stand_alone(self):
        """Three labels, two of them alone in their class: two thirds of the texts are of unseen classes.
        With names for all, none are."""
        labels = read_labels(np.array([0, 0, 1, 2, -1]))
        assert _seen_share(labels, 0) == pytest.approx(0.5)
        assert _seen_share(read_labels(np.array([0, 0, 1, 2, -1]), 3), 3) == 1
        assert _seen_share(read_labels(np.full(3, -1), 2), 2) == 1

    def test_labels_that_mean_nothing_earn_the_least_trust(self, loud_topics):
        X, topic, _ = loud_topics
        y = np.where(np.arange(500) < 60, np.random.default_rng(3).integers(3, size=500), -1)
        assert GuidedTransform().fit(X, y).trust_ <= 0.35
        assert GuidedTransform().fit(X, np.where(np.arange(500) < 60, topic, -1)).trust_ > 0.8

    def test_classes_nobody_labelled_keep_together(self):
        """Twelve groups, labels for four of them: the eight others are hardly more mixed than before, though
        each of their texts is drawn towards one of the four."""
        rng = np.random.default_rng(0)
        group = np.repeat(np.arange(12), 40)
        X = rng.standard_normal((12, 16))[group] + 0.9 * rng.standard_normal((480, 16))
        y = np.where((group < 4) & (np.arange(480) % 8 == 0), group, -1)
        unseen = group >= 4

        def purity(vectors):
            near = build_graph(vectors[unseen], 10).indices
            return (group[unseen][near] == group[unseen][:, None]).mean()

        assert purity(GuidedTransform().fit_transform(X, y)) > purity(X) - 0.1

    def test_the_linear_form_belongs_to_the_last_fit(self, few):
        X, y = few
        transform = GuidedTransform().fit(X, y)
        first = transform.linear_
        assert first is transform.linear_
        assert first.transform(X).shape == transform.embedding_.shape
        assert transform.fit(X[:50], y[:50]).linear_ is not first

    def test_probabilities_are_rows_of_one_and_find_the_classes(self, blobs, few):
        X, y = few
        transform = GuidedTransform().fit(X, y)
        assert transform.probabilities_.dtype == np.float32
        np.testing.assert_allclose(transform.probabilities_.sum(axis=1), 1, atol=1e-5)
        assert (transform.probabilities_.argmax(axis=1) == blobs[1]).mean() > 0.9

    def test_new_texts_fall_where_their_class_is(self, blobs):
        X, codes = blobs
        y = np.where(np.arange(60) % 5 == 0, codes, -1)
        seen = np.arange(60) % 4 > 0
        transform = GuidedTransform().fit(X[seen], y[seen])
        new = transform.predict_proba(X[~seen])
        np.testing.assert_allclose(new.sum(axis=1), 1, atol=1e-5)
        assert (new.argmax(axis=1) == codes[~seen]).mean() > 0.85
        alone = np.vstack([transform.transform(row[None]) for row in X])
        np.testing.assert_allclose(alone, transform.transform(X), atol=1e-5)

    def test_a_text_nearly_fitted_lands_nearly_there(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        nearly = transform.transform(X + np.float32(1e-4))
        gaps = np.linalg.norm(nearly - Z, axis=1)
        assert gaps.max() < 0.35 * np.median(distances(Z))

    def test_row_order_only_permutes(self, few):
        X, y = few
        order = np.random.default_rng(1).permutation(60)
        Z, shuffled = (
            GuidedTransform().fit_transform(X, y),
            GuidedTransform().fit_transform(X[order], y[order]),
        )
        np.testing.assert_allclose(distances(shuffled), distances(Z[order]), atol=5e-3)

    def test_rotating_the_space_keeps_distances(self, few):
        X, y = few
        rotation = np.linalg.qr(np.random.default_rng(1).standard_normal((8, 8)))[0]
        Z, rotated = GuidedTransform().fit_transform(X, y), GuidedTransform().fit_transform(X @ rotation, y)
        np.testing.assert_allclose(distances(rotated), distances(Z), atol=5e-3)

    def test_renaming_labels_keeps_distances(self, few):
        X, y = few
        renamed = np.where(y >= 0, np.array([70, 3, 12])[y], -1)
        transform = GuidedTransform()
        Z = transform.fit_transform(X, renamed)
        assert transform.classes_.tolist() == [3, 12, 70]
        np.testing.assert_allclose(distances(Z), distances(GuidedTransform().fit_transform(X, y)), atol=5e-3)

    def test_same_input_same_bytes_and_untouched(self, few):
        X, y = few
        graph = build_graph(X)
        before = copy.deepcopy((X, y, graph))
        one = GuidedTransform(random_state=0).fit_transform(X, y, graph=graph)
        two = GuidedTransform(random_state=0).fit_transform(X, y, graph=graph)
        assert one.tobytes() == two.tobytes()
        assert np.array_equal(X, before[0]) and np.array_equal(y, before[1])
        assert (graph.indices == before[2].indices).all()

    def test_its_result_is_the_callers_to_change(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        kept = Z.copy()
        Z[:] = 0
        assert (transform.transform(X) == kept).all()

    def test_a_few_texts_are_recognised_as_many_are(self, few):
        X, y = few
        fitted = GuidedTransform(random_state=0).fit(X, y)
        many = fitted.transform(X)
        np.testing.assert_array_equal(fitted.transform(X[5:8]), many[5:8])
        new = fitted.transform(-X[:1])
        assert not np.array_equal(new, many[:1])

    def test_its_arrays_are_enough_to_transform(self, few, tmp_path):
        """From read-only arrays: fitted and new texts, alone and many, get the same bytes."""
        X, y = few
        names = np.random.default_rng(0).standard_normal((3, 8))
        transform = GuidedTransform(n_neighbors=7, class_share=2).fit(X, y, label_vectors=names)
        new = unit_rows(X + 0.1 * np.random.default_rng(1).standard_normal(X.shape))
        arrays = stored(transform.to_arrays(), tmp_path)
        again = GuidedTransform.from_arrays(
            arrays, unit_rows(X), transform.embedding_, transform.probabilities_
        )
        for rows in (X, new, X[:1], new[:1]):
            assert again.transform(rows).tobytes() == transform.transform(rows).tobytes()
            assert again.predict_proba(rows).tobytes() == transform.predict_proba(rows).tobytes()
        assert again.linear_.weights.tobytes() == transform.linear_.weights.tobytes()

    def test_pickled_it_recognises_its_texts(self, few):
        X, y = few
        transform = GuidedTransform().fit(X, y)
        assert (pickle.loads(pickle.dumps(transform)).transform(X) == transform.embedding_).all()

    def test_labels_across_the_main_structure_come_apart(self, loud_topics):
        """A quiet direction with the label: neighbours share it more often afterwards."""
        X, _, label = loud_topics
        y = np.full(500, -1)
        y[:40] = label[:40]
        Z = GuidedTransform().fit_transform(X, y)

        def purity(vectors):
            near = build_graph(vectors, 10).indices
            return (label[near] == label[:, None])[40:].mean()

        assert purity(Z) > purity(X) + 0.07

    @pytest.mark.parametrize("n_dims", [32, 600])
    def test_one_label_per_class_for_many_classes(self, n_dims):
        rng = np.random.default_rng(0)
        X = rng.standard_normal((300, n_dims))
        y = np.full(300, -1)
        y[:150] = np.arange(150)
        Z = GuidedTransform().fit_transform(X, y)
        assert Z.shape == (300, 2 * 150 + n_dims) and np.isfinite(Z).all()

    def test_the_smallest_corpus(self):
        Z = GuidedTransform().fit_transform(np.eye(3, 32), np.array([0, 1, -1]))
        assert Z.shape == (3, 36) and np.isfinite(Z).all()

    def test_copies_equal_texts_and_zero_rows(self, few):
        X, y = few
        copies = np.vstack([X, X, np.zeros((2, 8), "f")])
        labels = np.concatenate([y, np.full(62, -1)])
        transform = GuidedTransform()
        Z = transform.fit_transform(copies, labels)
        assert np.isfinite(Z).all()
        np.testing.assert_allclose(Z[:60], Z[60:120], atol=0.2)
        same = GuidedTransform().fit_transform(np.ones((5, 4)), np.array([0, 1, -1, -1, -1]))
        assert np.isfinite(same).all()

    def test_skewed_labels(self, few):
        X, y = few
        y = np.where(y == 1, 1, np.where(np.arange(60) < 30, 0, -1))
        assert np.isfinite(GuidedTransform().fit_transform(X, y)).all()

    def test_names_alone_make_a_space(self, blobs):
        X, codes = blobs
        names = np.stack([X[codes == code].mean(axis=0) for code in range(3)])
        transform = GuidedTransform().fit(X, np.full(60, -1), label_vectors=names)
        assert transform.classes_.tolist() == [0, 1, 2]
        assert (transform.probabilities_.argmax(axis=1) == codes).mean() > 0.9

    def test_names_fade_as_labels_come(self, blobs):
        """Names in the wrong order: alone they mislead, beside twenty labels of each class they do not."""
        X, codes = blobs
        wrong = np.stack([X[codes == code].mean(axis=0) for code in (1, 2, 0)])
        alone = GuidedTransform().fit(X, np.full(60, -1), label_vectors=wrong)
        beside = GuidedTransform().fit(X, codes, label_vectors=wrong)
        assert (alone.probabilities_.argmax(axis=1) == codes).mean() < 0.1
        assert (beside.probabilities_.argmax(axis=1) == codes).mean() > 0.9

    def test_label_vectors_of_another_space_are_refused(self, few):
        X, y = few
        with pytest.raises(ValueError, match=r"Label vectors of shape \(3, 5\) found; one row of 8 numbers"):
            GuidedTransform().fit(X, y, label_vectors=np.ones((3, 5)))

    def test_a_graph_of_other_texts_is_refused(self, few):
        X, y = few
        with pytest.raises(ValueError, match="The graph is of 50 texts and X of 60"):
            GuidedTransform().fit(X, y, graph=build_graph(X[:50]))

    def test_one_class_is_not_enough(self, few):
        X, y = few
        with pytest.raises(LabelError, match=r"2 classes needed, got 1 \(0\)"):
            GuidedTransform().fit(X, np.where(y == 0, 0, -1))


class TestGSTransform:
    def test_loss_by_hand(self):
        """Two texts 3 apart, margin 10. Different labels: pairs (0, 0), (1, 1) give 0, (0, 1), (1, 0) give
        49 each: mean 24.5. Equal labels: 0, 0, 9, 9: mean 4.5. Reconstruction: (1 + 0 + 0 + 4) / 4 = 1.25."""
        import torch

        reshaped = torch.tensor([[0.0, 0.0], [0.0, 3.0]])
        restored, generic = torch.tensor([[1.0, 0], [0, 2]]), torch.zeros(2, 2)
        different = batch_loss(reshaped, restored, generic, torch.tensor([0, 1]), 10.0)
        equal = batch_loss(reshaped, restored, generic, torch.tensor([0, 0]), 10.0)
        assert different.item() == pytest.approx(24.5 + 1.25)
        assert equal.item() == pytest.approx(4.5 + 1.25)

    def test_gradient_is_finite_for_equal_vectors(self):
        import torch

        reshaped = torch.zeros((3, 2), requires_grad=True)
        batch_loss(reshaped, torch.zeros(3, 4), torch.zeros(3, 4), torch.tensor([0, 0, 1]), 10.0).backward()
        assert torch.isfinite(reshaped.grad).all()

    def test_separates_labels_when_there_are_enough(self, blobs):
        X, codes = blobs
        Z = GSTransform(learning_rate=1e-3, max_epochs=80).fit_transform(X, codes)
        assert Z.shape == (60, 64) and Z.dtype == np.float32
        same = codes[:, None] == codes[None]
        assert distances(Z)[same].mean() < 0.4 * distances(Z)[~same].mean()

    def test_best_weights_are_kept(self, blobs):
        """A step far too large spoils every later epoch: the loss kept is that of the weights kept."""
        import torch

        X, codes = blobs
        transform = GSTransform(learning_rate=0.5, max_epochs=12, patience=12, n_hidden=8, n_components=2)
        losses = []
        transform.fit(X, codes, progress=lambda done, total: losses.append(transform.validation_loss_))
        assert transform.n_epochs_ == 12
        assert losses == sorted(losses, reverse=True)
        assert transform.validation_loss_ == losses[-1]
        # contrastive part of the kept weights, recomputed on the texts that only watched
        order = np.random.default_rng(0).permutation(60)
        watched = order[48:]
        Z = torch.tensor(transform.transform(X[watched]))
        contrastive = batch_loss(Z, torch.zeros(1, 1), torch.zeros(1, 1), torch.tensor(codes[watched]), 10.0)
        assert contrastive.item() <= transform.validation_loss_ + 1e-3

    def test_stops_when_nothing_improves(self, blobs):
        X, codes = blobs
        transform = GSTransform(learning_rate=0.0, patience=3).fit(X, codes)
        assert transform.n_epochs_ == 4

    def test_its_arrays_are_enough_to_transform(self, few, tmp_path):
        X, y = few
        transform = GSTransform(max_epochs=3, n_hidden=16, n_components=4).fit(X, y)
        again = GSTransform.from_arrays(stored(transform.to_arrays(), tmp_path))
        assert again.transform(X).tobytes() == transform.transform(X).tobytes()
        assert again.get_params()["n_hidden"] == 16 and again.get_params()["n_components"] == 4

    def test_unlabelled_rows_are_not_looked_at(self, few):
        X, y = few
        other = np.where((y >= 0)[:, None], X, 5)
        one = GSTransform(max_epochs=3).fit(X, y).transform(X)
        two = GSTransform(max_epochs=3).fit(other, y).transform(X)
        assert one.tobytes() == two.tobytes()

    def test_at_most_so_many_texts(self, blobs):
        X, codes = blobs
        transform = GSTransform(max_texts=10, max_epochs=2).fit(X, codes)
        assert transform.n_epochs_ == 2

    def test_same_seed_same_bytes_and_torch_untouched(self, few):
        import torch

        X, y = few
        torch.manual_seed(5)
        state = torch.get_rng_state()
        one = GSTransform(max_epochs=5, random_state=3).fit_transform(X, y)
        assert (torch.get_rng_state() == state).all()
        torch.manual_seed(6)
        two = GSTransform(max_epochs=5, random_state=3).fit_transform(X, y)
        assert one.tobytes() == two.tobytes()
        assert one.tobytes() != GSTransform(max_epochs=5, random_state=4).fit_transform(X, y).tobytes()

    def test_two_at_once_do_not_disturb_each_other(self, few, monkeypatch):
        X, y = few
        alone = GSTransform(max_epochs=3).fit_transform(X, y)
        real, drawn = GSTransform._networks, threading.Event()
        other = threading.Thread(target=GSTransform(max_epochs=3, random_state=1).fit, args=[X, y])

        def draw(self, n_dims):
            if self.random_state == 1:  # stays in the middle of it for as long as the first has not drawn
                networks = real(self, n_dims)
                drawn.wait(10)
                return networks
            other.start()
            other.join(0.3)
            try:
                return real(self, n_dims)
            finally:
                drawn.set()

        monkeypatch.setattr(GSTransform, "_networks", draw)
        assert GSTransform(max_epochs=3).fit_transform(X, y).tobytes() == alone.tobytes()
        other.join(10)

    def test_progress_is_told_and_may_stop(self, few):
        from core.errors import Cancelled

        X, y = few
        told = []
        GSTransform(max_epochs=3).fit(X, y, progress=lambda done, total: told.append((done, total)))
        assert told == [(1, 3), (2, 3), (3, 3)]

        def stop(done, total):
            raise Cancelled

        with pytest.raises(Cancelled):
            GSTransform().fit(X, y, progress=stop)

    def test_one_class_is_not_enough(self, few):
        X, y = few
        with pytest.raises(LabelError, match=r"2 classes needed, got 1 \(0\)"):
            GSTransform().fit(X, np.where(y == 0, 0, -1))
