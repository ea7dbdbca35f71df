"""What several pages share: session state, cached reads, layout, jobs, label actions."""

from pages.common.clusterings import clustering_for, names_for, partition_for, source_for, typical_of
from pages.common.deck_modes import BY_MODEL, CHECKED, CHECKS, MISTAKES, MODES, MORE, SUGGESTED
from pages.common.evidence_status import (
    INSTRUCTION_ONLY,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    evidence_help,
    follow,
    offer_refit,
)
from pages.common.label_actions import attempt, draw_fit, draw_undo, finish, record
from pages.common.label_manager import draw_label_manager, draw_labels
from pages.common.method_rules import LABEL_TEXTS, approach_hint, approach_ready, start_label
from pages.common.state import (
    analysis_title,
    current_analysis,
    current_corpus,
    ensure_analysis,
    get_state,
    is_fitted,
    is_prepared,
    is_read,
    open_analysis,
    open_corpus,
    person,
)
from pages.common.text import duration, markdown, metadata_of, shorten

__all__ = [
    "BY_MODEL",
    "CHECKED",
    "CHECKS",
    "INSTRUCTION_ONLY",
    "LABEL_TEXTS",
    "MISTAKES",
    "MODES",
    "MORE",
    "NAMES_ONLY",
    "NAMES_ONLY_HELP",
    "SUGGESTED",
    "analysis_title",
    "approach_hint",
    "approach_ready",
    "attempt",
    "clustering_for",
    "current_analysis",
    "current_corpus",
    "draw_fit",
    "draw_label_manager",
    "draw_labels",
    "draw_undo",
    "duration",
    "ensure_analysis",
    "evidence_help",
    "finish",
    "follow",
    "get_state",
    "is_fitted",
    "is_prepared",
    "is_read",
    "markdown",
    "metadata_of",
    "names_for",
    "offer_refit",
    "open_analysis",
    "open_corpus",
    "partition_for",
    "person",
    "record",
    "shorten",
    "source_for",
    "start_label",
    "typical_of",
]
