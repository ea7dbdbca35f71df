import dataclasses
import json
import math

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from core.errors import Cancelled
from core.evidence import (
    Control,
    CurvePoint,
    Evidence,
    LabelEvidence,
    LearningCurve,
    baselines,
    control,
    cross_validate,
    cross_validation,
    holdout,
    learning_curve,
)
from core.evidence.folds import deal_parts, natural_order, shares_of_classes
from core.evidence.result import verdict
from core.evidence.statistics import WIDENING, Mean, balanced, class_means, mean_over_classes
from core.labels import without_copies
from core.neighbours import build_graph
from core.transforms import GSTransform, GuidedTransform


class Doubled(TransformerMixin, BaseEstimator):
    """Nothing changes: twice the generic space. Notes what it was fitted with."""

    seen: list = []  # noqa: RUF012  shared by clones, so that the test can look

    def fit(self, X, y, *, label_vectors=None):
        self.seen.append((len(X), y.copy(), label_vectors))
        return self

    def transform(self, X):
        return 2 * X


class Shaken(TransformerMixin, BaseEstimator):
    """The generic space with noise on it, the same for the same labels: worse."""

    def fit(self, X, y):
        self.seed_ = int(np.flatnonzero(y >= 0).sum())
        return self

    def transform(self, X):
        return X + 0.3 * np.random.default_rng(self.seed_).standard_normal(X.shape)


@pytest.fixture
def doubled():
    Doubled.seen.clear()
    return Doubled()


def unit(X):
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f")


def on_circle(*degrees):
    return np.c_[np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))].astype("f")


def crossed(n=400, seed=0):
    """A space of four loud topics in which a quiet direction carries the label."""
    rng = np.random.default_rng(seed)
    topic, label = rng.integers(4, size=n), rng.integers(2, size=n)
    X = 0.25 * rng.standard_normal((n, 24))
    X[np.arange(n), topic] += 3
    X[:, 10] += np.where(label == 1, 0.35, -0.35)
    return unit(X), label


def topics(n=400, n_classes=4, loudness=0.6, seed=0):
    """A space whose main structure is the label, buried in noise."""
    rng = np.random.default_rng(seed)
    label = rng.integers(n_classes, size=n)
    X = 0.25 * rng.standard_normal((n, 32))
    X[np.arange(n), label] += loudness
    return unit(X), label


def partly(labels, n, seed=0):
    y = np.full(len(labels), -1)
    rows = np.random.default_rng(seed).choice(len(labels), n, replace=False)
    y[rows] = labels[rows]
    return y


def without_meaning(n_classes, n_labels, seed, n=300):
    X, _ = crossed(n, seed)
    return X, partly(np.random.default_rng(seed + 50).integers(n_classes, size=n), n_labels, seed)


