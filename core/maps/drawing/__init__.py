"""What maps are drawn from, in the app and in files: panes, colours, and the bytes the component reads."""

from .box import Box
from .colourings import clustered, labelled, partition_colours, predicted
from .dark_ground import on_dark
from .model import Colouring, Mark, Name, NumericColouring, Pane
from .palette import CATEGORIES, GREY, category_colours, colour_of
from .payload import (
    PAYLOAD_VERSION,
    checked_rows,
    encode_maps,
    encode_places,
    encode_plain,
    home_view,
)

__all__ = [
    "CATEGORIES",
    "GREY",
    "PAYLOAD_VERSION",
    "Box",
    "Colouring",
    "Mark",
    "Name",
    "NumericColouring",
    "Pane",
    "category_colours",
    "checked_rows",
    "clustered",
    "colour_of",
    "encode_maps",
    "encode_places",
    "encode_plain",
    "home_view",
    "labelled",
    "on_dark",
    "partition_colours",
    "predicted",
]
