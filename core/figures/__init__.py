"""Small charts: arrays in, Plotly figure out. They take their text colour from the page's theme."""

from core.figures.base import GAIN, LOSS, plain, short
from core.figures.columns import column_bars
from core.figures.comparison import SystemPoint, accuracy_by_seconds
from core.figures.distributions import (
    BARS,
    change_histogram,
    composition_bars,
    replaced_bars,
    text_length_histogram,
)
from core.figures.evidence import accuracy_bars, label_dumbbells, learning_lines
from core.figures.flows import flow_matrix, flow_ribbons
from core.figures.thumbnails import map_thumbnail

__all__ = [
    "BARS",
    "GAIN",
    "LOSS",
    "SystemPoint",
    "accuracy_bars",
    "accuracy_by_seconds",
    "change_histogram",
    "column_bars",
    "composition_bars",
    "flow_matrix",
    "flow_ribbons",
    "label_dumbbells",
    "learning_lines",
    "map_thumbnail",
    "plain",
    "replaced_bars",
    "short",
    "text_length_histogram",
]
