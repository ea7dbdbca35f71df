"""Findings: what is measured of a Fit after its map is drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..maps import MapQuality
from ..transforms import LinearForm, Method
from .baselines import Control
from .driving_words import DrivingWord
from .learning_curve import LearningCurve
from .result import Evidence


@dataclass(frozen=True)
class Findings:
    """What was measured of a Fit; None for what was not measured yet.

    Attributes
    ----------
    evidence : Evidence
        Accuracy on held-out labels, compared with the generic space.
    change : float32 array (n,), share of each text's neighbours that the reshaped space replaced, 0 to 1
    linear : LinearForm
        The linear approximation of the transform.
    linear_evidence : Evidence
        The same of an exported encoder: of the linear approximation on the final vectors alone.
    words : tuple of tuple of DrivingWord
        For each of `Fit.classes`, its driving words, strongest first.
    near : float32 array (n,), share of each text's nearest neighbours that are near it on the map, 0 to 1
    map_quality : MapQuality
        Faithfulness of the map; this and `near` are also measured of the generic space.
    control : Control
        Accuracy with permuted labels.
    curve : LearningCurve
        Accuracy with fewer labels.
    """

    evidence: Evidence | None = None
    change: np.ndarray | None = None
    linear: LinearForm | None = None
    words: tuple[tuple[DrivingWord, ...], ...] | None = None
    near: np.ndarray | None = None
    map_quality: MapQuality | None = None
    control: Control | None = None
    curve: LearningCurve | None = None
    linear_evidence: Evidence | None = None


FINDINGS = tuple(field.name for field in fields(Findings))


def findings_wanted(method: Method) -> tuple[str, ...]:
    """Return the names of the findings that a Fit by this method gets, in the order of `FINDINGS`."""
    left_out: tuple[str, ...] = ()
    if method.kind != "guided":
        left_out = ("control", "curve")
    if method.reencodes:  # no transform to approximate
        left_out = ("control", "curve", "linear", "linear_evidence", "words")
    return tuple(name for name in FINDINGS if name not in left_out)
