"""Store a Fit with its fitted estimators, and the findings measured of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from ..errors import StoreError
from ..evidence import FINDINGS, Control, DrivingWord, Evidence, Findings, LearningCurve
from ..maps import Fit, MapQuality
from ..transforms import LinearForm, Method
from .arrays import ArtifactStore
from .spaces import has_space, load_space, save_space

ARRAYS = ("given", "probabilities", "label_vectors")
LINEAR_PARTS = ("weights", "intercept")
ESTIMATORS = ("classifier", "network")
DOCUMENT_FIELDS = ("instruction", "labels", "label_ids", "phrases", "classes", "space_key")
Finding = Any  # the type of the attribute of `Findings` with its name


def save_fit(results: ArtifactStore, key: str, fit: Fit) -> None:
    """Store a Fit; `has_fit` is true only when all its parts are stored."""
    named = {name: getattr(fit, name) for name in DOCUMENT_FIELDS}
    arrays = {part: getattr(fit, part) for part in ARRAYS}
    if len(fit.label_views):
        arrays["label_views"] = np.stack(fit.label_views)
    if fit.fits_none is not None:
        arrays["fits_none"] = fit.fits_none
    estimators = [f"{part}.{name}" for part in ESTIMATORS for name in getattr(fit, part) or {}]
    parts = {"approach": fit.method.to_text(), "arrays": [*arrays, *estimators]}
    results.save_document(f"{key}.labels", named | parts)
    for part, values in arrays.items():
        results.save_array(f"{key}.{part}", np.empty((0, 0), np.float32) if values is None else values)
    # A re-encoded space is stored already, and some systems do not replace a mapped file.
    if not has_space(results, fit.space_key):
        save_space(results, fit.space_key, fit.space)
    save_estimators(results, key, fit)


def save_estimators(results: ArtifactStore, key: str, fit: Fit) -> None:
    """Store the arrays of a Fit's fitted estimators, and then the list of their names."""
    names = {}
    for part in ESTIMATORS:
        arrays = getattr(fit, part) or {}
        names[part] = sorted(arrays)
        for name, array in arrays.items():
            results.save_array(f"{key}.{part}.{name}", array)
    results.save_document(f"{key}.estimators", names)


def has_fit(results: ArtifactStore, key: str | None) -> bool:
    """Whether the whole result of a Fit is stored under this key, and can be read."""
    if key is None or not results.has_document(f"{key}.labels"):
        return False
    try:
        named = results.load_document(f"{key}.labels")
        Method.from_text(named.get("approach"))
    except StoreError:  # damaged, or of a later version
        return False
    # Earlier versions did not list their arrays, and some stored no estimators.
    whole = "arrays" not in named or results.has_document(f"{key}.estimators")
    return (
        whole
        and has_space(results, named.get("space_key", key))
        and all(results.has_array(f"{key}.{part}") for part in named.get("arrays", ARRAYS))
    )


def load_method(results: ArtifactStore, key: str) -> Method:
    """Return the method of a Fit without reading the rest."""
    return Method.from_text(results.load_document(f"{key}.labels").get("approach"))


def load_fit(results: ArtifactStore, key: str) -> Fit:
    """Read the result of a Fit; its large arrays stay on disk until they are accessed."""
    named = results.load_document(f"{key}.labels")
    given, probabilities, label_vectors = (results.load_array(f"{key}.{part}") for part in ARRAYS)
    space_key = named.get("space_key", key)  # earlier versions knew one method only
    label_views = _find_array(results, f"{key}.label_views")
    return Fit(
        space=load_space(results, space_key),
        space_key=space_key,
        method=Method.from_text(named.get("approach")),
        instruction=named["instruction"],
        labels=named["labels"],
        label_ids=named.get("label_ids", []),
        phrases=named["phrases"],
        classes=named["classes"],
        given=given,
        probabilities=probabilities,
        label_vectors=label_vectors if len(label_vectors) else None,
        label_views=list(label_views if label_views is not None else ()),
        fits_none=_find_array(results, f"{key}.fits_none"),
        **_load_estimators(results, key),
    )


def _find_array(results: ArtifactStore, key: str) -> np.ndarray | None:
    """Return an array; None where an earlier version stored none."""
    return results.load_array(key) if results.has_array(key) else None


def _load_estimators(results: ArtifactStore, key: str) -> dict[str, Any]:
    """Return the arrays of the fitted estimators; earlier versions stored none."""
    if not results.has_document(f"{key}.estimators"):
        return {}
    return {
        part: {name: results.load_array(f"{key}.{part}.{name}") for name in names} or None
        for part, names in results.load_document(f"{key}.estimators").items()
    }


def save_first_picture(
    results: ArtifactStore, analysis_id: int, places: np.ndarray, codes: np.ndarray
) -> None:
    """Store about where the texts of an analysis go, while its map is drawn. It is no result.

    Parameters
    ----------
    places : ndarray of float32, shape (n_texts, 2)
    codes : ndarray of int, shape (n_texts,)
        Predicted labels: positions in `Fit.labels`.
    """
    results.save_array(f"first-picture-{analysis_id}.places", np.column_stack([places, codes]).astype("f4"))


def find_first_picture(results: ArtifactStore, analysis_id: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return places and predicted labels as they were saved; None where there is no first picture."""
    try:
        found = np.array(results.load_array(f"first-picture-{analysis_id}.places"))
    except StoreError:  # there is none, or none any more
        return None
    return found[:, :2], found[:, 2].astype(np.int64)


def forget_first_picture(results: ArtifactStore, analysis_id: int) -> None:
    """Delete the first picture of an analysis."""
    results.delete(f"first-picture-{analysis_id}")


def save_finding(results: ArtifactStore, key: str, name: str, finding: Finding) -> None:
    """Store one of `Findings` by its name."""
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


def findings_kept(results: ArtifactStore, key: str) -> set[str]:
    """Return the names of the stored findings of a Fit."""
    return {name for name in FINDINGS if _is_kept(results, key, name)}


def _is_kept(results: ArtifactStore, key: str, name: str) -> bool:
    if name == "linear" and not all(results.has_array(f"{key}.linear_{part}") for part in LINEAR_PARTS):
        return False
    return results.has_document(f"{key}.{name}") or results.has_array(f"{key}.{name}")


def load_findings(results: ArtifactStore, key: str) -> Findings:
    """Read the findings of a Fit measured so far; a damaged one is measured again."""
    return Findings(**{name: load_finding(results, key, name) for name in FINDINGS})


def load_finding(results: ArtifactStore, key: str, name: str) -> Finding:
    """Read one of `Findings` by its name, of the type it has there; None before it is measured."""
    if not _is_kept(results, key, name):
        return None
    if name in ("change", "near"):
        return results.load_array(f"{key}.{name}")
    document = results.load_document(f"{key}.{name}")
    if name == "words":
        return tuple(tuple(DrivingWord(*word) for word in words) for words in document)
    if name == "curve":
        return LearningCurve.from_document(document)
    if name == "linear":
        weights, intercept = (results.load_array(f"{key}.linear_{part}") for part in LINEAR_PARTS)
        return LinearForm(weights, intercept, **document)
    if name == "map_quality":
        return MapQuality(**document)
    # Earlier versions kept the accuracy of another method in it, too.
    return Evidence.from_document(document) if name.endswith("evidence") else Control(document["permuted"])
