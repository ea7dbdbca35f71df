"""What pictures and page show of a source: the maps with their names, and the colours of the texts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...corpus import Partition
from ...evidence import Verdict, judge_fit
from ...maps import Space
from ...maps.clusters import name_places
from ...maps.drawing import (
    Colouring,
    Name,
    Pane,
    clustered,
    labelled,
    partition_colours,
    predicted,
)
from ..source import ExportSource

GENERIC = "Generic"
_OPENING, _CLOSING = "\x02", "\x03"  # no name holds control characters


@dataclass(frozen=True, eq=False)
class ShownMaps:
    """One map, or the generic and the reshaped one, of the same texts.

    Attributes
    ----------
    panes : tuple of Pane
    colourings : tuple of Colouring
        The one to begin with first.
    """

    panes: tuple[Pane, ...]
    colourings: tuple[Colouring, ...]

    def of_rows(self, rows: np.ndarray) -> ShownMaps:
        """Return the maps of some texts alone; names stay where they are."""
        panes = [
            replace(
                pane,
                points=np.asarray(pane.points)[rows],
                kept=None if pane.kept is None else np.asarray(pane.kept)[rows],
                groups=tuple(np.asarray(codes)[rows] for codes in pane.groups),
            )
            for pane in self.panes
        ]
        colourings = [replace(each, codes=np.asarray(each.codes)[rows]) for each in self.colourings]
        return ShownMaps(tuple(panes), tuple(colourings))


def shown_maps(source: ExportSource) -> ShownMaps:
    """Return what is drawn of a source, with the colours that the app draws."""
    labels, fit = list(source.label_names), source.fit
    generic = partition_colours(source.generic_clusters, labels, None)
    panes = [_pane(GENERIC, source.generic, source.generic_clusters, source.generic_near)]
    colourings = []
    if fit is not None and source.fit_clusters is not None:
        title = source.title or "Reshaped"
        panes.append(_pane(title, fit.space, source.fit_clusters, source.findings.near))
        if fit.has_predictions:
            colourings.append(predicted(fit, labels))
        colours = partition_colours(source.fit_clusters, labels, fit)
        colourings.append(clustered("Cluster of the reshaped map", source.fit_clusters, colours))
    one = "Cluster" if len(panes) == 1 else "Cluster of the generic map"
    colourings.append(clustered(one, source.generic_clusters, generic))
    if source.given is not None and any(name is not None for name in source.given):
        position = {name: code for code, name in enumerate(labels)}
        codes = np.array([-1 if name is None else position.get(name, -1) for name in source.given])
        colourings.append(labelled("Given label", codes, labels, "unlabelled"))
    return ShownMaps(tuple(panes), tuple(colourings))


def verdict_of(source: ExportSource) -> Verdict | None:
    """Return the verdict on a source's Fit, names in quotation marks; None where none is known."""
    if source.fit is None:
        return None
    marked = [f"{_OPENING}{name}{_CLOSING}" for name in source.fit.labels]
    found = judge_fit(source.fit, source.findings.evidence, marked)
    if found is None:
        return None
    sentence = found.sentence.replace(f"*{_OPENING}", "“").replace(f"{_CLOSING}*", "”")
    return replace(found, sentence=sentence)


def _pane(title: str, space: Space, clusters: Partition, near: np.ndarray | None) -> Pane:
    points = np.asarray(space.map)
    names = tuple(Name(*place) for place in name_places(points, clusters.codes, clusters.names))
    return Pane(title, points, names, near, groups=(np.asarray(clusters.codes),))
