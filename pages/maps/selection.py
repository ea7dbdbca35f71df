"""Selections made by the panels of the maps page: by a button, or by a click on a chart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.common import AskedSelection, select_texts, state_of, widget_value


@dataclass
class ChartClicks:
    """How often a chart was clicked."""

    count: int = 0


def selection_from_python(corpus_key: str) -> tuple[str, np.ndarray] | None:
    """Return the latest selection made by `select_texts`, with its token."""
    return state_of(AskedSelection, corpus_key).latest


def draw_select(label: str, corpus_key: str, rows: np.ndarray, key: str, **options: object) -> None:
    """Draw a button that selects texts on both maps; the options are those of `st.button`."""
    options = {"type": "tertiary"} | options
    st.button(label, key=key, on_click=select_texts, args=[corpus_key, rows], **options)


def draw_clickable(figure: object, chart: str, height: int, on_click: Callable[..., None]) -> None:
    """Draw a chart; a click on a point calls `on_click` with the numbers in its `customdata`."""
    st.plotly_chart(
        figure, key=chart_key(chart), height=height, config={"displayModeBar": False},
        on_select=lambda: take_click(chart, on_click), selection_mode="points",
    )  # fmt: skip


def chart_key(chart: str) -> str:
    """Return the widget key of a chart, a new one after each click.

    With a new key the chart forgets the click, so that the same place can be clicked again.
    """
    return f"{chart}_{state_of(ChartClicks, chart).count}"


def take_click(chart: str, on_click: Callable[..., None]) -> None:
    """Pass the clicked point of a chart on; a click beside the points does nothing."""
    points = widget_value(chart_key(chart)).selection.points
    if points:
        state_of(ChartClicks, chart).count += 1
        # Streamlit hands over a single number or a list.
        on_click(*(int(value) for value in np.ravel(points[0]["customdata"])))