class TestVerdict:
    def test_labels_across_the_main_structure_help(self):
        X, label = crossed()
        evidence = cross_validate(X, partly(label, 60))
        assert evidence.verdict == "helps"
        assert evidence.reshaped > evidence.generic + 0.1
        assert evidence.gain_low >= 0
        assert evidence.sentence().startswith(
            f"helps: {100 * evidence.generic:.0f} % → {100 * evidence.reshaped:.0f} % ("
        )

    @pytest.mark.parametrize(("n_classes", "n_labels", "loudness"), [(4, 20, 0.8), (6, 60, 0.6)])
    def test_real_effects_are_found_with_few_labels(self, n_classes, n_labels, loudness):
        found = []
        for seed in range(6):
            X, label = topics(300, n_classes, loudness, seed)
            found.append(cross_validate(X, partly(label, n_labels, seed)).verdict)
        assert found.count("helps") >= 4, found

    @pytest.mark.parametrize(("n_classes", "n_labels"), [(2, 60), (4, 20), (6, 60)])
    def test_labels_without_meaning_do_not_help(self, n_classes, n_labels):
        found = [cross_validate(*without_meaning(n_classes, n_labels, seed)).verdict for seed in range(12)]
        assert found.count("helps") <= 1, found

    @pytest.mark.parametrize("blur", [0, 0.02, 0.06])
    def test_copies_do_not_make_meaning(self, blur):
        """Labels drawn at random, and given to three near copies of a text alike."""
        found = []
        for seed in range(8):
            rng = np.random.default_rng(seed)
            X, _ = crossed(300, seed)
            X[100:120] = unit(X[:20] + blur * rng.standard_normal((20, 24)))
            X[200:220] = unit(X[:20] + blur * rng.standard_normal((20, 24)))
            y = np.full(300, -1)
            y[:20] = y[100:120] = y[200:220] = rng.permutation(np.arange(20) % 4)
            found.append(cross_validate(X, y).verdict)
        assert found.count("helps") <= 1, found

    def test_an_unchanged_space_is_no_gain(self, doubled):
        X, label = crossed()
        evidence = cross_validate(X, partly(label, 40), transform=doubled)
        assert evidence.generic == evidence.reshaped
        assert evidence.chance == 0.5
        assert evidence.gain_low == -evidence.gain_high < 0  # texts that all agree are no certainty
        assert evidence.sentence().startswith("no gain over the generic space: ")

    def test_a_shaken_space_is_worse(self):
        X, label = topics(n_classes=6, loudness=1.2)
        evidence = cross_validate(X, partly(label, 80), transform=Shaken())
        assert evidence.verdict == "worse"
        assert evidence.gain_high <= 0

    def test_figures_and_test_must_say_the_same(self):
        assert verdict(0.1, 0.02) == "helps"
        assert verdict(-0.1, 0.02) == "no gain"
        assert verdict(0.1, 0.03) == "no gain"
        assert verdict(-0.1, 0.98) == "worse"
        assert verdict(0.1, 0.98) == "no gain"


