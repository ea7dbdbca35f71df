"""Import of labels: files of people, of Refract and of annotation tools, and metadata columns."""

from core.labels.importing.column_choice import LabelColumns, choose_columns
from core.labels.importing.found_labels import (
    LONGEST_LABEL,
    MAX_LABEL_NAMES,
    FoundLabels,
    Reason,
    known_names,
    name_key,
)
from core.labels.importing.label_file import LabelFile, read_label_file
from core.labels.importing.limited import read_label_upload
from core.labels.importing.matching import labels_from_column, match_labels
from core.labels.importing.metadata_columns import (
    LabelColumn,
    answers_instruction,
    columns_with_labels,
    is_offered,
    rank_by_instruction,
)
from core.labels.importing.text_rows import TextRows

__all__ = [
    "LONGEST_LABEL",
    "MAX_LABEL_NAMES",
    "FoundLabels",
    "LabelColumn",
    "LabelColumns",
    "LabelFile",
    "Reason",
    "TextRows",
    "answers_instruction",
    "choose_columns",
    "columns_with_labels",
    "is_offered",
    "known_names",
    "labels_from_column",
    "match_labels",
    "name_key",
    "rank_by_instruction",
    "read_label_file",
    "read_label_upload",
]
