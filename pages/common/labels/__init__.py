"""Labels on every page: steps with Undo and Redo, the names, the search for mistakes, the check sample."""

from pages.common.labels.check_sample import estimate_of, n_needed
from pages.common.labels.checks import current_check, draw_check_job, start_check
from pages.common.labels.manager import LABELS, change_labels, draw_label_manager
from pages.common.labels.steps import (
    OwnStep,
    find_own,
    hand_outs,
    overtaken_text,
    own_names,
    own_step,
    own_undone,
    redo_own,
    step_text,
    undo_own,
)

__all__ = [
    "LABELS",
    "OwnStep",
    "change_labels",
    "current_check",
    "draw_check_job",
    "draw_label_manager",
    "estimate_of",
    "find_own",
    "hand_outs",
    "n_needed",
    "overtaken_text",
    "own_names",
    "own_step",
    "own_undone",
    "redo_own",
    "start_check",
    "step_text",
    "undo_own",
]
