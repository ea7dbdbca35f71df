"""The table in further formats, and the labels as other programs take them, as files that can be exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from .other_tools import write_argilla, write_label_studio, write_prodigy
from .source import OTHER_TOOLS, File, about_size
from .spreadsheet import MOST_CELL_CHARACTERS, count_long_texts, fits_a_sheet, write_jsonl, write_xlsx
from .write import csv_size

LINES, XLSX = "application/jsonl", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMES_OF_COLUMNS = 1.5
"""JSON Lines beside CSV: each row repeats the names of the columns."""


def table_files(table: pd.DataFrame, complete: Callable[[], pd.DataFrame], stem: str) -> list[File]:
    """List the table as Excel workbook, where a sheet holds it, and as JSON Lines.

    Parameters
    ----------
    table : DataFrame, of which sizes are estimated
    complete : callable that returns the table with its encoders
    """
    size = csv_size(table)
    files = []
    if fits_a_sheet(table):
        n_long = count_long_texts(table)
        cut = (
            f". Cells hold {MOST_CELL_CHARACTERS:,} characters: {n_long:,} longer "
            f"{'text is' if n_long == 1 else 'texts are'} cut there, with a mark"
            if n_long
            else ""
        )
        files.append(
            File(
                "xlsx",
                "Table as Excel workbook",
                f"The same; texts stay texts, whatever they begin with{cut} · {about_size(0.7 * size)}",
                f"{stem}.xlsx",
                XLSX,
                lambda file: write_xlsx(complete(), file),
            )
        )
    files.append(
        File(
            "jsonl",
            "Table as JSON Lines",
            f"The same, an object for each text. Opens in every programming language · "
            f"{about_size(NAMES_OF_COLUMNS * size)}",
            f"{stem}.jsonl",
            LINES,
            lambda file: write_jsonl(complete(), file),
        )
    )
    return files


def label_files(
    table: pd.DataFrame, names: list[str], stem: str, definitions: Mapping[str, str] | None = None
) -> list[File]:
    """List the labels for Label Studio, Prodigy and Argilla.

    Parameters
    ----------
    names : list of str
        All labels, also those that no text has.
    definitions : mapping of str to str, optional
        What labels mean. Label Studio alone has a place for them: the others get records without settings.
    """
    size = about_size(float(table["text"].str.len().sum()) + 250 * len(table))
    return [
        File(
            "label_studio",
            "Labels for Label Studio, ZIP",
            "Tasks and the labelling interface. Given labels are annotations, predicted ones are predictions"
            f" · {size}",
            f"{stem}-label-studio.zip",
            "application/zip",
            lambda file: write_label_studio(table, names, file, definitions),
            OTHER_TOOLS,
        ),
        File(
            "prodigy",
            "Labels for Prodigy, JSON Lines",
            "The texts that people labelled, for `prodigy db-in` · about as large as their texts",
            f"{stem}-prodigy.jsonl",
            LINES,
            lambda file: write_prodigy(table, names, file),
            OTHER_TOOLS,
        ),
        File(
            "argilla",
            "Labels for Argilla, JSON Lines",
            f"Records with given labels, and predicted ones as suggestions with their score · {size}",
            f"{stem}-argilla.jsonl",
            LINES,
            lambda file: write_argilla(table, file),
            OTHER_TOOLS,
        ),
    ]
