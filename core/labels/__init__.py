"""Guide labels: which text to label next, likely mistakes, duplicates, import."""

from core.labels.guide_labels import SOURCES, GuideLabels
from core.labels.importing import LONGEST_LABEL, FoundLabels, labels_from_column, match_labels
from core.labels.mistakes import LIKELY, Mistake, find_mistakes
from core.labels.near_copies import without_copies
from core.labels.review import find_conflicts, find_more
from core.labels.suggest import encode_names, label_phrases, suggest

__all__ = [
    "LIKELY",
    "LONGEST_LABEL",
    "SOURCES",
    "FoundLabels",
    "GuideLabels",
    "Mistake",
    "encode_names",
    "find_conflicts",
    "find_mistakes",
    "find_more",
    "label_phrases",
    "labels_from_column",
    "match_labels",
    "suggest",
    "without_copies",
]
