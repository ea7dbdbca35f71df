"""Choose the columns of texts and ids once, from the first file, for all files and machines alike."""

from __future__ import annotations

from ..corpus import guess_text_column
from ..errors import CorpusError
from .columns import ID, VECTOR, check_column, check_texts, is_text, is_vectors
from .files import file_name, open_table, read_errors

SAMPLE_ROWS = 1_000
"""Rows from which the column of the texts is guessed."""


def choose_columns(
    address: str, text: str | None, ids: str | None, *, vectors_too: bool = False
) -> tuple[str, str | None]:
    """Return the column of the texts and that of the ids; None for numbers of the rows.

    Parameters
    ----------
    address : str
        The first file by name, also where another machine does it: all must choose the same.
    text, ids : str or None
        As a person named them.
    vectors_too : bool
        Whether the files may hold vectors: "" is returned for the texts where they do, and none are named.

    Raises
    ------
    CorpusError
        When a named column is missing, or no column holds texts.
    """
    name = file_name(address)
    with open_table(address) as table:
        schema = table.schema_arrow
        if ids is not None:
            check_column(schema, ids, name)
        elif schema.names.count(ID) == 1:
            ids = ID
        if text is not None:
            check_texts(schema, text, name)
            return text, ids
        if vectors_too and schema.names.count(VECTOR) == 1 and is_vectors(schema.field(VECTOR).type):
            return "", ids
        columns = [field.name for field in schema if is_text(field.type) and field.name != ids]
        if not columns:
            raise CorpusError(f"No column of “{name}” holds texts: a column of texts is needed.")
        with read_errors(address):
            first = next(table.iter_batches(batch_size=SAMPLE_ROWS, columns=columns), None)
    if len(columns) == 1 or first is None:
        return columns[0], ids
    return guess_text_column(first.to_pandas().astype("string")), ids
