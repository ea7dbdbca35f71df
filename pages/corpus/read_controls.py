"""How an uploaded file was read, and the choices that read it otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from core.corpus.tables import ReadOptions, Table, encoding_name
from pages.common import forget_widgets, set_widget, shorten, state_of, widget_value

PREFIX = "corpus_read_"  # of the widgets' keys
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "": "no delimiter: one column"}
DAY_ORDERS = {True: "day before month", False: "month before day"}


@dataclass
class ReadState:
    """What was chosen for the latest upload, by its id."""

    file_id: str = ""
    options: ReadOptions = field(default_factory=ReadOptions)


def chosen_options(file_id: str) -> ReadOptions:
    """Return what was chosen for a file; a new file starts without choices."""
    state = state_of(ReadState)
    if state.file_id != file_id:
        state.file_id, state.options = file_id, ReadOptions()
        forget_widgets(PREFIX)
    return state.options


def choose_again(options: ReadOptions) -> None:
    """Go back to earlier choices, where later ones cannot be followed."""
    state_of(ReadState).options = options


def draw_read_controls(table: Table) -> None:
    """Draw how the file was read, with a choice for everything that could be read otherwise."""
    used, choices = table.used, table.choices
    if len(choices.sheets) > 1:
        what = "Sheet" if table.encoding is None else "Rows of the file"
        _draw_choice(what, "sheet", choices.sheets, used.sheet, str)
    facts = [
        table.encoding or "",
        "" if used.delimiter is None else _delimiter_name(used.delimiter),
        _header_name(used.header_row),
        DAY_ORDERS[used.day_first] if used.day_first is not None else "",
    ]
    if not any(facts):
        return
    with st.popover(
        "How it was read", icon=":material/table_view:", help=f"Read as {', '.join(filter(None, facts))}"
    ):
        if choices.encodings:
            _draw_choice("Characters", "encoding", choices.encodings, used.encoding, encoding_name)
        if choices.delimiters:
            _draw_choice(
                "Between two values", "delimiter", choices.delimiters, used.delimiter, _delimiter_name
            )
        if choices.first_rows:
            rows = {number: " | ".join(filter(None, values)) for number, values in choices.first_rows}
            _draw_choice(
                "Row with the column names",
                "header_row",
                [0, *rows],
                used.header_row,
                lambda row: _header_choice(row, rows),
            )
        if used.day_first is not None:
            _draw_choice(
                "Dates such as 3/1/2024", "day_first", [True, False], used.day_first, DAY_ORDERS.__getitem__
            )


def _draw_choice(
    label: str, name: str, values: Sequence[Any], used: object, text: Callable[[Any], str]
) -> None:
    """Draw the choice of one field of `ReadOptions`; a change reads the file again."""
    key = f"{PREFIX}{name}"
    values = list(dict.fromkeys([*values, used] if used is not None else values))
    set_widget(key, used)  # another choice may have changed what was found

    def choose() -> None:
        state = state_of(ReadState)
        # Another sheet has its own header.
        header_row = None if name == "sheet" else state.options.header_row
        state.options = replace(state.options, **{"header_row": header_row, name: widget_value(key)})

    # Without an index the field could be cleared.
    index = None if used is None else 0
    st.selectbox(label, values, index=index, format_func=text, key=key, on_change=choose)


def _delimiter_name(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, f"“{delimiter}”")


def _header_choice(row: int, rows: dict[int, str]) -> str:
    """Write a choice of the header row; one that was found may be below the first rows."""
    if not row:
        return "None: it has no names"
    return f"Row {row}: {shorten(rows[row])}" if row in rows else f"Row {row}"


def _header_name(row: int | None) -> str:
    return "" if row is None else f"names in row {row}" if row else "no names"
