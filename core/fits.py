"""What is kept of a Fit: the reshaped space with its classes, and what was measured of it afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cached_property

import numpy as np

from core.driving_words import DrivingWord
from core.evidence import Control, Evidence, LearningCurve
from core.map_quality import MapQuality
from core.results import Results
from core.spaces import Space, has_space, load_space, save_space
from core.transforms.linear import LinearForm

ARRAYS = ("given", "probabilities", "label_vectors")


@dataclass(frozen=True)
class Fit:
    """Result of one Fit.

    Attributes
    ----------
    space : Space
        The reshaped space.
    instruction : str
    labels : list of str
        Instruction and label names as they were at the Fit.
    label_ids : list of int
        What the store knows these labels by; empty for a Fit of an earlier version.
    phrases : list of lists of str
        What was encoded for each name.
    classes : list of int, positions in `labels`
    given : int64 array (n,), position in `labels`; -1 where no label was given
    probabilities : float32 array (n, n_classes), columns as `classes`
    label_vectors : float32 array (n_labels, d), the encoded phrases
    """

    space: Space
    instruction: str
    labels: list[str]
    label_ids: list[int]
    phrases: list[list[str]]
    classes: list[int]
    given: np.ndarray
    probabilities: np.ndarray
    label_vectors: np.ndarray

    @cached_property
    def predicted(self) -> np.ndarray:
        """Likeliest label of each text: int32 array (n,), position in `labels`."""
        return np.asarray(self.classes, dtype=np.int32)[self.probabilities.argmax(axis=1)]

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of the predicted label: float32 array (n,)."""
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def from_names_only(self) -> bool:
        """Whether no text was labelled, so that all it goes by are the label names."""
        return not (np.asarray(self.given) >= 0).any()


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


def save_fit(results: Results, key: str, fit: Fit) -> None:
    """Keep a Fit; it counts as there only when all its parts are."""
    names = ("instruction", "labels", "label_ids", "phrases", "classes")
    named = {name: getattr(fit, name) for name in names}
    results.save_document(f"{key}.labels", named)
    for part in ARRAYS:
        results.save_array(f"{key}.{part}", getattr(fit, part))
    save_space(results, key, fit.space)


def has_fit(results: Results, key: str | None) -> bool:
    """Whether the whole result of a Fit is kept under this key."""
    return (
        key is not None
        and has_space(results, key)
        and results.has_document(f"{key}.labels")
        and all(results.has_array(f"{key}.{part}") for part in ARRAYS)
    )


def load_fit(results: Results, key: str) -> Fit:
    """Read the result of a Fit.

    Raises
    ------
    StoreError
        When a part is missing or damaged.
    """
    names = results.load_document(f"{key}.labels")
    given, probabilities, label_vectors = (results.load_array(f"{key}.{part}") for part in ARRAYS)
    return Fit(
        space=load_space(results, key),
        instruction=names["instruction"],
        labels=names["labels"],
        label_ids=names.get("label_ids", []),
        phrases=names["phrases"],
        classes=names["classes"],
        given=given,
        probabilities=probabilities,
        label_vectors=label_vectors,
    )


def save_finding(results: Results, key: str, name: str, finding: object) -> None:
    """Keep one of `Findings` by its name."""
    if isinstance(finding, np.ndarray):
        results.save_array(f"{key}.{name}", finding)
    elif name == "words":
        results.save_document(f"{key}.{name}", finding)
    elif isinstance(finding, LinearForm):
        results.save_array(f"{key}.linear_weights", finding.weights)
        results.save_array(f"{key}.linear_intercept", finding.intercept)
        results.save_document(f"{key}.{name}", {"agreement": finding.agreement})
    else:
        results.save_document(f"{key}.{name}", asdict(finding))


def findings_kept(results: Results, key: str) -> set[str]:
    """Names of the findings that are kept of a Fit."""
    return {
        name
        for name in FINDINGS
        if results.has_document(f"{key}.{name}") or results.has_array(f"{key}.{name}")
    }


def load_findings(results: Results, key: str) -> Findings:
    """Read what was measured of a Fit so far.

    Raises
    ------
    StoreError
        When a part is damaged (it is then measured again).
    """
    return Findings(**{name: load_finding(results, key, name) for name in FINDINGS})


def load_finding(
    results: Results, key: str, name: str
) -> Evidence | np.ndarray | LinearForm | tuple | MapQuality | Control | LearningCurve | None:
    """Read one of `Findings` by its name; None while it was not measured. Raises as `load_findings`."""
    if name not in findings_kept(results, key):
        return None
    if name in ("change", "near"):
        return results.load_array(f"{key}.{name}")
    document = results.load_document(f"{key}.{name}")
    if name == "words":
        return tuple(tuple(DrivingWord(*word) for word in words) for words in document)
    if name == "curve":
        return LearningCurve.from_document(document)
    if name == "linear":
        weights, intercept = (results.load_array(f"{key}.linear_{part}") for part in ("weights", "intercept"))
        return LinearForm(weights, intercept, **document)
    if name == "map_quality":
        return MapQuality(**document)
    return Evidence.from_document(document) if name == "evidence" else Control(**document)
