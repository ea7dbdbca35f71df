"""Import of labels: files of people, of Refract and of annotation tools, and metadata columns."""

from core.labels.importing.column_choice import LabelColumns, choose_columns
from core.labels.importing.found_labels import (
    LONGEST_LABEL,
    MAX_LABEL_NAMES,
    FoundLabels,
    Reason,
    name_key,
)
from core.labels.importing.label_file import LabelFile, read_label_file
from core.labels.importing.matching import labels_from_column, match_labels
from core.labels.importing.text_rows import TextRows

__all__ = [
    "LONGEST_LABEL",
    "MAX_LABEL_NAMES",
    "FoundLabels",
    "LabelColumns",
    "LabelFile",
    "Reason",
    "TextRows",
    "choose_columns",
    "labels_from_column",
    "match_labels",
    "name_key",
    "read_label_file",
]
