"""Data model of the linked maps: panes, cluster names, marks and colourings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Name:
    """A cluster's name on the map.

    Attributes
    ----------
    x, y : position, in the unit of the map's points
    size : number of texts; sets the font size
    zoom : magnification from which it is drawn; 1 is the whole map
    code : group of `Pane.groups[level]` whose texts a click selects; -1 for none
    level : position in `Pane.groups`; only names of level 0 can be renamed
    """

    text: str
    x: float
    y: float
    size: float
    zoom: float = 1.0
    code: int = -1
    level: int = 0


@dataclass(frozen=True)
class Mark:
    """Position of a typed text, in the unit of the map's points; drawn as a labelled pin."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, eq=False)
class Pane:
    """One map.

    Attributes
    ----------
    points : float32 array (n, 2)
        Positions of the texts, in any unit; row i is the same text in both panes.
    names : highest priority first: of two that overlap, the first is drawn
    kept : float32 array (n,) or None
        Share of each text's true neighbours that are near it on this map, 0 to 1.
    groups : tuple of int array (n,)
        Group of each text, -1 for none: of the clusters first, then of finer ones. The names refer to them.
    """

    title: str
    points: np.ndarray
    names: tuple[Name, ...] = ()
    kept: np.ndarray | None = None
    marks: tuple[Mark, ...] = ()
    groups: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True, eq=False)
class Colouring:
    """Colours by class, with one legend for both maps.

    Attributes
    ----------
    title : what the colours mean, such as "cluster"
    codes : int array (n,), position in `labels` of each text; -1 is grey
    colours : a CSS colour for each label, such as "#0072b2"
    grey_label : what -1 means
    """

    title: str
    codes: np.ndarray
    labels: Sequence[str]
    colours: Sequence[str]
    grey_label: str = "unlabelled"


@dataclass(frozen=True, eq=False)
class NumericColouring:
    """Colours on one continuous scale, with a gradient as legend.

    Attributes
    ----------
    values : float32 array (n,); NaN and infinite values are grey
    ends : labels of the low and the high end, for example dates; the numbers by default
    scale : values at the two ends, beyond which the colour stays; the lowest and the highest by default
    ticks : values between the ends with their labels
    outside : words on the values beyond the ends; "" where there are none
    origin : milliseconds since 1970 where the values are days after that moment; None for numbers
    """

    title: str
    values: np.ndarray
    ends: tuple[str, str] | None = None
    grey_label: str = "no value"
    scale: tuple[float, float] | None = None
    ticks: tuple[tuple[float, str], ...] = ()
    outside: str = ""
    origin: float | None = None
