"""Read tables with long cells, over which a careless regular expression goes back without an end.

Run as a process of its own, `python -m tests.support.long_cells`: such an expression holds Python's one lock,
so that no thread beside it can end it. It stops with the line that it stood at.
"""

from __future__ import annotations

import faulthandler
import sys
from contextlib import suppress

import pandas as pd

from core.corpus import build_corpus, examine, guess_text_column
from core.corpus.tables import read_table
from core.errors import RefractError
from core.labels import TextRows, choose_columns, columns_with_labels, match_labels, read_label_file
from core.labels.typed_names import split_names

LENGTH = 100_000  # characters of a cell
LONGEST = 20  # seconds for one table; most take 0.3
CELLS = [
    beginning + repeated * (LENGTH // len(repeated)) + end
    for beginning, repeated, end in (
        ("", "1", "!"),
        ("Q1", "1", "!"),
        ("(1", " ", "x"),
        ("[1", " ", "x"),
        ("1", "1,", "x"),
        ("", "-", "!"),
        ("", "_", "!"),
        ("", "a_", "!"),
        ("é ", "a", "!"),
        ("é", "\xa0", "!"),
        ("", "a ", "!"),
        ("@", "+", " "),
        ('"', '\\"', "!"),
        ("", "/* ", ""),
        ("", "[", ""),
        ("12:30", " ", "!"),
    )
]


def tables(cell):
    """Return tables with a long cell as one value, as most values, and as a name."""
    short = [f"{n} the tram was late" for n in range(6)]
    return [
        pd.DataFrame({"text": [*short[:3], cell, *short[3:]], "n": range(7)}),
        pd.DataFrame({"Q1": ["why?", *[cell] * 5], "n": ["how many?", *map(str, range(5))]}),
        pd.DataFrame({cell: short, "n": range(6)}),
    ]


def read(name, content):
    """Read a table as the page of the corpus does, and as that of the labels does."""
    table = read_table(name, content)
    column = guess_text_column(table.frame)
    examine(table, column)
    columns_with_labels(table.frame)
    build_corpus(table, column)
    labels = read_label_file(name, content)
    rows = TextRows(["a text"] * len(table.frame), table.frame)
    match_labels(rows, labels, columns=choose_columns(labels.frame, rows))


def files(cell):
    """Yield files with a long cell, by their names: the last has no end where one is expected."""
    for frame in tables(cell):
        yield "x.csv", frame.to_csv(index=False).encode()
        yield "x.json", frame.to_json(orient="records").encode()
    yield "x.json", b'[{"text": 1}, ' + cell.encode()


if __name__ == "__main__":
    for cell in CELLS:
        for name, content in files(cell):
            faulthandler.dump_traceback_later(LONGEST, exit=True)
            with suppress(RefractError):
                read(name, content)
            split_names(cell)
        sys.stdout.write(f"read {cell[:12]}\n")
    faulthandler.cancel_dump_traceback_later()
