"""Labels for the tools that others label with: Label Studio, Prodigy and Argilla."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO, NamedTuple
from xml.sax.saxutils import quoteattr

import pandas as pd

from .tables import ROW, TEXT
from .write import CHUNK_ROWS

FROM_NAME, TO_NAME = "label", "text"
MODEL = "refract"
README = """Label Studio:
1. Create a project; under Settings, Labeling Interface, Code, paste config.xml.
2. Import tasks.json.

Labels that people gave are annotations; predicted ones are predictions, with their probability as score.
"""


class LabelledText(NamedTuple):
    """A text as these tools get it; None for what it has not."""

    row: int
    text: str
    given: str | None
    predicted: str | None
    probability: float | None


def labelled_texts(table: pd.DataFrame) -> Iterator[LabelledText]:
    """Yield the texts of an exported table that are on the map, with given and predicted labels."""
    names = (ROW, TEXT, "given_label", "predicted_label", "probability")
    table = table[table[ROW].notna()].reindex(columns=list(names))
    for start in range(0, len(table), CHUNK_ROWS):
        chunk = table.iloc[start : start + CHUNK_ROWS]
        columns = [chunk[name].to_numpy(dtype=object, na_value=None) for name in names]
        for row, text, given, predicted, probability in zip(*columns, strict=True):
            score = None if probability is None else round(float(probability), 6)
            yield LabelledText(int(row), str(text), given, predicted, score)


def write_label_studio(
    table: pd.DataFrame,
    names: list[str],
    file: BinaryIO,
    definitions: Mapping[str, str] | None = None,
) -> None:
    """Write a zip file with the tasks as JSON, the labelling interface as XML, and what to do with them.

    Parameters
    ----------
    table : DataFrame
        Result of `export_table`.
    names : list of str
        All labels, also those that no text has.
    definitions : mapping of str to str, optional
        What labels mean: hints that Label Studio shows on hover.
    """
    hints = {name: f" hint={quoteattr(text)}" for name, text in (definitions or {}).items()}
    choices = "".join(f"    <Choice value={quoteattr(name)}{hints.get(name, '')}/>\n" for name in names)
    config = (
        f'<View>\n  <Text name="{TO_NAME}" value="$text"/>\n'
        f'  <Choices name="{FROM_NAME}" toName="{TO_NAME}" choice="single" showInLine="true">\n'
        f"{choices}  </Choices>\n</View>\n"
    )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.xml", config)
        archive.writestr("README.txt", README)
        with archive.open("tasks.json", "w", force_zip64=True) as opened:
            written = io.TextIOWrapper(opened, encoding="utf-8")
            written.write("[")
            for number, text in enumerate(labelled_texts(table)):
                written.write((",\n" if number else "\n") + json.dumps(_task(text), ensure_ascii=False))
            written.write("\n]\n")
            written.flush()
            written.detach()


def write_prodigy(table: pd.DataFrame, names: list[str], file: BinaryIO) -> None:
    """Write the labelled texts as JSON Lines for `prodigy db-in`: a choice among all labels, accepted.

    Predicted labels are left out: in a dataset of Prodigy they would count as given.
    """
    options = [{"id": name, "text": name} for name in names]
    _write_lines(
        (
            {
                "text": text.text,
                "options": options,
                "accept": [text.given],
                "answer": "accept",
                "_view_id": "choice",  # by which Prodigy knows how to show and merge them
                "config": {"choice_style": "single"},
                "meta": {"row": text.row},
            }
            for text in labelled_texts(table)
            if text.given is not None
        ),
        file,
    )


def write_argilla(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write all texts as JSON Lines for `rg.Dataset.records.log`: label, suggestion and its score.

    Argilla takes a key for a suggestion unless its settings map it: docs/how-to/other-tools.md has them.
    """
    _write_lines(
        (
            {
                "id": str(text.row),
                "text": text.text,
                "label": text.given,
                "suggestion": text.predicted,
                "score": text.probability,
            }
            for text in labelled_texts(table)
        ),
        file,
    )


def _task(text: LabelledText) -> dict[str, object]:
    task: dict[str, object] = {"data": {"text": text.text, "row": text.row}}
    if text.given is not None:
        task["annotations"] = [{"result": [_choice(text.given)]}]
    if text.predicted is not None:
        task["predictions"] = [
            {"model_version": MODEL, "score": text.probability, "result": [_choice(text.predicted)]}
        ]
    return task


def _choice(name: str) -> dict[str, object]:
    return {
        "from_name": FROM_NAME,
        "to_name": TO_NAME,
        "type": "choices",
        "value": {"choices": [name]},
    }


def _write_lines(records: Iterator[Mapping[str, object]], file: BinaryIO) -> None:
    for record in records:
        file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
