import dataclasses
import json

from core.evidence import Control, CurvePoint, Evidence, LabelEvidence, LearningCurve


def test_documents_survive_json():
    evidence = Evidence(3, 2, 2, by_label=(LabelEvidence(0, 2, 0.5, 1.0), LabelEvidence(4, 1)))
    curve = LearningCurve(40, (CurvePoint(8, 0.4, 0.5), CurvePoint(32, 0.5, 0.7)), 0.04, 0.01, 0.07)
    for found in (evidence, curve):
        again = type(found).from_document(json.loads(json.dumps(dataclasses.asdict(found))))
        assert repr(again) == repr(found)
    assert Control(**json.loads(json.dumps(dataclasses.asdict(Control(0.25, 0.4))))) == Control(0.25, 0.4)
