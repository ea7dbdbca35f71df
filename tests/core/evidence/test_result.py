import dataclasses
import json

import pytest

from core.evidence import Control, CurvePoint, Evidence, LabelEvidence, LearningCurve


def test_documents_survive_json():
    evidence = Evidence(3, 2, 2, by_label=(LabelEvidence(0, 2, 0.5, 1.0), LabelEvidence(4, 1)))
    curve = LearningCurve(40, (CurvePoint(8, 0.4, 0.5), CurvePoint(32, 0.5, 0.7)), 0.04, 0.01, 0.07)
    for found in (evidence, curve):
        again = type(found).from_document(json.loads(json.dumps(dataclasses.asdict(found))))
        assert repr(again) == repr(found)
    assert Control(**json.loads(json.dumps(dataclasses.asdict(Control(0.25))))) == Control(0.25)


def test_each_bar_has_a_margin_of_its_own():
    """Two labels of 8 texts, recalls smoothed to 0.5 and 0.9: by hand."""
    labels = (LabelEvidence(0, 8, 0.5, 1.0), LabelEvidence(1, 8, 0.5, 1.0), LabelEvidence(2, 1))
    generic, reshaped = Evidence(17, 3, 16, 0.5, 1.0, 0.1, 0.9, 0.001, labels).margins
    assert generic == pytest.approx(1.96 * 1.25 * (2 * 0.5 * 0.5 / 8) ** 0.5 / 2)
    assert reshaped == pytest.approx(1.96 * 1.25 * (2 * 0.9 * 0.1 / 8) ** 0.5 / 2)  # not certain
