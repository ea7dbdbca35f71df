"""Choose the columns of a file that hold the texts and the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .cells import read_cells
from .found_labels import LONGEST_LABEL, MAX_LABEL_NAMES, Reason
from .text_rows import ID_NAME, TextRows, plain_name

TEXT_NAMES = (
    "text", "sentence", "comment", "comments", "review", "body", "utterance", "content", "message",
    "document", "tweet", "full_text", "verbatim", "query", "example", "data", "input", "feedback", "answer",
    "question", "description", "title",
)  # fmt: skip
LABEL_NAMES = (
    ("label_text", "label_name", "label_names"),  # beside numbers in a column `label` (Hugging Face)
    ("given_label",),  # as Refract exports it
    (
        "label", "labels", "gold_label", "gold", "annotation", "annotations", "annotated_label", "responses",
        "accept", "choice", "choices", "cats", "etikett", "etiquette", "étiquette", "etiqueta", "标签",
        "ラベル", "метка",
    ),
    (
        "category", "categories", "class", "classes", "intent", "intents", "sentiment", "emotion",
        "emotions", "topic", "target", "tag", "tags", "code", "codes", "y", "kategorie", "klasse",
        "catégorie", "categorie", "categoria", "categoría", "classe", "clase", "类别", "класс",
    ),
)  # fmt: skip
"""Usual names of columns of labels; each group goes before the next."""

RANKS = {name: rank for rank, group in enumerate(LABEL_NAMES) for name in group}
ENDS_WITH_ONE, NO_USUAL_NAME = len(LABEL_NAMES), len(LABEL_NAMES) + 1  # ranks of "final_label" and "mood"

PREDICTION_PARTS = (
    "pred", "predicted", "prediction", "predictions", "suggestion", "suggestions", "probability", "score",
    "confidence", "agent", "model",
)  # fmt: skip
RESULT_COLUMNS = (
    "generic_cluster", "generic_cluster_name", "reshaped_cluster", "reshaped_cluster_name", "generic_x",
    "generic_y", "reshaped_x", "reshaped_y", "neighbours_replaced", "copy_of", "check_label",
)  # fmt: skip
"""Ends of names of columns that Refract exports and that are no guide labels."""

TOOL_COLUMNS = (
    "row", "source_row", "step", "annotator", "annotation_id", "lead_time", "created_at", "updated_at",
    "inserted_at", "given_by", "given_at", "reviewed", "source_name", "status", "split", "was_cancelled",
    "comments", "user", "username", "answer", "options", "spans", "tokens", "entities",
)  # fmt: skip
"""Columns of annotation tools that hold no labels."""

SAMPLE = 1_000
"""Rows by which the column of the texts is found; all where none of these is known."""


@dataclass(frozen=True)
class LabelColumns:
    """Which columns hold texts and labels.

    Attributes
    ----------
    text : str or None
        None where no column holds texts of the corpus: the entries are then matched by number or id.
    label : str or None
        None where no column can hold labels.
    sure : bool
        False where another column could as well be meant.
    texts, labels : tuple of str
        The columns that could be chosen, the best first.
    """

    text: str | None
    label: str | None
    sure: bool
    texts: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def choose_columns(frame: pd.DataFrame, known: TextRows, *, text: str | None = None) -> LabelColumns:
    """Find the columns with texts and labels.

    The texts are in the column with the most texts of the corpus. The labels are in the column of the usual
    name, such as "label" or "category"; else in the only column that can hold labels. Predictions of a model
    are chosen by a person only.

    Parameters
    ----------
    text : str, optional
        The column of the texts, where a person chose it.
    """
    names = [str(name) for name in frame.columns]
    found = {name: _n_known(frame[name], known) for name in names}
    texts = sorted((name for name in names if found[name]), key=lambda name: (-found[name], _text_rank(name)))
    if text is None:
        text = texts[0] if texts else None
    others = [name for name in names if name != text]
    labels = [name for name in others if not is_other(name) and holds_labels(frame[name])]
    metadata = set() if known.metadata is None else {plain_name(str(name)) for name in known.metadata.columns}

    def place(name: str) -> tuple[bool, bool, int]:
        rank = label_rank(name)
        return rank == NO_USUAL_NAME, plain_name(name) in metadata, rank

    given = sorted((name for name in labels if not is_prediction(name)), key=place)
    sure = len(given) == 1
    if len(given) > 1:
        is_new = [plain_name(name) not in metadata for name in given]
        sure = place(given[0]) < place(given[1]) and (is_new[0] or not any(is_new))
    rest = [name for name in others if name not in given]
    rest.sort(key=lambda name: name not in labels)  # predictions before what holds no labels
    return LabelColumns(text, given[0] if given else None, sure, tuple(texts), (*given, *rest))


def usual_text_column(names: Sequence[str]) -> str | None:
    """Return the column whose name says that it holds texts; None where there is none."""
    usual = [name for name in names if _text_rank(name) < len(TEXT_NAMES)]
    return min(usual, key=_text_rank, default=None)


def _n_known(column: pd.Series, known: TextRows) -> int:
    """Return the number of rows of a column, or of `SAMPLE` of them, whose text is in the corpus."""
    values = column.to_numpy(dtype=object)
    is_text = np.fromiter((isinstance(value, str) for value in values), dtype=bool, count=len(values))
    values = values[is_text]
    some = values[:: -(-len(values) // SAMPLE) or 1]
    n = sum(known.key_of(value) in known.by_text for value in some if value.strip())
    if n == 0 and len(some) < len(values):
        n = sum(known.key_of(value) in known.by_text for value in values if value.strip())
    return n


def _text_rank(name: str) -> int:
    plain = plain_name(name)
    return TEXT_NAMES.index(plain) if plain in TEXT_NAMES else len(TEXT_NAMES)


def label_rank(name: str) -> int:
    """Return the group of a name in `LABEL_NAMES`; those that end with a usual word come after these."""
    plain = plain_name(name)
    if is_given(name):
        return RANKS["given_label"]
    if plain in RANKS:
        return RANKS[plain]
    return ENDS_WITH_ONE if plain.rpartition("_")[2] in RANKS else NO_USUAL_NAME


def is_given(name: str) -> bool:
    """Return whether a column holds the labels of an analysis as Refract exports them."""
    return plain_name(name).endswith("given_label")


def is_prediction(name: str) -> bool:
    """Return whether a column holds what a model predicted, or how sure it was."""
    return any(part in PREDICTION_PARTS for part in plain_name(name).split("_")) or ".suggestion" in name


def is_other(name: str) -> bool:
    """Return whether a column holds ids, or what Refract and annotation tools add to the labels."""
    plain = plain_name(name)
    is_id = ID_NAME.fullmatch(name.strip()) is not None and plain not in RANKS
    return is_id or plain in TOOL_COLUMNS or plain.endswith(RESULT_COLUMNS)


def holds_labels(column: pd.Series) -> bool:
    """Return whether a column can hold labels: a usual name and any value, or few short values."""
    if label_rank(str(column.name)) < NO_USUAL_NAME:
        return True
    answers, _ = read_cells(column.dropna().to_numpy(dtype=object)[:SAMPLE])
    counts = Counter(answer for answer in answers if not isinstance(answer, Reason))
    if not counts or len(counts) > MAX_LABEL_NAMES or max(map(len, counts)) > LONGEST_LABEL:
        return False
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("datetime", "datetime64", "date") or (
        kind == "floating" and not all(name.lstrip("-").isdigit() for name in counts)
    ):
        return False
    return len(counts) <= max(20, counts.total() / 2)
