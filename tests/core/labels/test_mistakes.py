import re
import time

import numpy as np
import pytest

from core.labels import Mistake, find_mistakes
from core.labels.mistakes import PENALTIES, _held_out_scores
from core.neighbours import build_graph, unit_rows
from core.transforms import DEFAULT_HYPER_PARAMETERS, thin_out


def make_space(n=300, n_classes=4, noise=0.4, seed=0):
    """Unit vectors in 16 dimensions around the axes of their classes, and these."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(n_classes, size=n)
    return unit_rows(np.eye(16)[classes] + noise * rng.standard_normal((n, 16))), classes


def label(classes, n, share_wrong, seed=0):
    """Label the first n texts, a share of them wrong; the labels, and the rows of the wrong ones."""
    rng = np.random.default_rng(seed)
    y = np.full(len(classes), -1)
    y[:n] = classes[:n]
    wrong = rng.choice(n, round(share_wrong * n), replace=False)
    y[wrong] = (y[wrong] + rng.integers(1, classes.max() + 1, len(wrong))) % (classes.max() + 1)
    return y, set(wrong.tolist())


class TestFindMistakes:
    def test_planted_mistakes_are_found_and_put_right(self):
        X, classes = make_space(noise=0.2, seed=1)
        y, wrong = label(classes, 120, 0.1, seed=1)
        found = find_mistakes(X, y)
        assert {mistake.row for mistake in found} == wrong
        assert all(mistake.given == y[mistake.row] for mistake in found)
        assert all(mistake.better == classes[mistake.row] for mistake in found)
        assert {mistake.reason for mistake in found} == {"fit"}
        sure = [mistake.probability for mistake in found]
        assert sure == sorted(sure, reverse=True)
        assert 0.3 <= min(sure) <= max(sure) <= 1
        assert find_mistakes(X, y, n=3) == found[:3]
        assert find_mistakes(X, y, n=0) == []

    def test_most_mistakes_are_found_where_classes_touch(self):
        flagged = right = planted = 0
        for seed in range(8):
            X, classes = make_space(noise=0.3, seed=seed)
            y, wrong = label(classes, 120, 0.1, seed=seed)
            rows = {mistake.row for mistake in find_mistakes(X, y, n=120)}
            flagged, right, planted = flagged + len(rows), right + len(rows & wrong), planted + len(wrong)
        assert right >= 0.75 * planted
        assert right >= 0.85 * flagged

    @pytest.mark.parametrize("n", [12, 40, 120])
    def test_labels_that_are_right_are_not_reported(self, n):
        flagged = 0
        for seed in range(8):
            X, classes = make_space(seed=seed)
            flagged += len(find_mistakes(X, label(classes, n, 0)[0]))
        assert flagged <= 0.02 * 8 * n

    @pytest.mark.parametrize("n_classes", [2, 5])
    def test_labels_that_mean_nothing_are_not_reported(self, n_classes):
        """Random labels contradict each other everywhere, so that none is the mistake."""
        flagged = 0
        for seed in range(8):
            X, _ = make_space(seed=seed)
            y = np.full(300, -1)
            y[:100] = np.random.default_rng(seed).integers(n_classes, size=100)
            flagged += len(find_mistakes(X, y, n=100))
        assert flagged <= 0.02 * 8 * 100

    def test_the_judge_has_not_seen_the_label(self):
        """An isolated text is classified by its neighbours and not by its own label.

        With the label counted in, a classifier as free as the weakest penalty allows would agree with it.
        """
        X, classes = make_space(noise=0.05)
        y, _ = label(classes, 60, 0)
        y[0] = (y[0] + 1) % 4
        (mistake,) = find_mistakes(X, y)
        assert (mistake.row, mistake.better) == (0, classes[0])
        assert mistake.probability > 0.8

    def test_the_only_label_of_a_class_is_not_judged_but_with_a_name_it_is(self):
        X, classes = make_space(noise=0.05)
        y, _ = label(classes, 60, 0)
        y[0] = 4
        assert find_mistakes(X, y) == []
        (mistake,) = find_mistakes(X, y, label_vectors=np.eye(16)[:5])
        assert (mistake.row, mistake.given, mistake.better) == (0, 4, classes[0])

    @pytest.mark.parametrize("help_by", ["graph", "names"])
    def test_names_and_neighbours_help(self, help_by):
        """Few labels in a noisy space: with help more mistakes are found, and hardly more invented."""
        found, invented = np.zeros(2, dtype=int), np.zeros(2, dtype=int)  # plain, helped
        for seed in range(8):
            X, classes = make_space(600, noise=0.32, seed=seed)
            y, wrong = label(classes, 32, 0.1, seed=seed)
            helped = {"graph": build_graph(X)} if help_by == "graph" else {"label_vectors": np.eye(16)[:4]}
            for place, extra in enumerate(({}, helped)):
                rows = {mistake.row for mistake in find_mistakes(X, y, **extra)}
                found[place] += len(rows & wrong)
                invented[place] += len(rows - wrong)
        assert found[1] > found[0]
        assert invented.max() <= 0.02 * 8 * 32

    def test_duplicates_with_different_labels_come_first(self):
        """Texts 60 and 61 copy text 1: two labels against one, and the one is wrong."""
        X, classes = make_space(noise=0.1)
        y, _ = label(classes, 60, 0)
        y[0] = (y[0] + 1) % 4
        X[[60, 61]] = X[1]
        y[[60, 61]] = classes[1], (classes[1] + 1) % 4
        first, second = find_mistakes(X, y)
        assert (first.row, first.given, first.better, first.reason) == (61, y[61], classes[1], "copy")
        assert (second.row, second.reason) == (0, "fit")

    def test_duplicates_are_settled_by_the_other_texts(self):
        """Two copies, one label each: which is wrong is known from texts like them, whichever comes first."""
        X, classes = make_space(noise=0.1)
        X[61] = X[60]
        other = (classes[60] + 1) % 4
        for labels in ([classes[60], other], [other, classes[60]]):
            y, _ = label(classes, 60, 0)
            y[[60, 61]] = labels
            (mistake,) = find_mistakes(X, y)
            assert (mistake.given, mistake.better, mistake.reason) == (other, classes[60], "copy")
            assert mistake.row == [60, 61][labels.index(other)]
            assert mistake.probability > 0.5

    def test_duplicates_do_not_vouch_for_each_other(self):
        """The same wrong label given to a text and its copy: both are found."""
        X, classes = make_space(noise=0.05)
        y, _ = label(classes, 60, 0)
        X[60] = X[0]
        y[[0, 60]] = (classes[0] + 1) % 4
        assert {mistake.row for mistake in find_mistakes(X, y)} == {0, 60}

    def test_held_out_scores_are_those_of_a_refit(self):
        """Leaving out in closed form against leaving out; more examples than dimensions, and fewer."""
        rng = np.random.default_rng(4)
        codes, texts = (
            rng.permutation(np.repeat([0, 1, 2], 4)),
            np.array([0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8, 8]),
        )
        counts = np.append(np.ones(12), np.full(3, DEFAULT_HYPER_PARAMETERS.name_count))
        every = np.append(codes, np.arange(3))
        weights = counts * (counts.sum() / 3 / np.bincount(every, weights=counts)[every])
        for n_dims in (5, 20):
            vectors = rng.standard_normal((15, n_dims))
            design = np.hstack([vectors, np.ones((15, 1))])
            found = list(_held_out_scores(vectors[:12], vectors[12:], codes, texts, 3))
            for penalty, scores in zip(PENALTIES, found, strict=True):
                for text in range(9):
                    out = np.append(texts == text, np.zeros(3, dtype=bool))
                    kept = design[~out] * weights[~out, None]
                    system = kept.T @ design[~out] + penalty * np.eye(n_dims + 1)
                    solution = np.linalg.solve(system, kept.T @ np.eye(3)[every[~out]])
                    np.testing.assert_allclose(scores[text], (design[out] @ solution).mean(axis=0), atol=1e-8)

    def test_order_rotation_and_label_codes_do_not_matter(self):
        X, classes = make_space(noise=0.45)
        y, _ = label(classes, 100, 0.1)
        first = find_mistakes(X, y)
        assert len(first) >= 5
        order = np.random.default_rng(1).permutation(300)
        permuted = find_mistakes(X[order], y[order])
        assert [order[mistake.row] for mistake in permuted] == [mistake.row for mistake in first]
        rotation = np.linalg.qr(np.random.default_rng(2).standard_normal((16, 16)))[0]
        rotated = find_mistakes(X @ rotation, y)
        assert [mistake.row for mistake in rotated] == [mistake.row for mistake in first]
        probabilities = [mistake.probability for mistake in first]
        assert [mistake.probability for mistake in rotated] == pytest.approx(probabilities, abs=1e-3)
        renamed = find_mistakes(X, np.where(y >= 0, 90 - 7 * y, -1))
        assert [
            (mistake.row, 90 - 7 * other.better) for mistake, other in zip(renamed, first, strict=True)
        ] == [(mistake.row, mistake.better) for mistake in renamed]

    def test_same_input_same_answer_and_input_untouched(self):
        X, classes = make_space()
        y, _ = label(classes, 60, 0.1)
        before = X.copy(), y.copy()
        assert find_mistakes(X, y) == find_mistakes(X, y)
        assert (before[0] == X).all() and (before[1] == y).all()

    def test_nothing_to_judge(self):
        X, classes = make_space()
        assert find_mistakes(X, np.full(300, -1)) == []
        assert find_mistakes(X, np.where(classes == 0, 0, -1)) == []
        assert find_mistakes(X, np.append([0, 1], np.full(298, -1))) == []
        assert find_mistakes(np.zeros((4, 3)), np.array([0, 0, 0, 0]), label_vectors=np.eye(3)) == []

    def test_equal_texts_all_with_different_labels(self):
        found = find_mistakes(np.ones((4, 3)), np.array([0, 0, 0, 1]))
        assert found == [Mistake(3, 1, 0, pytest.approx(1, abs=0.01), "copy")]

    def test_many_labels_are_judged_in_part(self, monkeypatch):
        monkeypatch.setattr("core.labels.mistakes.MAX_JUDGED_LABELS", 50)
        X, classes = make_space()
        y, wrong = label(classes, 300, 0.1)
        found = {mistake.row for mistake in find_mistakes(X, y, n=300)}
        assert found and len(found & wrong) > 0.6 * len(found)
        assert found <= set(thin_out(y, 50).tolist())

    def test_bad_input(self):
        message = "3 texts and 2 labels and a graph of 3 texts found"
        with pytest.raises(ValueError, match=re.escape(message)):
            find_mistakes(np.eye(3), np.zeros(2, dtype=int), graph=build_graph(np.eye(3)))

    def test_many_texts_take_little_time(self):
        rng = np.random.default_rng(0)
        X = rng.standard_normal((20_000, 64)).astype("f")
        y = np.full(len(X), -1)
        y[rng.choice(len(X), 200, replace=False)] = rng.integers(10, size=200)
        started = time.perf_counter()
        find_mistakes(X, y)
        assert time.perf_counter() - started < 3  # 0.2 s on an idle machine; tests share theirs
