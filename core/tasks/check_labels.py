"""Find given labels that are likely wrong, and keep them until the labels change."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from ..labels import GuideLabels, find_mistakes
from ..maps import Fit
from ..storage import Analysis, Store, has_fit, load_fit, load_space
from ..utils import Report, content_key, progress_of

CHECK_VERSION = 1  # raise it when the result of `find_mistakes` changes: labels are then checked again


@dataclass(frozen=True)
class LabelDoubt:
    """A `core.labels.Mistake`, with label names instead of codes."""

    row: int
    given: str
    better: str
    probability: float
    reason: str


@dataclass(frozen=True)
class LabelCheck:
    """Likely mistakes among the labels of one moment, likeliest first.

    Attributes
    ----------
    key : str
        `check_key` of that moment: labels, embeddings and Fit.
    doubts : list of LabelDoubt
    """

    key: str
    doubts: list[LabelDoubt]


def check_labels(store: Store, report: Report, *, analysis_id: int) -> None:
    """Check every label of an analysis by the others, and keep a `LabelCheck`.

    They are checked in the space in which the latest Fit learned them, or in the generic one.
    """
    stage = "Looking for mistakes"
    report(stage, 0, 1)
    analysis, guide = store.analysis(analysis_id), store.labels.read(analysis_id)
    key = check_key(store, analysis, guide)
    results = store.results(analysis.corpus_key)
    space = load_space(results, store.encoded_corpus(analysis.corpus_key).embedding_key)
    vectors, label_vectors = np.asarray(space.vectors), None
    fit_key = _fit_in_use(store, analysis)
    if fit_key is not None:
        fit = load_fit(results, fit_key)
        vectors, names = fit.mixed_vectors(space)
        space, label_vectors = fit.base(space), _name_vectors(names, fit, guide)
    found = find_mistakes(
        vectors,
        guide.codes,
        n=guide.n_labels,
        graph=space.graph,
        label_vectors=label_vectors,
        progress=progress_of(report, stage),
    )
    doubts = [
        LabelDoubt(
            **asdict(mistake) | {"given": guide.names[mistake.given], "better": guide.names[mistake.better]}
        )
        for mistake in found
    ]
    results.save_document(_document_key(analysis_id), asdict(LabelCheck(key, doubts)))


def load_label_check(store: Store, analysis: Analysis) -> LabelCheck | None:
    """Return the latest check of an analysis' labels; None where there is none."""
    return store.results(analysis.corpus_key).find_document(
        _document_key(analysis.id),
        lambda kept: LabelCheck(kept["key"], [LabelDoubt(**doubt) for doubt in kept["doubts"]]),
    )


def check_key(store: Store, analysis: Analysis, guide: GuideLabels) -> str:
    """Return a key that changes when the labels, the embeddings or the Fit do."""
    embedding_key = store.corpus_entry(analysis.corpus_key).embedding_key
    fit_key = _fit_in_use(store, analysis)
    return content_key(CHECK_VERSION, embedding_key, fit_key, list(guide.names), guide.codes)


def _fit_in_use(store: Store, analysis: Analysis) -> str | None:
    """Key of the analysis' latest Fit, where it was made from the embeddings in use."""
    embedding_key = store.corpus_entry(analysis.corpus_key).embedding_key
    fitted = has_fit(store.results(analysis.corpus_key), analysis.fit_key)
    return analysis.fit_key if fitted and analysis.embedding_key == embedding_key else None


def _name_vectors(names: np.ndarray | None, fit: Fit, guide: GuideLabels) -> np.ndarray | None:
    """Vectors of the label names in use, of those of a Fit, where it encoded all of them."""
    known = list(fit.label_ids)
    if names is None or not set(guide.ids) <= set(known):
        return None
    return np.asarray(names)[[known.index(label_id) for label_id in guide.ids]]


def _document_key(analysis_id: int) -> str:
    return f"label_check.{analysis_id}"
