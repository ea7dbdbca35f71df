"""The task that makes the space of an analysis: by a transform of the generic one, or by reading anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.encoders import files_signature, split_ready
from core.errors import LabelError, StoreError
from core.labels import encode_names, label_phrases
from core.maps import Fit, Space
from core.neighbours import build_graph, unit_rows
from core.storage import (
    Analysis,
    ArtifactStore,
    Store,
    StoredCorpus,
    find_ready,
    has_fit,
    has_space,
    load_answers,
    load_fit,
    load_space,
    read_corpus,
    save_fit,
)
from core.tasks.model_cache import NUMBA, load_warm_corpus, load_warm_encoder
from core.tasks.steps import draw_space, keep_graph
from core.transforms import GSTransform, GuidedTransform
from core.utils import Report, content_key, progress_of

VERSION = 2  # raise it when a Fit changes: older ones are then computed again


@dataclass(frozen=True)
class Asked:
    """What a Fit is made from, as it was when the Fit began.

    Attributes
    ----------
    analysis : Analysis
    entry : StoredCorpus
    labels : list of str
    label_ids : list of int
    phrases : list of lists of str, what is encoded for each label name
    given : int64 array (n_texts,), position in `labels`; -1 where no label was given
    """

    analysis: Analysis
    entry: StoredCorpus
    labels: list[str]
    label_ids: list[int]
    phrases: list[list[str]]
    given: np.ndarray

    @property
    def n_labelled_classes(self) -> int:
        """How many labels some text was given."""
        return len(np.unique(self.given[self.given >= 0]))


@dataclass(frozen=True)
class Made:
    """A space with the labels learned in it."""

    space: Space
    space_key: str
    classes: list[int]
    probabilities: np.ndarray
    label_vectors: np.ndarray | None


def fit(store: Store, report: Report, *, analysis_id: int, method: str = "") -> None:
    """Make the space of an analysis and its map, starting from the generic one.

    Transforms go by the guide labels and by their names, which are all there is while no text is labelled. A
    reading goes by the instruction; labels, if there are two, are predicted in its space.

    Parameters
    ----------
    analysis_id : int
    method : str
        `Method.to_text` of what the person started; "" for what the analysis says when its turn comes.

    Raises
    ------
    LabelError
        When a transform has too few labels.
    EncoderUnavailable
        When an encoder that is needed cannot be loaded, or does not follow the instruction.
    StoreError
        When another method was chosen since: texts go to no server before a person said so.
    """
    asked = _ask(store, analysis_id)
    analysis, results = asked.analysis, store.results(asked.entry.key)
    if method not in ("", analysis.method.to_text()):
        raise StoreError(
            "Another way to follow the instruction was chosen before this one had its turn, so nothing was "
            "done: start again."
        )
    key = _key(asked)
    if not has_fit(results, key):
        generic = load_space(results, asked.entry.embedding_key)
        if analysis.method.reencodes:
            made = _read(store, report, results, asked, generic)
        else:
            made = _reshape(report, results, asked, generic, key)
        reshaped = Fit(
            method=analysis.method,
            instruction=analysis.instruction,
            labels=asked.labels,
            label_ids=asked.label_ids,
            phrases=asked.phrases,
            given=asked.given,
            **vars(made),
        )
        save_fit(results, key, reshaped)
    store.set_fit(analysis_id, key, asked.entry.embedding_key)
    _forget_unused_fit(store, results, analysis)


def fit_key(store: Store, analysis_id: int) -> str:
    """Key of the Fit of an analysis with its labels as they are now.

    It differs from `Analysis.fit_key` when labels, instruction, method, embeddings or the files of the
    encoder that reads anew changed since the last Fit.
    """
    return _key(_ask(store, analysis_id))


def check_labels(asked: Asked, *, names_count: bool) -> None:
    """Refuse labels that no transform can be fitted on.

    Raises
    ------
    LabelError
        With fewer than two names, or without two labels given where the names do not count.
    """
    labels = asked.labels
    if len(labels) < 2:
        what = f"there is only “{labels[0]}”" if labels else "there is none yet"
        raise LabelError(f"Two labels are needed to tell texts apart, and {what}: name another.")
    if not names_count and asked.n_labelled_classes < 2:
        given = "only one is" if asked.n_labelled_classes else "none is"
        raise LabelError(
            f"Texts with two different labels are needed here, and {given} given: label some texts, as their "
            "names alone do not count."
        )


def _ask(store: Store, analysis_id: int) -> Asked:
    analysis = store.analysis(analysis_id)
    entry = store.corpus_entry(analysis.corpus_key)
    guide = store.labels.read(analysis_id)
    label_ids, labels, given = list(guide.ids), list(guide.names), guide.codes
    phrases = label_phrases(analysis.instruction, labels)
    return Asked(analysis, entry, labels, label_ids, phrases, given)


def _key(asked: Asked) -> str:
    method = asked.analysis.method
    parameters = sorted(GuidedTransform(random_state=0).get_params().items())
    parts = [asked.entry.embedding_key, asked.labels, asked.phrases, asked.given, repr(parameters)]
    if method.kind != "guided":
        parts.append(method.to_key())
    if method.reencodes:
        parts += [asked.analysis.instruction, files_signature(method.encoder)]
    return content_key("fit", VERSION, *parts)


def _reshape(report: Report, results: ArtifactStore, asked: Asked, generic: Space, key: str) -> Made:
    """Transform the generic embeddings."""
    recipe = asked.analysis.method.kind == "gstransform"
    names_read = split_ready(asked.entry.encoder) is None
    check_labels(asked, names_count=names_read and not recipe)
    names = _known_label_vectors(results, asked)
    if names is None and names_read:
        report("Reading the label names", 0, 1)
        names = encode_names(load_warm_encoder(asked.entry.encoder), asked.phrases)
    report("Reshaping the space", 0, 1)
    X = np.asarray(generic.vectors)
    if recipe:
        transform = GSTransform(random_state=0)
        transform.fit(X, asked.given, progress=progress_of(report, "Training the published recipe"))
        vectors = unit_rows(transform.transform(X))
        names = None if names is None else unit_rows(transform.transform(unit_rows(names)))
    else:
        transform = GuidedTransform(random_state=0)
        vectors = transform.fit_transform(X, asked.given, graph=generic.graph, label_vectors=names)
    report("Finding neighbours in the reshaped space", 0, 1)
    with NUMBA:
        graph = build_graph(vectors)
    space = draw_space(report, results, key, vectors, graph, init=generic.map)
    learned = _learn(asked, space, names) if recipe else transform
    return Made(space, key, *_foretold(learned, len(vectors)), names)


def _read(store: Store, report: Report, results: ArtifactStore, asked: Asked, generic: Space) -> Made:
    """Read every text under the instruction."""
    method, corpus_key = asked.analysis.method, asked.entry.key
    reading, names = find_ready(results, method.encoder), None
    if reading is None:
        report("Loading the encoder", 0, 1)
        encoder = load_warm_encoder(method.encoder, method.template)
        counts = {"reading": progress_of(report, "Reading"), "answering": progress_of(report, "Writing answers")}
        texts = load_warm_corpus(store, corpus_key).texts
        reading = read_corpus(results, corpus_key, texts, encoder, asked.analysis.instruction, **counts)
        if len(asked.labels) >= 2:
            report("Reading the label names", 0, 1)
            names = encode_names(encoder, asked.phrases, asked.analysis.instruction)
    key = content_key("space of a reading", VERSION, asked.entry.embedding_key, reading)
    if not has_space(results, key):
        results.link_array(f"{reading}.vectors", f"{key}.vectors")
        answers = load_answers(results, reading)
        if answers is not None:
            results.save_document(f"{key}.answers", answers)
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        graph = keep_graph(report, results, key, vectors)
        space = draw_space(report, results, key, vectors, graph, init=generic.map)
        results.save_array(f"{key}.map", space.map)
    space = load_space(results, key)
    learned = None
    if asked.n_labelled_classes >= 2 or names is not None:
        report("Learning the labels", 0, 1)
        learned = _learn(asked, space, names)
    return Made(space, key, *_foretold(learned, len(space.map)), names)


def _learn(asked: Asked, space: Space, label_vectors: np.ndarray | None) -> GuidedTransform:
    """Labels as they are predicted within a space that is left as it is."""
    return GuidedTransform(random_state=0).fit(
        np.asarray(space.vectors), asked.given, graph=space.graph, label_vectors=label_vectors
    )


def _foretold(learned: GuidedTransform | None, n_texts: int) -> tuple[list[int], np.ndarray]:
    if learned is None:
        return [], np.empty((n_texts, 0), dtype=np.float32)
    return [int(code) for code in learned.classes_], learned.probabilities_


def _known_label_vectors(results: ArtifactStore, asked: Asked) -> np.ndarray | None:
    """Encoded label names of the Fit before, where it was made from the same names by the same encoder."""
    analysis = asked.analysis
    if analysis.embedding_key != asked.entry.embedding_key or not has_fit(results, analysis.fit_key):
        return None
    before = load_fit(results, analysis.fit_key)
    same = before.method.kind == "guided" and before.phrases == asked.phrases
    return np.asarray(before.label_vectors) if same and before.label_vectors is not None else None


def _forget_unused_fit(store: Store, results: ArtifactStore, before: Analysis) -> None:
    """Free the disk of a replaced Fit, unless another analysis with the same labels uses it.

    Readings stay: another set of labels, or the way back to this one, then costs no hours.
    """
    old = before.fit_key
    if old and old not in {analysis.fit_key for analysis in store.analyses(before.corpus_key)}:
        results.delete(old)
