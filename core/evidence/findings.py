"""What is measured of a Fit after it was drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from core.evidence.baselines import Control
from core.evidence.driving_words import DrivingWord
from core.evidence.learning_curve import LearningCurve
from core.evidence.result import Evidence
from core.maps import MapQuality
from core.transforms import Method, LinearForm


@dataclass(frozen=True)
class Findings:
    """What was measured of a Fit so far; None for what was not yet.

    Attributes
    ----------
    evidence : Evidence
        Whether held-out labels are found again better than in the generic space.
    change : float32 array (n,), share of each text's neighbours that the reshaped space replaced, 0 to 1
    linear : LinearForm
        The one matrix that does nearly the same to any embedding.
    words : tuple of tuple of DrivingWord
        For each of `Fit.classes`, the words that drive it, the strongest first.
    near : float32 array (n,), share of each text's true neighbours that stand near it on the map, 0 to 1
    map_quality : MapQuality
        What the map shows truly; this and `near` are measured of the generic space as well.
    control : Control
        The same with permuted labels, and by the published recipe.
    curve : LearningCurve
        The same with fewer labels.
    """

    evidence: Evidence | None = None
    change: np.ndarray | None = None
    linear: LinearForm | None = None
    words: tuple[tuple[DrivingWord, ...], ...] | None = None
    near: np.ndarray | None = None
    map_quality: MapQuality | None = None
    control: Control | None = None
    curve: LearningCurve | None = None


FINDINGS = tuple(field.name for field in fields(Findings))
OF_SPACES = ("evidence", "change", "near", "map_quality")
"""Findings that need no transform: what is measured of a reading."""


def findings_wanted(method: Method) -> tuple[str, ...]:
    """Names of what is measured of a Fit made so, in the order of `FINDINGS`."""
    if method.kind == "guided":
        return FINDINGS
    more = ("linear", "words") if method.kind == "gstransform" else ()
    return tuple(name for name in FINDINGS if name in (*OF_SPACES, *more))
