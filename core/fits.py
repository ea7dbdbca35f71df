"""What is kept of a Fit: the reshaped space with its classes, and what was measured of it afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cached_property

import numpy as np

from core.approaches import Approach
from core.driving_words import DrivingWord
from core.errors import StoreError
from core.evidence import Control, Evidence, LearningCurve
from core.map_quality import MapQuality
from core.results import Results
from core.spaces import Space, has_space, load_space, save_space
from core.transforms.linear import LinearForm

ARRAYS = ("given", "probabilities", "label_vectors")
NAMED = ("instruction", "labels", "label_ids", "phrases", "classes", "space_key")


@dataclass(frozen=True)
class Fit:
    """Result of one Fit.

    Attributes
    ----------
    space : Space
        The reshaped space, or the one that an encoder's reading made.
    space_key : str
        Under which this space, its clusters and answers are kept: Fits of one reading share it.
    approach : Approach
        How it was made.
    instruction : str
    labels : list of str
        Instruction and label names as they were at the Fit.
    label_ids : list of int
        What the store knows these labels by; empty for a Fit of an earlier version.
    phrases : list of lists of str
        What was encoded for each name.
    classes : list of int, positions in `labels`; empty where there were too few labels to foretell any
    given : int64 array (n,), position in `labels`; -1 where no label was given
    probabilities : float32 array (n, n_classes), columns as `classes`
    label_vectors : float32 array (n_labels, d), the encoded phrases, or None where none could be read
    """

    space: Space
    space_key: str
    approach: Approach
    instruction: str
    labels: list[str]
    label_ids: list[int]
    phrases: list[list[str]]
    classes: list[int]
    given: np.ndarray
    probabilities: np.ndarray
    label_vectors: np.ndarray | None

    @property
    def foretells(self) -> bool:
        """Whether texts have predicted labels: a reading needs no labels, and may have none."""
        return bool(self.classes)

    def base(self, generic: Space) -> Space:
        """Return the space in which its labels were learned: the generic one, unless it is its own."""
        return generic if self.approach.kind == "guided" else self.space

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
        """Whether no text was labelled, so that all it goes by are the label names; not so of a reading."""
        return self.foretells and not self.approach.reads_anew and not (np.asarray(self.given) >= 0).any()


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


def findings_wanted(approach: Approach) -> tuple[str, ...]:
    """Names of what is measured of a Fit made so, in the order of `FINDINGS`."""
    if approach.kind == "guided":
        return FINDINGS
    more = ("linear", "words") if approach.kind == "gstransform" else ()
    return tuple(name for name in FINDINGS if name in (*OF_SPACES, *more))


def save_fit(results: Results, key: str, fit: Fit) -> None:
    """Keep a Fit; it counts as there only when all its parts are."""
    named = {name: getattr(fit, name) for name in NAMED}
    results.save_document(f"{key}.labels", named | {"approach": fit.approach.to_text()})
    for part in ARRAYS:
        values = getattr(fit, part)
        results.save_array(f"{key}.{part}", np.empty((0, 0), np.float32) if values is None else values)
    if not has_space(results, fit.space_key):  # a reading's is there, and some systems keep a mapped file
        save_space(results, fit.space_key, fit.space)


def has_fit(results: Results, key: str | None) -> bool:
    """Whether the whole result of a Fit is kept under this key, and can be read."""
    if key is None or not results.has_document(f"{key}.labels"):
        return False
    try:
        named = results.load_document(f"{key}.labels")
        Approach.from_text(named.get("approach"))
    except StoreError:  # damaged, or of a later version
        return False
    space_key = named.get("space_key", key)
    return has_space(results, space_key) and all(results.has_array(f"{key}.{part}") for part in ARRAYS)


def load_approach(results: Results, key: str) -> Approach:
    """How the space of a Fit was made, without reading the rest. Raises as `load_fit`."""
    return Approach.from_text(results.load_document(f"{key}.labels").get("approach"))


def load_fit(results: Results, key: str) -> Fit:
    """Read the result of a Fit.

    Raises
    ------
    StoreError
        When a part is missing or damaged.
    """
    named = results.load_document(f"{key}.labels")
    given, probabilities, label_vectors = (results.load_array(f"{key}.{part}") for part in ARRAYS)
    space_key = named.get("space_key", key)  # earlier versions knew one approach only
    return Fit(
        space=load_space(results, space_key),
        space_key=space_key,
        approach=Approach.from_text(named.get("approach")),
        instruction=named["instruction"],
        labels=named["labels"],
        label_ids=named.get("label_ids", []),
        phrases=named["phrases"],
        classes=named["classes"],
        given=given,
        probabilities=probabilities,
        label_vectors=label_vectors if len(label_vectors) else None,
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
