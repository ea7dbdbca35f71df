"""Panel "Texts": the selected texts, those found, or all; a click opens one in place."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus.tables import unique_names
from core.export import ENCODER, made_by, to_csv_bytes, with_encoders
from core.maps.drawing import GREY, Colouring, NumericColouring
from core.utils import percent
from pages.charts import n_texts
from pages.common import (
    LABELS,
    account,
    cache,
    draw_notice,
    on_ground,
    safe_download,
    set_widget,
    start_widget,
    state_of,
    widget_value,
)
from pages.maps.opened import opened_texts
from pages.maps.panels.label_selection import draw_label_selection
from pages.maps.panels.search import Found, draw_found, mark_found
from pages.maps.panels.text_detail import draw_text_detail
from pages.maps.selection import draw_select
from pages.maps.text_list import Ticks, draw_text_list
from pages.maps.view import NONE_PASSES, MapView

SELECTED, FOUND = "selected", "found"
SHOWN_LIST = "maps_texts_shown"
DOWNLOAD = "maps_download"  # where the message of a download that failed is shown
SHARES = 4  # categories whose share of the selection is shown


@dataclass
class Labelling:
    """Whether the selected texts are being labelled."""

    open: bool = False


def show_found() -> None:
    """Let the panel show the texts found, where some are selected too. For callbacks."""
    set_widget(SHOWN_LIST, FOUND)


def show_selected() -> None:
    """Let the panel show the selected texts, where some were found too; before it is drawn."""
    set_widget(SHOWN_LIST, SELECTED)


def draw_texts(
    view: MapView, selected: np.ndarray, found: Found | None, colours: Colouring | NumericColouring
) -> None:
    """Draw the open text; else the selected texts, those found, or all."""
    draw_notice(LABELS)
    state = opened_texts(view.corpus.key)
    which = SELECTED if len(selected) > 1 else FOUND if found is not None else ""
    if len(selected) > 1 and found is not None:
        which = widget_value(SHOWN_LIST, SELECTED)
    if state.row is not None and state.row < len(view.corpus.texts):
        draw_text_detail(view, state.row, _back_to(which, selected, found))
        return
    if len(selected) > 1 and found is not None:
        which = _choose_list(len(selected), len(found.rows))
    if which == SELECTED:
        _draw_selected(view, selected, colours)
    elif which == FOUND:
        _draw_found(view, found, colours)
    else:
        _draw_all(view, colours)


def _back_to(which: str, selected: np.ndarray, found: Found | None) -> str:
    """Return what the list is called that the open text is closed to."""
    if which == SELECTED:
        return f"the {len(selected):,} selected"
    if which == FOUND and found is not None:
        return f"the {len(found.rows):,} found"
    return "all texts"


def _choose_list(n_selected: int, n_found: int) -> str:
    """Draw the choice between the selected texts and those found."""
    start_widget(SHOWN_LIST, SELECTED)
    words = {SELECTED: f"{n_selected:,} selected", FOUND: f"{n_found:,} found"}
    return st.segmented_control(
        "Listed", (SELECTED, FOUND), format_func=words.__getitem__, required=True, key=SHOWN_LIST,
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip


def _draw_selected(view: MapView, selected: np.ndarray, colours: Colouring | NumericColouring) -> None:
    """Draw the selected texts with what can be done with them."""
    labelling = state_of(Labelling, view.corpus.key)

    def toggle() -> None:
        labelling.open = not labelling.open

    with st.container(key="maps_texts_head", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            of_all = f":small[:gray[of {len(view.corpus.texts):,}]]"
            st.markdown(f"**{len(selected):,} selected** {of_all}", width="stretch")
            st.button(
                "Label", key="maps_label_open", icon=":material/label:", on_click=toggle,
                type="primary" if labelling.open else "secondary",
                help="Untick the wrong ones in the list, and label the others in one step.",
            )  # fmt: skip
            st.download_button(
                ":material/download:", _download(view, selected), "selected texts.csv", "text/csv",
                key="maps_download", type="tertiary", on_click="ignore", help="Download these texts as CSV",
            )  # fmt: skip
            draw_select("Clear", view.corpus.key, selected[:0], "maps_clear")
        draw_notice(DOWNLOAD)
        ticks: Ticks | None = draw_label_selection(view, selected) if labelling.open else None
    if isinstance(colours, Colouring) and ticks is None:
        st.html(_composition(colours, selected))
    _draw_list(view, selected, colours, ticks=ticks)


def _draw_found(view: MapView, found: Found, colours: Colouring | NumericColouring) -> None:
    """Draw the texts found, best first."""
    with st.container(key="maps_texts_head", gap="xsmall"):
        draw_found(view, found)
    if len(found.rows):
        notes = [] if found.cosines is None else [f"cosine {cosine:.2f}" for cosine in found.cosines]
        draw_text_list(
            view, found.rows, key="maps_texts", mark=mark_found(view), notes=notes,
            swatches=lambda rows: _swatches(colours, rows),
        )  # fmt: skip
        opened_texts(view.corpus.key).listed = found.rows


def _draw_all(view: MapView, colours: Colouring | NumericColouring) -> None:
    """Draw all texts, or those that pass the filters; and before anything was used, how to use the maps."""
    rows = view.passing(np.arange(len(view.corpus.texts)))
    with st.container(key="maps_texts_head", gap="xsmall"):
        st.markdown(
            f"**{n_texts(len(rows))}**"
            + ("" if view.shown is None else " :small[:gray[that pass the filters]]")
        )
        if not opened_texts(view.corpus.key).used:
            st.html(
                '<div class="maps-hint">Click a text or a point to read it'
                '<span class="with-pointer">, hold Shift and drag on a map to select several</span>.</div>'
            )
    if not len(rows):
        st.caption(NONE_PASSES)
    else:
        _draw_list(view, rows, colours)


def _draw_list(
    view: MapView, rows: np.ndarray, colours: Colouring | NumericColouring, ticks: Ticks | None = None
) -> None:
    draw_text_list(view, rows, key="maps_texts", swatches=lambda some: _swatches(colours, some), ticks=ticks)
    opened_texts(view.corpus.key).listed = rows


def _swatches(colours: Colouring | NumericColouring, rows: np.ndarray) -> list[str]:
    """Return the colour of texts on the maps; "" where the colours are a scale."""
    if not isinstance(colours, Colouring):
        return [""] * len(rows)
    codes = np.asarray(colours.codes)[rows]
    return [on_ground(colours.colours[code]) if code >= 0 else GREY for code in codes]


def _composition(colours: Colouring, selected: np.ndarray) -> str:
    """Return the largest shares of the selection as bars, each with a tick at the share of all texts."""
    names, paint = [*colours.labels, colours.grey_label], [*map(on_ground, colours.colours), GREY]
    codes = np.asarray(colours.codes)
    codes = np.where(codes < 0, len(names) - 1, codes)
    here, everywhere = (
        np.bincount(some, minlength=len(names)) / len(some) for some in (codes[selected], codes)
    )
    order = [int(code) for code in np.argsort(-here, kind="stable") if here[code] > 0]
    lines = [
        f'<div title="{percent(here[code])} of the selection, {percent(everywhere[code])} of all texts">'
        f'<span class="of">{html.escape(names[code])}</span><span class="bar">'
        f'<i style="width: {100 * here[code]:.1f}%; background: {paint[code]}"></i>'
        f'<b style="left: {100 * everywhere[code]:.1f}%"></b></span>'
        f'<span class="share">{percent(here[code])}</span></div>'
        for code in order
    ]
    shown, folded = "".join(lines[:SHARES]), "".join(lines[SHARES:])
    if folded:
        shown += f"<details><summary>{len(order) - SHARES} more</summary>{folded}</details>"
    note = "<p>share of the selection (tick: all texts)</p>"
    return f'<div class="probabilities made-of">{shown}{note}</div>'


def _download(view: MapView, selected: np.ndarray) -> Callable[[], bytes]:
    corpus = view.corpus
    made = account.for_download(
        lambda: _as_csv(view, selected), what="selected texts.csv", corpus=corpus.name, key=corpus.key,
        rows=len(selected),
    )  # fmt: skip
    return safe_download(made, DOWNLOAD)


def _as_csv(view: MapView, rows: np.ndarray) -> bytes:
    """Return texts with their labels and columns as CSV that spreadsheets open."""
    table = pd.DataFrame({"text": view.corpus.texts[rows]})
    given = view.given[rows]
    if (given >= 0).any():
        table["given_label"] = [view.labels[code] if code >= 0 else None for code in given]
    if view.right.has_predictions:
        fit = view.right.fit
        table["predicted_label"] = [fit.labels[code] for code in fit.predicted[rows]]
        encoder = fit.method.encoder or cache.store().encoded_corpus(view.corpus.key).encoder
        table = with_encoders(table, made_by({ENCODER: encoder}))
    columns = view.corpus.metadata.iloc[rows].reset_index(drop=True)
    names, _ = unique_names([*table, *map(str, columns)])
    return to_csv_bytes(pd.concat([table, columns], axis=1).set_axis(names, axis=1))
