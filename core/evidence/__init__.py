"""Whether a transform helps: cross-validation on held-out labels, baselines, what changed."""

from core.evidence.baselines import Control, control
from core.evidence.cross_table import CrossTable, Movement, diagonal_order, flows, fold, likeness, movements
from core.evidence.cross_validation import cross_validate
from core.evidence.driving_words import DrivingWord, class_scores, driving_words
from core.evidence.findings import FINDINGS, Findings, findings_wanted
from core.evidence.learning_curve import CurvePoint, LearningCurve, learning_curve
from core.evidence.moving_groups import MovingGroup, moving_groups
from core.evidence.neighbour_change import Change, compare_neighbours, most_changed, neighbour_change
from core.evidence.result import TOO_FEW, Evidence, LabelEvidence, points

__all__ = [
    "FINDINGS",
    "TOO_FEW",
    "Change",
    "Control",
    "CrossTable",
    "CurvePoint",
    "DrivingWord",
    "Evidence",
    "Findings",
    "LabelEvidence",
    "LearningCurve",
    "Movement",
    "MovingGroup",
    "class_scores",
    "compare_neighbours",
    "control",
    "cross_validate",
    "diagonal_order",
    "driving_words",
    "findings_wanted",
    "flows",
    "fold",
    "learning_curve",
    "likeness",
    "most_changed",
    "movements",
    "moving_groups",
    "neighbour_change",
    "points",
]
