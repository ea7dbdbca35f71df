import math

import numpy as np
import pytest

from core.errors import Cancelled
from core.evidence import (
    NO_HELP,
    TOO_EARLY,
    WORKS,
    LabelEvidence,
    control,
    cross_validate,
    cross_validation,
    holdout,
    learning_curve,
)
from core.evidence.result import direction
from core.neighbours import build_graph
from core.transforms import GSTransform, GuidedTransform
from tests.support.label_spaces import (
    Doubled,
    Shaken,
    crossed,
    on_circle,
    only_in_a_view,
    partly,
    topics,
    unit,
    without_meaning,
)


@pytest.fixture
def doubled():
    Doubled.seen.clear()
    return Doubled()


@pytest.mark.model
class TestVerdict:
    def test_labels_across_the_main_structure_help(self):
        X, label = crossed()
        evidence = cross_validate(X, partly(label, 60))
        assert evidence.verdict == WORKS
        assert evidence.reshaped > evidence.generic + 0.1
        assert evidence.gain_low >= 0

    @pytest.mark.parametrize(("n_classes", "n_labels", "loudness"), [(4, 20, 0.8), (6, 60, 0.6)])
    def test_real_effects_are_found_with_few_labels(self, n_classes, n_labels, loudness):
        found = []
        for seed in range(6):
            X, label = topics(300, n_classes, loudness, seed)
            found.append(cross_validate(X, partly(label, n_labels, seed)).verdict)
        assert found.count(WORKS) >= 4, found

    @pytest.mark.parametrize(("n_classes", "n_labels"), [(2, 60), (4, 20), (6, 60)])
    def test_labels_without_meaning_do_not_help(self, n_classes, n_labels):
        found = [cross_validate(*without_meaning(n_classes, n_labels, seed)).verdict for seed in range(12)]
        assert found.count(WORKS) <= 1, found

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
        assert found.count(WORKS) <= 1, found

    def test_an_unchanged_space_is_no_gain_and_few_labels_cannot_tell(self, doubled):
        X, label = crossed()
        evidence = cross_validate(X, partly(label, 40), transform=doubled)
        assert evidence.generic == evidence.reshaped
        assert evidence.chance == 0.5
        assert evidence.gain_low == -evidence.gain_high < 0  # texts that all agree are no certainty
        assert evidence.verdict == (NO_HELP if evidence.margin <= 0.1 else TOO_EARLY)

    def test_a_shaken_space_is_worse(self):
        X, label = topics(n_classes=6, loudness=1.2)
        evidence = cross_validate(X, partly(label, 80), transform=Shaken())
        assert evidence.verdict == NO_HELP
        assert evidence.gain_high <= 0

    def test_figures_and_test_must_say_the_same(self):
        assert direction(0.1, 0.02) == "better"
        assert direction(-0.1, 0.02) == "unclear"
        assert direction(0.1, 0.03) == "unclear"
        assert direction(-0.1, 0.98) == "worse"
        assert direction(0.1, 0.98) == "unclear"


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

    def test_a_label_that_stands_in_a_view_alone_is_found_there(self):
        X, views, label = only_in_a_view()
        y = partly(label, 60)
        assert cross_validate(X, y, repeats=2).verdict in (NO_HELP, TOO_EARLY)
        evidence = cross_validate(X, y, views=views, repeats=2)
        assert evidence.verdict == WORKS and evidence.reshaped > evidence.generic + 0.2

    def test_views_are_sampled_with_the_texts(self, monkeypatch):
        monkeypatch.setattr(holdout, "HOLDOUT_TEXTS", 150)
        X, views, label = only_in_a_view()
        y = partly(label, 60)
        assert cross_validate(X, y, views=views, repeats=1).verdict == WORKS

    def test_views_of_the_names_reach_the_transform(self):
        X, views, label = only_in_a_view(loudness=0.4)
        y, names = partly(label, 30), np.ones((3, 24), dtype=np.float32)
        of_view = [np.stack([view[label == code].mean(axis=0) for code in range(3)]) for view in views]
        known = {"views": views, "label_vectors": names, "repeats": 1}
        named = cross_validate(X, y, **known, label_views=of_view)
        assert named.reshaped > cross_validate(X, y, **known).reshaped

    def test_a_transform_that_knows_no_views_gets_none(self, doubled):
        X, views, label = only_in_a_view()
        assert cross_validate(X, partly(label, 40), views=views, transform=doubled, repeats=1).enough

    def test_views_of_other_texts_are_refused(self):
        X, views, label = only_in_a_view()
        with pytest.raises(ValueError, match="300 texts and a view of 299"):
            cross_validate(X, partly(label, 40), views=[views[0], views[1][1:]])

    def test_any_transform_can_be_tested_and_is_not_fitted_itself(self):
        X, label = crossed()
        transform = GSTransform(max_epochs=2, n_hidden=16)
        assert 0 <= cross_validate(X, partly(label, 20), repeats=1, transform=transform).reshaped <= 1
        assert not hasattr(transform, "classes_")
        transform = GuidedTransform()
        cross_validate(X, partly(label, 20), repeats=1, transform=transform)
        assert not hasattr(transform, "classes_")

    def test_large_corpora_are_sampled_with_all_their_labels(self, doubled, monkeypatch):
        monkeypatch.setattr(holdout, "HOLDOUT_TEXTS", 100)
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
        assert list(dict.fromkeys(seen)) == [(fit, 25) for fit in range(25)]
        assert len(seen) > 25  # during a fit too, so that it can be paused or cancelled

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


