"""Start an analysis whose labels are the values of a metadata column."""

from __future__ import annotations

from core.corpus import Corpus
from core.labels import labels_from_column
from core.storage import Store


def add_column_analysis(store: Store, corpus: Corpus, column: str, given_by: str) -> int:
    """Return the id of an analysis of a stored corpus by a column.

    All values of the column become labels, in one step that Undo takes back. The newest analysis that was
    started so, and still has labels, is returned again.

    Parameters
    ----------
    given_by : str
        Name of the person who chose the column.

    Raises
    ------
    LabelError
        When the column holds no labels.
    StoreError
        When the corpus was removed.
    """
    instruction = f"by {column}"
    for analysis in reversed(store.analyses(corpus.key)):
        if analysis.instruction == instruction and store.labels.read(analysis.id).n_labels:
            return analysis.id
    found = labels_from_column(corpus.metadata[column]).labels
    analysis_id = store.add_analysis(corpus.key, instruction)
    store.labels.give(analysis_id, found, given_by, source="column", source_name=column, add_names=True)
    return analysis_id
