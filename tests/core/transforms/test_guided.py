import copy
import pickle

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import Cancelled, LabelError
from core.neighbours import Graph, build_graph, unit_rows
from core.transforms import GuidedTransform, model_selection
from core.transforms.validation import read_labels
from tests.support.transforms import distances, stored


@parametrize_with_checks([GuidedTransform()])
def test_sklearn_compatible_estimator(estimator, check):
    check(estimator)


class TestGuidedTransform:
    def test_fit_transform_equals_fit_and_transform(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        assert Z.dtype == np.float32 and Z.shape == (60, 2 * 3 + 8)
        assert Z.tobytes() == transform.transform(X).tobytes()
        assert transform.predict_proba(X).tobytes() == transform.probabilities_.tobytes()

    def test_progress_counts_hyper_parameters_and_may_stop(self, few):
        seen = []
        GuidedTransform().fit(*few, progress=lambda *counts: seen.append(counts))
        assert len(seen) > 5 and seen == [(done, len(seen)) for done in range(1, len(seen) + 1)]

        def stop(done, total):
            raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            GuidedTransform().fit(*few, progress=stop)

    def test_without_a_graph_it_builds_that_of_build_graph(self, few):
        X, y = few
        Z = GuidedTransform().fit_transform(X, y, graph=build_graph(X))
        assert Z.tobytes() == GuidedTransform().fit_transform(X, y).tobytes()

    def test_parts_by_hand(self, few, monkeypatch):
        """Without mixing: part 1 is centred with root mean square `class_share` times the trust, part 2 has
        the length `discriminant_share` times the trust, and part 3 is the centred vector."""
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
        """The only neighbour of each text is the next: its own generic part, and a share of that one."""
        X, y = few
        graph = Graph(np.roll(np.arange(60, dtype="i4"), -1)[:, None], np.full((60, 1), 0.5, "f4"))
        monkeypatch.setattr(model_selection, "MIXINGS", (0.3,))
        blended = GuidedTransform().fit_transform(X, y, graph=graph)[:, 6:]
        apart = unit_rows(X - X.mean(axis=0))
        np.testing.assert_allclose(blended, 0.7 * apart + 0.3 * np.roll(apart, -1, axis=0), atol=1e-5)

    def test_share_of_texts_of_seen_classes(self):
        """Two of four labels are alone in their class: half of the texts are of unseen classes. With names
        for all classes, none are."""
        assert read_labels(np.array([0, 0, 1, 2, -1])).seen_share(0) == pytest.approx(0.5)
        assert read_labels(np.array([0, 0, 1, 2, -1]), 3).seen_share(3) == 1
        assert read_labels(np.full(3, -1), 2).seen_share(2) == 1

    def test_random_labels_get_low_trust(self, loud_topics):
        X, topic, _ = loud_topics
        y = np.where(np.arange(500) < 60, np.random.default_rng(3).integers(3, size=500), -1)
        assert GuidedTransform().fit(X, y).trust_ <= 0.35
        assert GuidedTransform().fit(X, np.where(np.arange(500) < 60, topic, -1)).trust_ > 0.8

    def test_unlabelled_classes_keep_together(self):
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

    def test_probabilities_sum_to_one_and_find_the_classes(self, blobs, few):
        X, y = few
        transform = GuidedTransform().fit(X, y)
        assert transform.probabilities_.dtype == np.float32
        np.testing.assert_allclose(transform.probabilities_.sum(axis=1), 1, atol=1e-5)
        assert (transform.probabilities_.argmax(axis=1) == blobs[1]).mean() > 0.9

    def test_new_texts_get_their_class(self, blobs):
        X, codes = blobs
        y = np.where(np.arange(60) % 5 == 0, codes, -1)
        seen = np.arange(60) % 4 > 0
        transform = GuidedTransform().fit(X[seen], y[seen])
        new = transform.predict_proba(X[~seen])
        np.testing.assert_allclose(new.sum(axis=1), 1, atol=1e-5)
        assert (new.argmax(axis=1) == codes[~seen]).mean() > 0.85
        alone = np.vstack([transform.transform(row[None]) for row in X])
        np.testing.assert_allclose(alone, transform.transform(X), atol=1e-5)

    def test_a_text_near_a_fitted_one_is_placed_near_it(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        nearly = transform.transform(X + np.float32(1e-4))
        gaps = np.linalg.norm(nearly - Z, axis=1)
        assert gaps.max() < 0.35 * np.median(distances(Z))

    def test_the_order_of_rows_does_not_matter(self, few):
        X, y = few
        order = np.random.default_rng(1).permutation(60)
        Z, permuted = (
            GuidedTransform().fit_transform(X, y),
            GuidedTransform().fit_transform(X[order], y[order]),
        )
        np.testing.assert_allclose(distances(permuted), distances(Z[order]), atol=5e-3)

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

    def test_same_input_gives_same_bytes_and_stays_unchanged(self, few):
        X, y = few
        graph = build_graph(X)
        before = copy.deepcopy((X, y, graph))
        one = GuidedTransform(random_state=0).fit_transform(X, y, graph=graph)
        two = GuidedTransform(random_state=0).fit_transform(X, y, graph=graph)
        assert one.tobytes() == two.tobytes()
        assert np.array_equal(X, before[0]) and np.array_equal(y, before[1])
        assert (graph.indices == before[2].indices).all()

    def test_its_result_is_a_copy(self, few):
        X, y = few
        transform = GuidedTransform()
        Z = transform.fit_transform(X, y)
        kept = Z.copy()
        Z[:] = 0
        assert (transform.transform(X) == kept).all()

    def test_fitted_and_new_texts_are_recognised_in_any_order(self, few):
        """Rows 7 and 50 are equal texts: each gets the vector of the first."""
        X, y = few
        X[50] = X[7]
        fitted = GuidedTransform().fit(X, y)
        mixed = fitted.transform(np.vstack([X[50], -X[3], X[5]]))
        np.testing.assert_array_equal(mixed[[0, 2]], fitted.embedding_[[7, 5]])
        np.testing.assert_array_equal(mixed[1:2], fitted.transform(-X[3:4]))
        assert not np.array_equal(mixed[1], fitted.embedding_[3])

    def test_its_arrays_are_enough_to_transform(self, few, tmp_path):
        """From read-only arrays: fitted and new texts, alone and many, get the same bytes."""
        X, y = few
        names = np.random.default_rng(0).standard_normal((3, 8))
        transform = GuidedTransform(n_neighbors=7, class_share=2).fit(X, y, label_vectors=names)
        new = unit_rows(X + 0.1 * np.random.default_rng(1).standard_normal(X.shape))
        arrays = stored(transform.to_arrays(), tmp_path)
        again = GuidedTransform.from_arrays(
            arrays, unit_rows(X), transform.embedding_, transform.probabilities_, transform.fits_none_
        )
        for rows in (X, new, X[:1], new[:1]):
            assert again.transform(rows).tobytes() == transform.transform(rows).tobytes()
            assert again.predict_proba(rows).tobytes() == transform.predict_proba(rows).tobytes()
        assert again.linear_.weights.tobytes() == transform.linear_.weights.tobytes()

    def test_after_pickling_it_recognises_its_texts(self, few):
        X, y = few
        transform = GuidedTransform().fit(X, y)
        assert (pickle.loads(pickle.dumps(transform)).transform(X) == transform.embedding_).all()

    def test_labels_across_the_main_structure_are_separated(self, loud_topics):
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

    def test_names_alone_are_enough(self, blobs):
        X, codes = blobs
        names = np.stack([X[codes == code].mean(axis=0) for code in range(3)])
        transform = GuidedTransform().fit(X, np.full(60, -1), label_vectors=names)
        assert transform.classes_.tolist() == [0, 1, 2]
        assert (transform.probabilities_.argmax(axis=1) == codes).mean() > 0.9

    def test_names_matter_less_with_more_labels(self, blobs):
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