class TestReencoded:
    """A re-encoded space takes the place of the reshaped one."""

    def test_balanced_accuracy_by_hand(self):
        """Degrees on a circle, left out one by one; in the re-encoded space each label has its own side."""
        X = on_circle(0, 10, 20, 30, 40, 50, 60, 75, 79, 200, 212, 4)
        read = on_circle(0, 1, 2, 3, 4, 5, 6, 178, 180, 181, 182, 183)
        y = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
        evidence = cross_validate(X, y, folds=12, repeats=1, reencoded=read)
        assert evidence.by_label == (LabelEvidence(0, 8, 5 / 8, 7 / 8), LabelEvidence(1, 4, 2 / 4, 1.0))

    def test_it_is_tested_on_the_texts_and_folds_of_a_transform(self, doubled):
        X, label = topics()
        y = partly(label, 40)
        first, spare = np.flatnonzero(y >= 0)[0], np.flatnonzero(y < 0)[:3]
        X[spare], y[spare] = X[first], y[first]  # copies count as one, by the generic space
        apart = np.c_[3 * X, np.zeros((len(X), 5))].astype("f")
        assert cross_validate(X, y, reencoded=apart) == cross_validate(X, y, transform=doubled)
        assert cross_validate(X, y, reencoded=apart).n_tested == 40

    def test_large_corpora_are_sampled_alike(self, doubled, monkeypatch):
        monkeypatch.setattr(holdout, "HOLDOUT_TEXTS", 100)
        monkeypatch.setattr(holdout, "HOLDOUT_LABELS", 30)
        X, label = topics()
        y = partly(label, 40)
        assert cross_validate(X, y, reencoded=2 * X) == cross_validate(X, y, transform=doubled)

    def test_a_space_of_the_labels_helps_and_one_of_noise_is_worse(self):
        X, label = topics()
        y = partly(label, 80)
        rng = np.random.default_rng(0)
        assert cross_validate(X, y, reencoded=np.eye(4, dtype="f")[label]).verdict == WORKS
        assert cross_validate(X, y, reencoded=rng.standard_normal((len(X), 6))).verdict == NO_HELP

    def test_labels_without_meaning_help_no_space(self):
        verdicts = []
        for seed in range(40):
            X, y = without_meaning(3, 40, seed)
            read, _ = topics(n=len(X), seed=seed + 7)
            verdicts.append(cross_validate(X, y, reencoded=read).verdict)
        assert verdicts.count(WORKS) <= 2

    def test_nothing_is_fitted_and_no_graph_built(self, monkeypatch):
        monkeypatch.setattr(holdout, "build_graph", lambda *_, **__: 1 / 0)
        monkeypatch.setattr(GuidedTransform, "fit", lambda *_, **__: 1 / 0)
        X, label = topics()
        assert cross_validate(X, partly(label, 40), reencoded=X).enough
        assert cross_validate(X, partly(label, 4), reencoded=X).verdict == TOO_EARLY
        assert cross_validate(X, np.full(len(X), -1), reencoded=X).n_labels == 0

    def test_unusable_input_is_named(self):
        X, label = topics()
        with pytest.raises(ValueError, match="400 texts and 3 re-encoded vectors"):
            cross_validate(X, label, reencoded=X[:3])
        with pytest.raises(ValueError, match="only one of them"):
            cross_validate(X, label, reencoded=X, transform=GuidedTransform())
