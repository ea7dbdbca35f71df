"""Guide labels: which text to label next, likely mistakes, duplicates, import."""

from core.labels.check_labels import NONE, NONE_OF_THESE, CheckLabels, random_order
from core.labels.duplicates import drop_duplicates, find_conflicts
from core.labels.guide_labels import SOURCES, GuideLabels, RetiredLabel
from core.labels.hand_outs import HandOuts
from core.labels.importing import (
    LONGEST_LABEL,
    MAX_LABEL_NAMES,
    FoundLabels,
    LabelColumns,
    LabelFile,
    Reason,
    TextRows,
    choose_columns,
    labels_from_column,
    match_labels,
    name_key,
    read_label_file,
)
from core.labels.mistakes import LEAST_MISTAKE_PROBABILITY, Mistake, find_mistakes
from core.labels.name_embeddings import encode_names, label_phrases
from core.labels.queue import (
    BY_MODEL,
    CHECK_MODES,
    MISTAKES,
    MODES,
    MORE,
    SUGGESTED,
    is_uncertain,
    model_labels_to_review,
    more_of,
    next_round,
)
from core.labels.suggest import suggest

__all__ = [
    "BY_MODEL",
    "CHECK_MODES",
    "LEAST_MISTAKE_PROBABILITY",
    "LONGEST_LABEL",
    "MAX_LABEL_NAMES",
    "MISTAKES",
    "MODES",
    "MORE",
    "NONE",
    "NONE_OF_THESE",
    "SOURCES",
    "SUGGESTED",
    "CheckLabels",
    "FoundLabels",
    "GuideLabels",
    "HandOuts",
    "LabelColumns",
    "LabelFile",
    "Mistake",
    "Reason",
    "RetiredLabel",
    "TextRows",
    "choose_columns",
    "drop_duplicates",
    "encode_names",
    "find_conflicts",
    "find_mistakes",
    "is_uncertain",
    "label_phrases",
    "labels_from_column",
    "match_labels",
    "model_labels_to_review",
    "more_of",
    "name_key",
    "next_round",
    "random_order",
    "read_label_file",
    "suggest",
]