class TestMeasure:
    def test_balanced_accuracy_by_hand(self, doubled):
        """Degrees on a circle, left out one by one. Of label 0, those at 0 and 10 are nearest to 4 and the
        one at 75 to 79, both of label 1: 5 of 8 are found again. Of label 1, those at 200 and 212 are."""
        X = on_circle(0, 10, 20, 30, 40, 50, 60, 75, 79, 200, 212, 4)
        y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
        evidence = cross_validate(X, y, folds=12, repeats=1, transform=doubled)
        assert evidence.by_label == (LabelEvidence(0, 8, 5 / 8, 5 / 8), LabelEvidence(1, 4, 2 / 4, 2 / 4))
        assert evidence.generic == pytest.approx((5 / 8 + 2 / 4) / 2)

    def test_labels_are_hidden_once_a_repeat_and_single_ones_never(self, doubled):
        X, label = crossed()
        y = partly(label, 30)
        y[np.flatnonzero(y < 0)[0]] = 7  # one of its kind
        evidence = cross_validate(X, y, repeats=3, transform=doubled)
        hidden = [np.flatnonzero((y >= 0) & (known < 0)) for _, known, _ in Doubled.seen]
        assert len(hidden) == 15
        for repeat in range(3):
            dealt = np.concatenate(hidden[5 * repeat : 5 * repeat + 5])
            assert sorted(dealt) == sorted(np.flatnonzero((y >= 0) & (y != 7)))
        assert all(set(known[known >= 0]) == {0, 1, 7} for _, known, _ in Doubled.seen)
        assert (evidence.n_labels, evidence.n_classes, evidence.n_tested) == (31, 3, 30)

    def test_every_label_has_its_recall(self):
        X, label = topics()
        y = partly(label, 60)
        y[np.flatnonzero(y < 0)[0]] = 9
        evidence = cross_validate(X, y)
        assert [found.code for found in evidence.by_label] == [0, 1, 2, 3, 9]
        assert sum(found.n_labels for found in evidence.by_label) == 61
        assert np.mean([found.reshaped for found in evidence.by_label[:4]]) == pytest.approx(
            evidence.reshaped
        )
        assert math.isnan(evidence.by_label[4].generic)

    def test_neither_row_numbers_nor_codes_nor_a_rotation_matter(self):
        X, label = topics(n_classes=3)
        y = partly(label, 40)
        before = cross_validate(X, y, repeats=2)
        rng = np.random.default_rng(1)
        rows = rng.permutation(len(X))
        turned = X[rows] @ np.linalg.qr(rng.standard_normal((32, 32)))[0].astype("f")
        renamed = np.where(y >= 0, 8 - 3 * y, -1)[rows]
        after = cross_validate(turned, renamed, repeats=2)
        assert [found.code for found in after.by_label] == [2, 5, 8]
        for name in ("n_tested", "generic", "reshaped", "gain_low", "gain_high", "chance"):
            assert getattr(after, name) == pytest.approx(getattr(before, name), abs=1e-3)

    def test_same_seed_same_evidence_and_input_untouched(self):
        X, label = crossed()
        y = partly(label, 30)
        before = X.copy(), y.copy()
        graph = build_graph(X)
        assert cross_validate(X, y, graph=graph) == cross_validate(X, y)
        assert (before[0] == X).all() and (y == before[1]).all()

    def test_copies_stand_for_one_text(self, doubled):
        X, label = topics()
        y = partly(label, 40)
        first, spare = np.flatnonzero(y >= 0)[0], np.flatnonzero(y < 0)[:3]
        X[spare], y[spare] = X[first], y[first]
        evidence = cross_validate(X, y, transform=doubled)
        assert (evidence.n_labels, evidence.n_tested) == (43, 40)

    def test_names_reach_the_transforms_that_want_them(self, doubled):
        X, label = topics()
        names = np.eye(4, 32)
        cross_validate(X, partly(label, 40), label_vectors=names, transform=doubled)
        assert all(given is names for _, _, given in Doubled.seen)
        assert cross_validate(X, partly(label, 40), label_vectors=names, repeats=1).enough
        assert cross_validate(X, partly(label, 40), label_vectors=names, repeats=1, transform=Shaken()).enough

    def test_any_transform_can_be_tested_and_is_not_fitted_itself(self):
        X, label = crossed()
        transform = GSTransform(max_epochs=2, n_hidden=16)
        assert 0 <= cross_validate(X, partly(label, 20), repeats=1, transform=transform).reshaped <= 1
        assert not hasattr(transform, "classes_")
        transform = GuidedTransform()
        cross_validate(X, partly(label, 20), repeats=1, transform=transform)
        assert not hasattr(transform, "classes_")

    def test_large_corpora_are_sampled_with_all_their_labels(self, doubled, monkeypatch):
        monkeypatch.setattr(holdout, "MOST_TEXTS", 100)
        X, label = crossed()
        evidence = cross_validate(X, partly(label, 40), graph=build_graph(X), transform=doubled)
        assert {n_texts for n_texts, _, _ in Doubled.seen} == {100}
        assert evidence.n_tested == 40
        assert cross_validate(X, partly(label, 40), graph=build_graph(X), repeats=1).enough

    def test_many_labels_are_tested_in_fewer_repeats(self, doubled, monkeypatch):
        monkeypatch.setattr(cross_validation, "MOST_TESTS", 100)
        X, label = crossed()
        cross_validate(X, partly(label, 60), transform=doubled)
        assert len(Doubled.seen) == 10

    def test_unusable_settings_are_named(self):
        X, label = crossed()
        with pytest.raises(ValueError, match="folds is 1; at least 2"):
            cross_validate(X, label, folds=1)
        with pytest.raises(ValueError, match="repeats is 0; at least 1"):
            cross_validate(X, label, repeats=0)
        with pytest.raises(ValueError, match="400 texts and 3 labels"):
            cross_validate(X, label[:3])

    def test_progress_counts_fits_and_may_stop_them(self):
        X, y = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32), np.arange(40) % 2
        seen = []
        cross_validate(X, y, progress=lambda done, total: seen.append((done, total)))
        assert seen == [(fit, 25) for fit in range(25)]

        def stop(done, total):
            raise Cancelled("Stopped.")

        for measure in (cross_validate, control, learning_curve):
            with pytest.raises(Cancelled):
                measure(X, y, progress=stop)

    def test_a_long_fit_can_be_stopped_before_its_end(self):
        X, y = topics(n=60, n_classes=2)
        seen = []

        def stop(done, total):
            seen.append((done, total))
            if len(seen) == 3:
                raise Cancelled

        with pytest.raises(Cancelled):
            cross_validate(X, y, transform=GSTransform(max_epochs=50, n_hidden=8), progress=stop)
        assert len({done for done, _ in seen}) == 1  # all of the first fit


