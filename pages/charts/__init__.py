"""Plotly figures from plain arrays, thumbnails of maps."""

from pages.charts.column_bars import column_bars
from pages.charts.comparison import SystemPoint, accuracy_by_seconds
from pages.charts.evidence import AccuracyBar, accuracy_bars, learning_lines
from pages.charts.flows import flow_matrix, flow_ribbons
from pages.charts.histograms import (
    change_histogram,
    replaced_bars,
    text_length_histogram,
)
from pages.charts.shares import ShareRow, share_intervals
from pages.charts.style import GAIN, LOSS, n_texts, plain, short
from pages.charts.thumbnail import map_thumbnail

__all__ = [
    "GAIN",
    "LOSS",
    "AccuracyBar",
    "ShareRow",
    "SystemPoint",
    "accuracy_bars",
    "accuracy_by_seconds",
    "change_histogram",
    "column_bars",
    "flow_matrix",
    "flow_ribbons",
    "learning_lines",
    "map_thumbnail",
    "n_texts",
    "plain",
    "replaced_bars",
    "share_intervals",
    "short",
    "text_length_histogram",
]
