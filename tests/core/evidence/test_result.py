import dataclasses
import json

import numpy as np

from core.evidence import (
    Control,
    CurvePoint,
    Evidence,
    LabelEvidence,
    LearningCurve,
    cross_validate,
)
from tests.support.label_spaces import (
    crossed,
)


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
        assert luck.sentence() == "no gain over the generic space beyond chance: 80 % → 85 % (± 8)"
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
