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
    text : str
    x, y : float
        Position, in the unit of the map's points.
    size : float
        Number of texts; sets the font size.
    zoom : float, default=1.0
        Magnification from which it is drawn; 1 is the whole map.
    """

    text: str
    x: float
    y: float
    size: float
    zoom: float = 1.0


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
    title : str
    points : np.ndarray of shape (n, 2), float32
        Positions of the texts, in any unit; row i is the same text in both panes.
    names : tuple of Name, default=()
        Highest priority first: of two that overlap, the first is drawn.
    kept : np.ndarray of shape (n,), float32, optional
        Share of each text's true neighbours that are near it on this map, 0 to 1.
    marks : tuple of Mark, default=()
    """

    title: str
    points: np.ndarray
    names: tuple[Name, ...] = ()
    kept: np.ndarray | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, eq=False)
class Colouring:
    """Colours by class, with one legend for both maps.

    Attributes
    ----------
    title : str
        What the colours mean, such as "cluster".
    codes : np.ndarray of shape (n,), int
        Index into `labels` of each text; -1 is grey.
    labels : list of str
    colours : list of str
        One CSS colour for each label, such as "#0072b2".
    grey_label : str, default="unlabelled"
        What -1 means.
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
    title : str
    values : np.ndarray of shape (n,), float32
        NaN and infinite values are grey.
    ends : tuple of two str, optional
        Labels of the low and the high end, for example dates; the numbers by default.
    grey_label : str, default="no value"
    """

    title: str
    values: np.ndarray
    ends: tuple[str, str] | None = None
    grey_label: str = "no value"
