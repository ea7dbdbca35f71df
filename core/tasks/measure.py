"""The task that measures a Fit: accuracy on held-out labels, and what it changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..errors import LabelError
from ..evidence import (
    DrivingWord,
    Evidence,
    class_scores,
    control,
    cross_validate,
    driving_words,
    findings_wanted,
    learning_curve,
    neighbour_change,
)
from ..maps import Fit, MapQuality, Space, measure_map, near_neighbours
from ..neighbours import unit_rows
from ..storage import (
    ArtifactStore,
    Store,
    findings_kept,
    has_fit,
    load_finding,
    load_fit,
    load_space,
    save_finding,
)
from ..transforms import FinalVectorsTransform, GSTransform, LinearForm, fit_linear_form
from ..utils import Progress, Report, progress_of
from .model_cache import load_warm_corpus
from .steps import keep_distinct_vectors


def measure(
    store: Store, report: Report, *, analysis_id: int, fit_key: str, only: Collection[str] | None = None
) -> None:
    """Measure a Fit; each finding is saved as soon as it is computed, the most awaited first.

    Parameters
    ----------
    only : collection of str, optional
        Names of `Findings` that are measured; all when not given. Some need others of the list.
    """
    analysis = store.analysis(analysis_id)
    results = store.results(analysis.corpus_key)
    embedding_key = analysis.embedding_key
    if embedding_key is None or analysis.fit_key != fit_key or not has_fit(results, fit_key):
        return  # a newer Fit has replaced it
    reshaped = load_fit(results, fit_key)
    # Not the embeddings of the corpus: it may have been encoded again since this job was queued.
    generic = load_space(results, embedding_key)
    texts = load_warm_corpus(store, analysis.corpus_key).texts.tolist()
    vectors, given = np.asarray(generic.vectors), np.asarray(reshaped.given)
    graph = reshaped.space.graph
    known: Any = {
        "graph": generic.graph,
        "label_vectors": reshaped.label_vectors,
        "views": _views(generic, reshaped),
        "label_views": reshaped.label_views,
    }
    found = partial(load_finding, results, fit_key)  # of an earlier step
    # Without a label nothing can tell whether it helped.
    evidence_title = "Checking whether it helped" if (given >= 0).any() else "Measuring what changed"
    steps: dict[str, tuple[str, Callable]] = {
        "evidence": (evidence_title, partial(_evidence, generic, reshaped)),
        "change": ("Comparing neighbours", lambda progress: neighbour_change(generic.graph, graph)),
        "near": ("Checking the map", lambda progress: near_neighbours(graph, reshaped.space.map)),
        "map_quality": ("Checking the map", lambda progress: _map_quality(found, generic, reshaped)),
        "linear": ("Computing the matrix for export", lambda progress: _linear(generic, reshaped)),
        "words": ("Finding driving words", lambda progress: _words(found, texts, generic, reshaped)),
        "control": ("Checking against shuffled labels", partial(control, vectors, given, **known)),
        "curve": ("Checking what more labels would bring", partial(learning_curve, vectors, given, **known)),
        "linear_evidence": (
            "Checking the encoder for export",
            partial(cross_validate, vectors, given, transform=_final_vectors(reshaped), repeats=2, **known),
        ),
    }
    wanted = set(findings_wanted(reshaped.method)) & set(steps if only is None else only)
    for name, (title, find) in steps.items():
        if name in wanted and name not in findings_kept(results, fit_key):
            report(title, 0, 1)
            save_finding(results, fit_key, name, find(progress=progress_of(report, title)))
    if only is not None:
        return
    if reshaped.method.reencodes:
        keep_distinct_vectors(report, results, reshaped.space_key, texts)
    # For a corpus that an earlier version prepared.
    keep_distinct_vectors(report, results, embedding_key, texts)
    check_generic_map(report, results, embedding_key)


def check_generic_map(report: Report, results: ArtifactStore, key: str) -> None:
    """Measure the quality of the generic map, once."""
    if {"near", "map_quality"} <= findings_kept(results, key):
        return
    report("Checking the map", 0, 1)
    space = load_space(results, key)
    near = near_neighbours(space.graph, space.map)
    save_finding(results, key, "near", near)
    save_finding(results, key, "map_quality", measure_map(space.vectors, space.graph, space.map, near))


def _evidence(generic: Space, reshaped: Fit, progress: Progress) -> Evidence:
    vectors, given = np.asarray(generic.vectors), np.asarray(reshaped.given)
    match reshaped.method.kind:
        case "guided":
            return cross_validate(
                vectors,
                given,
                progress=progress,
                graph=generic.graph,
                label_vectors=reshaped.label_vectors,
                views=_views(generic, reshaped),
                label_views=reshaped.label_views,
            )
        case "gstransform":
            try:
                return cross_validate(
                    vectors, given, progress=progress, transform=GSTransform(random_state=0)
                )
            except ValueError as error:
                raise LabelError(
                    "The training did not converge with some of the labels hidden, so it cannot be "
                    "checked: give more labels."
                ) from error
        case _:
            return cross_validate(
                vectors, given, progress=progress, reencoded=np.asarray(reshaped.space.vectors)
            )


def _map_quality(found: Callable, generic: Space, reshaped: Fit) -> MapQuality:
    space, moved = reshaped.space, {"before": generic.map, "change": found("change")}
    return measure_map(space.vectors, space.graph, space.map, found("near"), **moved)


def _views(generic: Space, reshaped: Fit) -> Sequence[np.ndarray]:
    """Return the views that a Fit used."""
    return generic.views if reshaped.n_views else ()


def _linear(generic: Space, reshaped: Fit) -> LinearForm:
    unit, views = unit_rows(np.asarray(generic.vectors)), _views(generic, reshaped)
    return fit_linear_form(unit, reshaped.unscaled_vectors(), views)


def _final_vectors(reshaped: Fit) -> FinalVectorsTransform:
    published = GSTransform(random_state=0) if reshaped.method.kind == "gstransform" else None
    return FinalVectorsTransform(published)


def _words(found: Callable, texts: list[str], generic: Space, reshaped: Fit) -> list[tuple[DrivingWord, ...]]:
    columns = np.asarray(reshaped.probabilities).argmax(axis=1)
    weights, views = np.asarray(found("linear").weights), _views(generic, reshaped)
    scores = class_scores(np.asarray(generic.vectors), weights, columns, len(reshaped.classes), views)
    return driving_words(texts, scores, columns)
