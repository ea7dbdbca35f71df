import numpy as np
import pytest

from core.neighbours import build_graph, propagate, unit_rows
from core.transforms import GuidedTransform, kernel, model_selection, probability_model
from core.transforms.model_selection import choose_hyper_parameters
from tests.support.transforms import examples_of


class TestModelSelection:
    def test_mixed_kernels_equal_label_propagation(self):
        """For every mixing, the labelled rows get what `propagate` gives them, isolated rows too."""
        rows = examples_of(40, 6, 2).rows
        graph = build_graph(rows, 4)
        graph.similarities[7] = 0  # isolated
        near = kernel(rows, rows[:5])
        mixtures = model_selection._mixed_kernels(rows, np.array([3, 7, 20]), rows[:5], graph)
        assert set(mixtures) == set(model_selection.MIXINGS)
        for mixing, mixture in mixtures.items():
            propagated = propagate(near, graph, mixing=mixing, rounds=model_selection.ROUNDS)
            np.testing.assert_allclose(mixture, propagated[[3, 7, 20]], atol=1e-5)

    def test_log_probability_by_hand(self):
        scores = np.array([[0, np.log(3)], [1e4, 1e4]])
        np.testing.assert_allclose(
            model_selection.log_probabilities(scores, np.array([1, 0])), np.log([0.75, 0.5]), rtol=1e-9
        )

    def choose(self, X, label, names=None):
        rows = unit_rows(X - X.mean(axis=0))
        labelled = np.arange(40)
        names = np.empty((0, X.shape[1]), "f") if names is None else names
        graph = build_graph(rows)
        return choose_hyper_parameters(rows, labelled, label[:40], names, label.max() + 1, graph)[0]

    @staticmethod
    def mean_mixing(choices):
        return sum(choice.share * choice.mixing for choice in choices)

    def test_only_labels_that_follow_neighbours_are_propagated(self, loud_topics):
        X, topic, label = loud_topics
        follows, crosses = self.choose(X, topic), self.choose(X, label)
        assert sum(choice.share for choice in follows) == pytest.approx(1)
        assert self.mean_mixing(follows) > 0.4 > 0.2 > self.mean_mixing(crosses)

    def test_no_class_vanishes_among_more_labels_than_are_left_out(self, monkeypatch):
        """Noise with alternating labels: without one class, the other would be predicted with certainty."""
        monkeypatch.setattr(model_selection, "MOST_LEFT_OUT", 60)
        monkeypatch.setattr(probability_model, "MOST_EXAMPLES", 60)
        X = np.random.default_rng(0).standard_normal((200, 16)).astype("f")
        transform = GuidedTransform().fit(X, np.where(np.arange(200) < 62, np.arange(200) % 2, -1))
        assert transform.trust_ < 0.5
        assert 0.2 < transform.probabilities_[:62, 0].mean() < 0.8

    def test_without_a_label_to_leave_out_the_choice_is_the_default(self, loud_topics):
        X = loud_topics[0]
        assert self.choose(X, np.arange(500)) == (model_selection.DEFAULT_HYPER_PARAMETERS,)

    def test_more_labels_than_are_left_out_cost_no_more(self, loud_topics, monkeypatch):
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
