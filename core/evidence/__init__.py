"""Whether the reshaped space tells the labels apart better than the generic one did, by held-out labels."""

from core.evidence.controls import Control, control
from core.evidence.cross_validation import cross_validate
from core.evidence.curves import CurvePoint, LearningCurve, learning_curve
from core.evidence.verdicts import Evidence, LabelEvidence

__all__ = [
    "Control",
    "CurvePoint",
    "Evidence",
    "LabelEvidence",
    "LearningCurve",
    "control",
    "cross_validate",
    "learning_curve",
]
