"""Label texts of an analysis with the configured language model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..corpus import Corpus
from ..encoders import DEFAULT_ENCODER, split_precomputed
from ..errors import LanguageModelError
from ..labels import known_names
from ..labels.annotation import (
    AnnotationReport,
    Estimate,
    KnownLabels,
    ReplyCache,
    annotate,
    estimate,
    sample_rows,
)
from ..storage import Store
from ..utils import MODEL_VARIABLE, URL_VARIABLE, LanguageModel, Report, configured
from .model_cache import load_warm_corpus, load_warm_encoder


def annotate_analysis(
    store: Store,
    report: Report,
    *,
    analysis_id: int,
    n_texts: int,
    started_by: str | None = None,
    language_model: Mapping[str, str] | None = None,
) -> None:
    """Give guide labels to a random sample of `n_texts` texts, in one undo step; labels by a person stay.

    Only the person `started_by` can undo the step; everybody can where that is left out. `language_model` is
    the choice of `configured`; its key is not stored.

    Raises
    ------
    LanguageModelError
        When no model is configured, or the run ended early; labels found until then are kept.
    EncoderUnavailable
        Before anything is sent, when the encoder of the corpus cannot be loaded.
    """
    model = configured(language_model)
    if model is None:
        raise LanguageModelError(
            f"No language model is chosen: choose one, or set {URL_VARIABLE} and {MODEL_VARIABLE}."
        )
    analysis = store.analysis(analysis_id)
    if not analysis.instruction:
        raise LanguageModelError("The analysis has no instruction to label by: type one first.")
    texts = load_warm_corpus(store, analysis.corpus_key).texts.tolist()
    report("Loading the encoder", 0, 1)
    corpus_encoder = store.encoded_corpus(analysis.corpus_key).encoder
    # Vectors from a file have no encoder for the summaries.
    encoder = load_warm_encoder(DEFAULT_ENCODER if split_precomputed(corpus_encoder) else corpus_encoder)
    with ReplyCache(replies_path(store, analysis.corpus_key)) as cache:
        annotation = annotate(
            model,
            texts,
            sample_rows(len(texts), n_texts),
            analysis.instruction,
            encode=encoder.encode,
            cache=cache,
            known=known_labels(store, analysis_id),
            report=report,
        )
    record_labels(store, analysis_id, annotation.labels, model.model, started_by)
    document = annotation.report.to_document()
    store.results(analysis.corpus_key).save_document(_report_key(analysis_id), document)
    if annotation.report.stopped:
        raise LanguageModelError(annotation.report.stopped)


def record_labels(
    store: Store, analysis_id: int, labels: Mapping[int, str], model: str, started_by: str | None = None
) -> list[int]:
    """Give the labels of a model in one undo step, except to texts that a person labelled or skipped.

    New names are added, and go with the step when it is undone. A label that the same model gave before is
    not given again.

    Returns
    -------
    list of int
        The labelled rows.
    """
    labelled = store.labels.read(analysis_id)
    guide, names = labelled.table, known_names(labels.values(), labelled.names)
    latest = {
        row: (source, label, given_by)
        for row, source, label, given_by in zip(
            guide["row"], guide["source"], guide["label"], guide["given_by"], strict=True
        )
    }
    free = {row: label for row, label in labels.items() if latest.get(row, ("model",))[0] == "model"}
    given = {row: names[label] for row, label in free.items()}
    given = {row: name for row, name in given.items() if latest.get(row) != ("model", name, model)}
    if not given:
        return []
    # A person may have labelled one of them since `latest` was read.
    return store.labels.give(
        analysis_id,
        given,
        model,
        source="model",
        unless=lambda source: source != "model",
        started_by=started_by,
        add_names=True,
    )


def known_labels(store: Store, analysis_id: int) -> KnownLabels:
    """Return what a run keeps: label names with definitions, retired names, rows labelled by a person."""
    guide = store.labels.read(analysis_id)
    by_person = guide.table["row"][guide.table["source"] != "model"]
    return KnownLabels(
        names=list(guide.names),
        renamed={label.name: label.merged_into for label in guide.retired},
        by_person=frozenset(int(row) for row in by_person),
        definitions=guide.definitions,
    )


def estimate_analysis(
    store: Store, corpus: Corpus, analysis_id: int, n_texts: int, model: LanguageModel
) -> Estimate:
    """Estimate what `annotate_analysis` would send now."""
    analysis = store.analysis(analysis_id)
    rows = sample_rows(len(corpus.texts), n_texts)
    known = known_labels(store, analysis_id)
    with ReplyCache(replies_path(store, corpus.key)) as cache:
        return estimate(model, corpus.texts.tolist(), rows, analysis.instruction, cache, known)


def latest_report(store: Store, corpus_key: str, analysis_id: int) -> AnnotationReport | None:
    """Return the report of the latest run, also of one that lost its server; None where there is none."""
    return store.results(corpus_key).find_document(_report_key(analysis_id), AnnotationReport.from_document)


def replies_path(store: Store, corpus_key: str) -> Path:
    """Return the file of kept replies about the texts of a corpus; it is removed with the corpus."""
    return store.results(corpus_key).folder / "answers.sqlite"


def _report_key(analysis_id: int) -> str:
    return f"annotation.{analysis_id}"
