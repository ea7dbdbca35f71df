"""Plotly figures from plain arrays, the palette, thumbnails of maps."""

from pages.charts.column_bars import column_bars
from pages.charts.comparison import SystemPoint, accuracy_by_seconds
from pages.charts.dark_ground import on_dark
from pages.charts.evidence import AccuracyBar, accuracy_bars, learning_lines
from pages.charts.flows import flow_matrix, flow_ribbons
from pages.charts.histograms import (
    change_histogram,
    replaced_bars,
    text_length_histogram,
)
from pages.charts.palette import CATEGORIES, GREY, category_colours, colour_of
from pages.charts.shares import ShareRow, share_intervals
from pages.charts.style import GAIN, LOSS, n_texts, plain, short
from pages.charts.thumbnail import map_thumbnail

__all__ = [
    "CATEGORIES",
    "GAIN",
    "GREY",
    "LOSS",
    "AccuracyBar",
    "ShareRow",
    "SystemPoint",
    "accuracy_bars",
    "accuracy_by_seconds",
    "category_colours",
    "change_histogram",
    "colour_of",
    "column_bars",
    "flow_matrix",
    "flow_ribbons",
    "learning_lines",
    "map_thumbnail",
    "n_texts",
    "on_dark",
    "plain",
    "replaced_bars",
    "share_intervals",
    "short",
    "text_length_histogram",
]
