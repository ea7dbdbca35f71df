"""Panel "Selection": the selected or found texts as a table, and their composition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from pages.charts import BARS, composition_bars
from pages.common import layout
from pages.maps.component import Colouring, NumericColouring
from pages.maps.lists import ROWS_SHOWN, note_unlisted
from pages.maps.panels.search import draw_hits
from pages.maps.selection import draw_select
from pages.maps.view import MapView

TABLE_HEIGHT = 215  # pixels


def draw_selection(
    view: MapView, selected: np.ndarray, hits: np.ndarray | None, colours: Colouring | NumericColouring
) -> None:
    """Draw the selected texts as a table; without a selection, the search hits."""
    if len(selected):
        _draw_selected_texts(view, selected)
        if isinstance(colours, Colouring):
            _draw_composition(colours, selected)
    elif hits is not None and len(hits):
        draw_hits(view, hits)
    else:
        st.markdown("**Nothing selected**")
        both = " It is highlighted in both maps." if len(view.sides) == 2 else ""
        st.caption(f"Hold Shift and drag around points, or click one.{both}")


def _draw_selected_texts(view: MapView, selected: np.ndarray) -> None:
    """Draw the selected texts with their labels."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(selected):,} selected** :small[of {len(view.corpus.texts):,}]")
        draw_select("Clear", view.corpus.key, selected[:0], "maps_clear")
    shown = selected[:ROWS_SHOWN]
    table = pd.DataFrame({"text": view.corpus.texts[shown]})
    if view.right.has_predictions:
        fit = view.right.fit
        table["predicted"] = [fit.labels[code] for code in fit.predicted[shown]]
    given = view.given[shown]
    if (given >= 0).any():
        table["given"] = [view.labels[code] if code >= 0 else None for code in given]
    st.dataframe(
        table,
        key="maps_table",
        hide_index=True,
        height=TABLE_HEIGHT,
        column_config={"text": st.column_config.TextColumn("Text", width=180)},
    )
    note_unlisted(len(selected))


def _draw_composition(colours: Colouring, selected: np.ndarray) -> None:
    """Draw the composition of the selection by colour, beside the whole corpus."""
    shown = min(len(np.unique(np.asarray(colours.codes)[selected])), BARS)
    figure = composition_bars(colours.codes, selected, colours.labels, colours.colours)
    layout.draw_chart(figure, "maps_composition", 60 + 17 * shown)
