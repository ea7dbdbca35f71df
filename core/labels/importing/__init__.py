"""Import of labels: files of people, of Refract and of annotation tools, and metadata columns."""

from .column_choice import LabelColumns, choose_columns
from .found_labels import (
    LONGEST_LABEL,
    MAX_LABEL_NAMES,
    FoundLabels,
    Reason,
    known_names,
    name_key,
)
from .label_file import LabelFile, read_label_file
from .limited import read_label_upload
from .matching import labels_from_column, match_labels
from .metadata_columns import (
    LabelColumn,
    answers_instruction,
    columns_with_labels,
    is_offered,
    rank_by_instruction,
)
from .text_rows import TextRows

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
