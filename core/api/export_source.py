"""Read from a store what can be exported of a corpus and one analysis."""

from __future__ import annotations

from dataclasses import replace

from ..evidence import check_estimate
from ..export import ExportSource, title_of_analysis
from ..maps import Fit
from ..storage import Store, load_answers, load_finding, load_findings
from ..tasks import analysis_clusters, map_clusters


def read_export_source(store: Store, corpus_key: str, analysis_id: int | None = None) -> ExportSource:
    """Return it, with clusters as the maps show them; without an analysis of the generic space alone.

    Raises
    ------
    StoreError
        When corpus or analysis was removed, or the corpus is not encoded.
    """
    entry = store.encoded_corpus(corpus_key)
    results = store.results(corpus_key)
    corpus = store.load_corpus(corpus_key)
    generic, _, clusters = map_clusters(store, corpus, None)
    near = load_finding(results, entry.embedding_key, "near")
    source = ExportSource(corpus, entry.encoder, generic, clusters, near)
    if analysis_id is None:
        return source
    analysis = store.analysis(analysis_id)
    if analysis.fit_key is None:
        return add_labels(source, store, analysis_id, None)
    fit, fit_clusters = analysis_clusters(store, analysis_id)
    source = replace(
        source,
        title=title_of_analysis(fit.instruction, fit.method),
        fit=fit,
        fit_clusters=fit_clusters,
        answers=load_answers(results, fit.space_key),
        findings=load_findings(results, analysis.fit_key),
    )
    return add_labels(source, store, analysis_id, fit)


def add_labels(source: ExportSource, store: Store, analysis_id: int, fit: Fit | None) -> ExportSource:
    """Return a source with the labels of an analysis, their record, and its check sample."""
    guide, checks = store.labels.read(analysis_id), store.check_labels.read(analysis_id)
    names, codes = guide.names, guide.codes
    source = replace(
        source,
        label_names=names,
        definitions=guide.definitions,
        given=[names[code] if code >= 0 else None for code in codes] if names else None,
        history=store.labels.history(analysis_id),
    )
    if not checks.n_checked:
        return source
    return replace(source, check_labels=checks.labels, check=check_estimate(fit, guide, checks))