class TestReadAnew:
    """Spaces that no label shaped stand in the place of the reshaped one."""

    def test_balanced_accuracy_by_hand(self):
        """Degrees on a circle, left out one by one; in the space read anew each label has its own side."""
        X = on_circle(0, 10, 20, 30, 40, 50, 60, 75, 79, 200, 212, 4)
        read = on_circle(0, 1, 2, 3, 4, 5, 6, 178, 180, 181, 182, 183)
        y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
        evidence = cross_validate(X, y, folds=12, repeats=1, read=read)
        assert evidence.by_label == (LabelEvidence(0, 8, 5 / 8, 7 / 8), LabelEvidence(1, 4, 2 / 4, 1.0))

    def test_it_is_tested_on_the_texts_and_folds_of_a_transform(self, doubled):
        X, label = topics()
        y = partly(label, 40)
        first, spare = np.flatnonzero(y >= 0)[0], np.flatnonzero(y < 0)[:3]
        X[spare], y[spare] = X[first], y[first]  # copies count as one, by the generic space
        apart = np.c_[3 * X, np.zeros((len(X), 5))].astype("f")
        assert cross_validate(X, y, read=apart) == cross_validate(X, y, transform=doubled)
        assert cross_validate(X, y, read=apart).n_tested == 40

    def test_large_corpora_are_sampled_alike(self, doubled, monkeypatch):
        monkeypatch.setattr(holdout, "MOST_TEXTS", 100)
        monkeypatch.setattr(holdout, "MOST_LABELS", 30)
        X, label = topics()
        y = partly(label, 40)
        assert cross_validate(X, y, read=2 * X) == cross_validate(X, y, transform=doubled)

    def test_a_space_of_the_labels_helps_and_one_of_noise_is_worse(self):
        X, label = topics()
        y = partly(label, 80)
        rng = np.random.default_rng(0)
        assert cross_validate(X, y, read=np.eye(4, dtype="f")[label]).verdict == "helps"
        assert cross_validate(X, y, read=rng.standard_normal((len(X), 6))).verdict == "worse"

    def test_labels_without_meaning_help_no_space(self):
        verdicts = []
        for seed in range(40):
            X, y = without_meaning(3, 40, seed)
            read, _ = topics(n=len(X), seed=seed + 7)
            verdicts.append(cross_validate(X, y, read=read).verdict)
        assert verdicts.count("helps") <= 2

    def test_nothing_is_fitted_and_no_graph_built(self, monkeypatch):
        monkeypatch.setattr(holdout, "build_graph", lambda *_, **__: 1 / 0)
        monkeypatch.setattr(GuidedTransform, "fit", lambda *_, **__: 1 / 0)
        X, label = topics()
        assert cross_validate(X, partly(label, 40), read=X).enough
        assert cross_validate(X, partly(label, 4), read=X).verdict == "too few labels to tell"
        assert cross_validate(X, np.full(len(X), -1), read=X).n_labels == 0

    def test_unusable_input_is_named(self):
        X, label = topics()
        with pytest.raises(ValueError, match="400 texts and 3 vectors read anew"):
            cross_validate(X, label, read=X[:3])
        with pytest.raises(ValueError, match="one of them is tested"):
            cross_validate(X, label, read=X, transform=GuidedTransform())


