import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from core.errors import Cancelled
from core.evidence import Evidence, cross_validate, luck
from core.neighbours import build_graph
from core.transforms import GSTransform, GuidedTransform


class Doubled(TransformerMixin, BaseEstimator):
    """Nothing changes: twice the generic space. Notes what it was fitted with."""

    seen: list = []  # noqa: RUF012  shared by clones, so that the test can look

    def fit(self, X, y):
        self.seen.append(y.copy())
        return self

    def transform(self, X):
        return 2 * X


def crossed(n=400, seed=0):
    """A space of four loud topics in which a quiet direction carries the label."""
    rng = np.random.default_rng(seed)
    topic, label = rng.integers(4, size=n), rng.integers(2, size=n)
    X = 0.25 * rng.standard_normal((n, 24))
    X[np.arange(n), topic] += 3
    X[:, 10] += np.where(label == 1, 0.35, -0.35)
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f"), label


def partly(labels, n, seed=0):
    y = np.full(len(labels), -1)
    rows = np.random.default_rng(seed).choice(len(labels), n, replace=False)
    y[rows] = labels[rows]
    return y


def test_labels_across_the_main_structure_help():
    X, label = crossed()
    evidence = cross_validate(X, partly(label, 60))
    assert evidence.verdict == "helps"
    assert evidence.reshaped > evidence.generic + 0.1
    assert evidence.sentence() == (
        "labels better separated: "
        f"{100 * evidence.generic:.0f} % → {100 * evidence.reshaped:.0f} % (60 labels)"
    )


@pytest.mark.parametrize("seed", range(4))
def test_labels_without_meaning_do_not_help(seed):
    X, label = crossed(seed=seed)
    noise = np.random.default_rng(seed + 50).permutation(label)
    evidence = cross_validate(X, partly(noise, 60, seed))
    assert evidence.verdict == "no gain"
    assert "gain over the generic space" in evidence.sentence()


def test_an_unchanged_space_is_no_gain():
    X, label = crossed()
    evidence = cross_validate(X, partly(label, 40), transform=Doubled())
    assert evidence.generic == evidence.reshaped
    assert (evidence.gained, evidence.lost) == (0, 0)
    assert evidence.sentence().startswith("no gain over the generic space: ")


def test_held_out_labels_are_hidden_from_the_fit_and_each_once():
    X, label = crossed()
    y = partly(label, 30)
    y[np.flatnonzero(y < 0)[0]] = 7  # one of its kind: never hidden
    Doubled.seen.clear()
    cross_validate(X, y, transform=Doubled())
    hidden = [np.flatnonzero((y >= 0) & (known < 0)) for known in Doubled.seen]
    assert len(hidden) == 5
    assert sorted(np.concatenate(hidden)) == sorted(np.flatnonzero((y >= 0) & (y != 7)))
    for known in Doubled.seen:
        assert set(known[known >= 0]) == {0, 1, 7}


def test_generic_accuracy_by_hand():
    """Two tight groups of six; one text of each group carries the other's label: 10 of 12 are found again."""
    angles = np.deg2rad([*np.arange(6), *(90 + np.arange(6))])
    X = np.c_[np.cos(angles), np.sin(angles)]
    y = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0])
    evidence = cross_validate(X, y, folds=12, transform=Doubled())
    # folds of one text: the odd ones (rows 5, 11) are wrong, and row 4 or 10 only if the odd one is nearest
    assert evidence.n_tested == 12
    assert evidence.generic == pytest.approx(8 / 12) or evidence.generic == pytest.approx(10 / 12)


def test_too_few_labels_say_what_is_missing():
    X, label = crossed()
    assert cross_validate(X, partly(label, 7)).sentence() == (
        "too few labels to tell: 7, at least 2 for each of 2 labels and 10 in all needed"
    )
    none = cross_validate(X, np.full(len(X), -1))
    assert none.verdict == "too few labels to tell"
    assert "tell: 0," in none.sentence()


def test_labels_that_stand_alone_cannot_be_tested():
    X, _ = crossed()
    y = np.full(len(X), -1)
    y[:20] = np.arange(20)
    y[1] = 0
    assert cross_validate(X, y).sentence() == (
        "too few labels to tell: 18 of 20 are the only one of their kind, "
        "at least 2 for each of 2 labels and 10 such in all needed"
    )


def test_one_label_many_times_is_too_few():
    X, _ = crossed()
    evidence = cross_validate(X, np.where(np.arange(len(X)) < 20, 3, -1))
    assert evidence.sentence() == (
        "too few labels to tell: all 20 are the same, at least 2 for each of 2 labels and 10 in all needed"
    )


def test_a_worse_space_is_called_worse():
    evidence = Evidence(40, 2, 40, generic=0.8, reshaped=0.6, gained=1, lost=9)
    assert evidence.verdict == "worse"
    assert evidence.sentence() == "worse than the generic space: 80 % → 60 % (40 labels)"


def test_a_small_rise_is_no_clear_gain():
    evidence = Evidence(40, 2, 40, generic=0.8, reshaped=0.85, gained=4, lost=2)
    assert evidence.verdict == "no gain"
    assert evidence.sentence() == "no clear gain over the generic space: 80 % → 85 % (40 labels)"


def test_luck_of_a_coin():
    """Five wins of five: one in 32. Four or five of five: six in 32. Nothing tossed: certain."""
    assert luck(5, 0) == pytest.approx(1 / 32)
    assert luck(4, 1) == pytest.approx(6 / 32)
    assert luck(0, 0) == 1


def test_same_seed_same_evidence_and_input_untouched():
    X, label = crossed()
    y = partly(label, 30)
    before = X.copy(), y.copy()
    graph = build_graph(X)
    assert cross_validate(X, y, graph=graph) == cross_validate(X, y)
    assert (before[0] == X).all() and (y == before[1]).all()


def test_any_transform_can_be_tested():
    X, label = crossed()
    evidence = cross_validate(X, partly(label, 20), transform=GSTransform(max_epochs=2))
    assert 0 <= evidence.reshaped <= 1


def test_the_given_transform_is_not_fitted():
    X, label = crossed()
    transform = GuidedTransform()
    cross_validate(X, partly(label, 20), transform=transform)
    assert not hasattr(transform, "classes_")


def test_unusable_settings_are_named():
    X, label = crossed()
    with pytest.raises(ValueError, match="folds is 1; at least 2"):
        cross_validate(X, label, folds=1)
    with pytest.raises(ValueError, match="400 texts and 3 labels"):
        cross_validate(X, label[:3])


def test_progress_counts_folds_and_may_stop_them():
    X, y = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32), np.arange(40) % 2
    seen = []
    cross_validate(X, y, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(fold, 5) for fold in range(5)]

    def stop(done, total):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        cross_validate(X, y, progress=stop)
