"""Labels of a corpus from a file or from one of its columns."""

from __future__ import annotations

from pathlib import Path

from ..corpus import Corpus
from ..errors import CorpusError, LabelError
from ..labels import (
    FoundLabels,
    TextRows,
    choose_columns,
    labels_from_column,
    match_labels,
    read_label_file,
)


def read_labels_of_file(corpus: Corpus, path: Path) -> dict[int, str]:
    """Return the label of each row that a file labels; it may be of Refract or of an annotation tool.

    Raises
    ------
    CorpusError
        When it cannot be read.
    LabelError
        When it labels no text of the corpus, or several columns may hold the labels.
    """
    try:
        content = path.expanduser().read_bytes()
    except OSError as error:
        raise CorpusError(f"“{path}” cannot be read ({error.strerror}): name another file.") from error
    file = read_label_file(path.name, content)
    rows = TextRows(corpus.texts.tolist(), corpus.metadata, corpus.source_rows, corpus.left_out)
    columns = choose_columns(file.frame, rows)
    if not columns.sure and columns.label is not None and columns.texts:
        raise LabelError(
            f"Several columns of “{path.name}” may hold the labels ({', '.join(columns.labels)}): call the "
            "one that does “label”."
        )
    return _some(match_labels(rows, file, columns=columns), path.name)


def read_labels_of_column(corpus: Corpus, column: str) -> dict[int, str]:
    """Return the label of each row that has a value in a column.

    Raises
    ------
    LabelError
        When there is no such column, or it holds no labels.
    """
    if column not in corpus.metadata.columns:
        raise LabelError(
            f"“{corpus.name}” has no column “{column}”: choose one of "
            f"{', '.join(map(str, corpus.metadata.columns)) or 'another corpus, it has no other column'}."
        )
    return _some(labels_from_column(corpus.metadata[column]), column)


def _some(found: FoundLabels, name: str) -> dict[int, str]:
    if not found.labels:
        raise LabelError(
            f"“{name}” labels no text of this corpus: it needs a column of texts or rows, and one called "
            "“label”."
        )
    return dict(found.labels)