class TestWords:
    def evidence(self, generic, reshaped, low, high, chance):
        return Evidence(40, 2, 40, generic, reshaped, low, high, chance)

    def test_each_verdict_has_its_sentence(self):
        helps = self.evidence(0.61, 0.84, 0.17, 0.29, 0.001)
        assert helps.sentence() == "helps: 61 % → 84 % (± 6)"
        cut = self.evidence(0.61, 0.71, 0.0, 0.22, 0.02)
        assert cut.sentence() == "helps: 61 % → 71 % (gain 0 to +22)"  # not ± 12, which would have 0 inside
        cut = self.evidence(0.8, 0.7, -0.21, 0.0, 0.98)
        assert cut.sentence() == "worse than the generic space: 80 % → 70 % (gain −21 to 0)"
        worse = self.evidence(0.8, 0.6, -0.3, -0.1, 0.999)
        assert worse.sentence() == "worse than the generic space: 80 % → 60 % (± 10)"
        luck = self.evidence(0.8, 0.85, -0.03, 0.13, 0.1)
        assert luck.sentence() == "no gain over the generic space beyond luck: 80 % → 85 % (± 8)"
        none = self.evidence(0.8, 0.8, -0.08, 0.08, 0.5)
        assert none.sentence() == "no gain over the generic space: 80 % → 80 % (± 8)"

    def test_too_few_labels_are_named(self):
        X, _ = crossed()
        y = np.full(len(X), -1)
        assert cross_validate(X, y).sentence() == (
            "too few labels to tell: none is given, and about 10 are needed"
        )
        y[:5] = 0
        y[5:7] = 1
        few = cross_validate(X, y)
        assert few.verdict == "too few labels to tell" and not few.enough
        assert few.by_label[1].n_labels == 2
        assert few.sentence() == "too few labels to tell: 7 are given, and about 5 of each label are needed"
        assert few.sentence(["praise", "refund"]) == (
            "too few labels of *refund* (2) to tell: about 5 of each are needed"
        )
        y[:20] = 0
        one = cross_validate(X, y)
        assert one.sentence(["praise", "refund"]) == (
            "too few labels to tell: all 20 are *praise*, and texts of another label are needed"
        )
        assert "all 20 are the same" in one.sentence()

    def test_many_short_labels_are_not_all_listed(self):
        X, _ = crossed()
        y = np.full(len(X), -1)
        y[:12] = np.arange(12)
        assert cross_validate(X, y).sentence([f"l{code}" for code in range(12)]) == (
            "too few labels of *l0* (1), *l1* (1), *l2* (1) and 9 more to tell: about 2 of each are needed"
        )

    def test_copies_are_named_as_what_is_short(self):
        X, _ = crossed()
        X[:20] = X[[0, 1]].repeat(10, axis=0)
        copies = cross_validate(X, np.where(np.arange(len(X)) < 20, np.arange(len(X)) // 10, -1))
        for sentence in (copies.sentence(), copies.sentence(["a", "b"])):
            assert sentence == (
                "too few labels to tell: many are of copies, "
                "and about 5 different texts of each label are needed"
            )

    def test_documents_survive_json(self):
        evidence = Evidence(3, 2, 2, by_label=(LabelEvidence(0, 2, 0.5, 1.0), LabelEvidence(4, 1)))
        curve = LearningCurve(40, (CurvePoint(8, 0.4, 0.5), CurvePoint(32, 0.5, 0.7)), 0.04, 0.01, 0.07)
        for found in (evidence, curve):
            again = type(found).from_document(json.loads(json.dumps(dataclasses.asdict(found))))
            assert repr(again) == repr(found)
        assert Control(**json.loads(json.dumps(dataclasses.asdict(Control(0.25, 0.4))))) == Control(0.25, 0.4)


class TestStatistics:
    def test_class_means_by_hand(self):
        means = class_means(np.array([1.0, 0.0, 1.0, 3.0]), np.array([0, 0, 2, 2]))
        assert means[[0, 2]].tolist() == [0.5, 2.0]
        assert math.isnan(means[1])
        assert balanced(np.array([1.0, 0.0, 1.0, 3.0]), np.array([0, 0, 2, 2])) == 1.25

    def test_mean_and_error_by_hand(self):
        """Means 1 and 0. Squares around them 2 + 0 over 5 - 2 degrees of freedom: 2/3. Its error:
        sqrt(2/3 x (1/2 + 1/3)) / 2."""
        mean = mean_over_classes(np.array([0.0, 2.0, 0.0, 0.0, 0.0]), np.array([4, 4, 1, 1, 1]))
        assert mean.value == 0.5
        assert mean.error == pytest.approx(WIDENING * math.sqrt(2 / 3 * 5 / 6) / 2)
        assert mean.freedom == 3

    def test_agreement_is_no_certainty(self):
        same, codes = np.ones(10), np.arange(10) % 2
        assert mean_over_classes(same, codes).error == 0
        assert mean_over_classes(same, codes, least=1.0).error == pytest.approx(WIDENING * math.sqrt(1 / 80))

    def test_students_margin_and_chance(self):
        """For three degrees of freedom the tables say 3.182 for 2.5 % on a side."""
        assert Mean(0.0, 2.0, 3).margin() == pytest.approx(6.365, abs=1e-3)
        assert Mean(3.182, 1.0, 3).chance() == pytest.approx(0.025, abs=1e-5)
        assert Mean(-3.182, 1.0, 3).chance() == pytest.approx(0.975, abs=1e-5)
        assert [Mean(value, 0.0, 3).chance() for value in (-1.0, 0.0, 1.0)] == [1.0, 0.5, 0.0]

    def test_intervals_hold_what_they_promise(self):
        """Independent texts: the widened interval must hold the truth more often than it says."""
        rng = np.random.default_rng(0)
        codes = np.repeat(np.arange(4), [2, 3, 6, 9])
        means = [mean_over_classes(rng.normal(codes, 1), codes) for _ in range(400)]
        assert np.mean([abs(mean.value - 1.5) < mean.margin() for mean in means]) > 0.95

    def test_near_copies_are_told_from_texts_that_are_alike(self):
        """Every degree of a circle: the fifteenth neighbour is 8 degrees away. Texts a degree apart are at
        (1/8)² of that in 1 - cosine, and copies; at four degrees they are alike."""
        everywhere = on_circle(*range(360))
        labelled = on_circle(0, 1, 50, 54, 100, 100)
        kept = without_copies(labelled, everywhere)
        assert kept[2:4].tolist() == [True, True]
        assert kept[:2].sum() == kept[4:].sum() == 1

    def test_a_small_corpus_has_exact_copies_only(self):
        labelled = on_circle(0, 2, 2)
        assert without_copies(labelled, labelled).sum() == 2


class TestFolds:
    def test_classes_are_spread_and_never_wholly_hidden(self):
        rng = np.random.default_rng(0)
        codes = rng.permutation(np.repeat(np.arange(5), [1, 2, 3, 7, 12]))
        parts = deal_parts(unit(rng.standard_normal((25, 6))), codes, 5, 2, rng)
        assert len(parts) == 10
        assert (np.sum(parts, axis=0) == np.where(codes == 0, 0, 2)).all()
        assert {int(part.sum()) for part in parts} <= {4, 5}
        for part in parts:
            assert (np.bincount(codes[~part], minlength=5) > 0).all()
            assert np.bincount(codes[part], minlength=5).tolist()[3] in (1, 2)

    def test_the_order_is_of_the_texts_not_of_their_numbers(self):
        rng = np.random.default_rng(0)
        X, codes = unit(rng.standard_normal((12, 5))), np.arange(12) % 3
        rows = rng.permutation(12)
        assert (rows[natural_order(X[rows], (codes[rows] + 1) % 3)] == natural_order(X, codes)).all()

    def test_growing_parts_hold_each_other_and_every_class(self):
        codes = np.repeat([0, 1, 2], [1, 4, 10])
        order = np.arange(1, 15)  # the only text of class 0 is held out
        small, middle, whole = shares_of_classes(order, codes, (0.1, 0.5, 1.0), np.random.default_rng(0))
        assert [np.bincount(codes[part], minlength=3).tolist() for part in (small, middle, whole)] == [
            [0, 1, 1],
            [0, 2, 5],
            [0, 4, 10],
        ]
        assert (small <= middle).all() and (middle <= whole).all()


class TestControl:
    def test_luck_and_the_published_recipe(self, monkeypatch):
        monkeypatch.setattr(baselines, "RECIPE_TESTS", 1)
        X, label = topics(n_classes=2, loudness=1)
        found = control(X, partly(label, 40))
        assert 0.3 < found.permuted < 0.7
        assert 0.5 < found.published <= 1

    def test_permuted_labels_keep_their_numbers(self, doubled, monkeypatch):
        monkeypatch.setattr(baselines, "_published", lambda *_: math.nan)
        X, label = crossed()
        y = partly(label, 40)
        found = control(X, y, transform=doubled)
        assert math.isnan(found.published)
        again, first = (np.max([known for _, known, _ in Doubled.seen[i : i + 5]], axis=0) for i in (0, 5))
        for permuted in (again, first):
            assert (np.bincount(permuted[permuted >= 0]) == np.bincount(y[y >= 0])).all()
            assert ((permuted >= 0) == (y >= 0)).all()
            assert (permuted != y).any()
        assert (again != first).any()

    def test_too_few_labels_have_no_control(self):
        X, label = crossed()
        assert math.isnan(control(X, partly(label, 6)).permuted)


class TestLearningCurve:
    def test_more_labels_help_where_the_curve_rises(self):
        X, label = crossed()
        curve = learning_curve(X, partly(label, 60))
        sizes = [point.n_labels for point in curve.points]
        assert sizes == sorted(sizes) and sizes[-1] == 48
        assert curve.points[-1].reshaped > curve.points[0].reshaped
        assert curve.doubling_low < curve.doubling < curve.doubling_high

    def test_labels_without_meaning_promise_nothing(self):
        found = [learning_curve(*without_meaning(4, 40, seed)).more() for seed in range(6)]
        assert found.count(None) >= 5, found

    def test_the_law_by_hand(self):
        """0.9 - 2 / sqrt(n) at 64 labels: 0.65. Five points more: 2 / sqrt(n) = 0.2 at 100 labels."""
        doubling = 2 / math.sqrt(64) - 2 / math.sqrt(128)
        curve = LearningCurve(64, (), doubling, doubling / 2, 2 * doubling)
        assert curve.more() == 35  # 36, in a round number
        assert curve.more(0.125) == 190  # 2 / sqrt(256) = 0.125: three times as many more, the furthest
        assert curve.more(0.13) is None
        assert curve.sentence() == "about 35 more labels would bring +5 points"

    def test_flat_and_noisy_curves_say_so(self):
        flat = LearningCurve(40, (), 0.005, -0.01, 0.02)
        assert (
            flat.sentence() == "more labels would hardly help: twice as many would bring less than 5 points"
        )
        noisy = LearningCurve(40, (), 0.05, -0.05, 0.15)
        assert noisy.sentence() == "too few labels to tell what more of them would bring"
        assert LearningCurve(3).sentence() == noisy.sentence()

    def test_too_few_labels_have_no_curve(self):
        X, label = crossed()
        assert learning_curve(X, partly(label, 6)).points == ()
