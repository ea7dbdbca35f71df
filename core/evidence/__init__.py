"""Whether a transform helps: cross-validation on held-out labels, baselines, what changed, a check sample."""

from .baselines import Control, control
from .check_sample import (
    LEAST_CHECKED,
    UNANSWERED,
    CheckEstimate,
    Interval,
    LabelShare,
    check_by_value,
    check_estimate,
    estimate_from_codes,
    present_predictions,
    wilson_limits,
)
from .cross_table import CrossTable, Movement, diagonal_order, flows, fold, likeness, movements
from .cross_validation import cross_validate
from .driving_words import DrivingWord, class_scores, driving_words
from .findings import FINDINGS, Findings, findings_wanted
from .learning_curve import CurvePoint, LearningCurve, learning_curve
from .moving_groups import MovingGroup, moving_groups
from .neighbour_change import Change, compare_neighbours, most_changed, neighbour_change
from .result import NO_HELP, NOT_CHECKED, TOO_EARLY, WORKS, Evidence, LabelEvidence
from .verdict import LabelNeed, Verdict, judge, judge_fit, labels_by_need, points

__all__ = [
    "FINDINGS",
    "LEAST_CHECKED",
    "NOT_CHECKED",
    "NO_HELP",
    "TOO_EARLY",
    "UNANSWERED",
    "WORKS",
    "Change",
    "CheckEstimate",
    "Control",
    "CrossTable",
    "CurvePoint",
    "DrivingWord",
    "Evidence",
    "Findings",
    "Interval",
    "LabelEvidence",
    "LabelNeed",
    "LabelShare",
    "LearningCurve",
    "Movement",
    "MovingGroup",
    "Verdict",
    "check_by_value",
    "check_estimate",
    "class_scores",
    "compare_neighbours",
    "control",
    "cross_validate",
    "diagonal_order",
    "driving_words",
    "estimate_from_codes",
    "findings_wanted",
    "flows",
    "fold",
    "judge",
    "judge_fit",
    "labels_by_need",
    "learning_curve",
    "likeness",
    "most_changed",
    "movements",
    "moving_groups",
    "neighbour_change",
    "points",
    "present_predictions",
    "wilson_limits",
]
