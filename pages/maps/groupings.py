"""Ways to group the texts of a corpus: by the clusters of a map, its predicted labels, or a column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus import Partition
from core.maps.drawing import GREY, category_colours, predicted
from pages.charts import short
from pages.common import on_ground
from pages.maps.colour_by import cluster_colours, labels_of, value_colours
from pages.maps.filters import profile_of
from pages.maps.view import MapView, Side

LONGEST_TITLE = 40  # characters of a map's title in a list of choices


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to group the texts: its title, groups, colours, and the name for no group."""

    title: str
    partition: Partition
    colours: list[str]
    none: str

    def name(self, code: int) -> str:
        """Return the name of a group."""
        return self.none if code < 0 else self.partition.names[code]

    def plain_colour(self, code: int) -> str:
        """Return the colour of a group from the palette; grey for none, or without one of its own."""
        return self.colours[code] if 0 <= code < len(self.colours) else GREY

    def colour(self, code: int) -> str:
        """Return the colour of a group as the maps show it on this page."""
        return on_ground(self.plain_colour(code))


def groupings(view: MapView) -> tuple[dict[str, Grouping], dict[str, Grouping]]:
    """Return the groupings for the left and the right side by name, default first."""
    columns = _column_groupings(view)
    if len(view.sides) == 1:
        return columns, _side_groupings(view, view.right)
    return _side_groupings(view, view.sides[0]) | columns, _side_groupings(view, view.right)


def _side_groupings(view: MapView, side: Side) -> dict[str, Grouping]:
    """Return the groupings by predicted labels and by clusters of one side."""
    found, title = {}, short(side.title, LONGEST_TITLE)
    if side.has_predictions:
        colouring = predicted(side.fit, labels_of(view, side))
        names = {code: colouring.labels[code] for code in np.unique(colouring.codes).tolist()}
        partition = Partition(colouring.codes, names)
        found[f"Predicted labels · {title}"] = Grouping(title, partition, list(colouring.colours), "none")
    colours = cluster_colours(view, side)
    found[f"Clusters · {title}"] = Grouping(title, side.partition, colours, "in no cluster")
    return found


def _column_groupings(view: MapView) -> dict[str, Grouping]:
    """Return the groupings by metadata columns."""
    found = {}
    for column in map(str, view.corpus.metadata.columns):
        profile = profile_of(view.corpus, column)
        if profile is not None:
            colours = category_colours(len(profile.bins))
            if profile.kind == "category":
                colours = value_colours(profile.bins, view.labels)
            found[f"Column · {column}"] = Grouping(column, profile.partition, colours, "no value")
    return found
