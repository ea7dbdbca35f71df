"""Selections made by the panels of the maps page, and clicks on their charts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.utils import content_key
from pages.common import state_of, widget_value


@dataclass
class PanelSelection:
    """The latest selection that a panel made on the maps of a corpus, with a token that identifies it."""

    latest: tuple[str, np.ndarray] | None = None


@dataclass
class ChartClicks:
    """How often a chart was clicked."""

    count: int = 0


def select_texts(corpus_key: str, rows: np.ndarray) -> None:
    """Select texts on both maps. For callbacks: the maps of the same run then show them."""
    state = state_of(PanelSelection, corpus_key)
    rows = np.unique(np.asarray(rows, dtype=np.int64))
    state.latest = content_key(state.latest[0] if state.latest else "", rows), rows


def selection_from_python(corpus_key: str) -> tuple[str, np.ndarray] | None:
    """Return the latest selection made by `select_texts`, with a token that identifies it."""
    return state_of(PanelSelection, corpus_key).latest


def chart_key(chart: str) -> str:
    """Widget key of a chart, a new one after each click.

    With a new key the chart forgets the click, so that the same place can be clicked again.
    """
    return f"{chart}_{state_of(ChartClicks, chart).count}"


def take_click(chart: str) -> list[int] | None:
    """Return the numbers in `customdata` of the clicked point; None for a click beside the points.

    For the chart's callback. Streamlit hands over a single number or a list.
    """
    points = widget_value(chart_key(chart)).selection.points
    if not points:
        return None
    state_of(ChartClicks, chart).count += 1
    return [int(value) for value in np.ravel(points[0]["customdata"])]
