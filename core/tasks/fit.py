"""The Fit task: make the space of an analysis by a transform of the generic space, or by re-encoding."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..encoders import files_signature, split_precomputed
from ..errors import LabelError, StoreError
from ..labels import encode_names, encode_names_like_corpus, label_phrases
from ..maps import Fit, Space
from ..neighbours import unit_rows
from ..storage import (
    Analysis,
    ArtifactStore,
    EncodedCorpus,
    Store,
    find_precomputed,
    forget_first_picture,
    has_fit,
    has_space,
    has_views,
    load_answers,
    load_fit,
    load_space,
    reencode_corpus,
    save_fit,
)
from ..transforms import GSTransform, GuidedTransform
from ..utils import Report, content_key, progress_of
from .model_cache import load_warm_corpus, load_warm_encoder
from .steps import draw_space, fit_guided, keep_graph, make_space, predictions_of

FIT_VERSION = 5
"""Part of every key. Raise it when the result of a Fit changes: earlier Fits are then computed again."""

REENCODING_VERSION = 3
"""Part of the key of a re-encoded space: that of a Fit may change while this stays."""


@dataclass(frozen=True)
class FitInputs:
    """The inputs of a Fit at the time it started.

    Attributes
    ----------
    phrases : list of lists of str
        Texts that are encoded for each label name.
    given : ndarray of int64, shape (n_texts,)
        Given labels, positions in `labels`; -1 where unlabelled.
    has_views : bool
        Whether views of the texts are kept beside their embeddings.
    """

    analysis: Analysis
    entry: EncodedCorpus
    labels: list[str]
    label_ids: list[int]
    phrases: list[list[str]]
    given: np.ndarray
    has_views: bool

    @property
    def n_labelled_classes(self) -> int:
        """Number of different labels that were given to texts."""
        return len(np.unique(self.given[self.given >= 0]))


def fit(store: Store, report: Report, *, analysis_id: int, method: str = "") -> None:
    """Make the space of an analysis and its map, starting from the generic map.

    Transforms are fitted to the guide labels and their names; without a labelled text to the names only. A
    re-encoding uses the instruction; where there are two labels, it predicts labels in its own space.

    Parameters
    ----------
    method : str
        `Method.to_text` at the time of the request; "" for the method of the analysis when the task starts.

    Raises
    ------
    LabelError
        When a transform has too few labels.
    EncoderUnavailable
        When an encoder that is needed cannot be loaded, or does not follow the instruction.
    StoreError
        When another method was chosen since the request: no text is sent to a server that nobody chose.
    """
    inputs = _read_inputs(store, analysis_id)
    analysis, results = inputs.analysis, store.results(inputs.entry.key)
    if method not in ("", analysis.method.to_text()):
        raise StoreError("Another method was chosen before this started, so nothing was done: start again.")
    store.set_fit(analysis_id, _make_fit(store, report, inputs), inputs.entry.embedding_key)
    _forget_unused_fit(store, results, analysis)


def fit_ahead(store: Store, report: Report, *, analysis_id: int, encoder: str, embedding_key: str) -> str:
    """Make the Fit of an analysis from embeddings that the corpus does not use yet; return its key.

    The analysis keeps its Fit. The errors are those of `fit`.
    """
    inputs = _read_inputs(store, analysis_id, encoder, embedding_key)
    return _make_fit(store, report, inputs)


def fit_key(store: Store, analysis_id: int) -> str:
    """Return the key of the Fit of an analysis with its labels as they are now.

    It differs from `Analysis.fit_key` when labels, instruction, method, embeddings or the files of the
    re-encoding encoder changed since the last Fit.
    """
    return _key(_read_inputs(store, analysis_id))


def fit_estimators(fit: Fit, generic: Space) -> dict[str, dict[str, np.ndarray] | None]:
    """Fit again the estimators of a Fit of an earlier version, which did not store them.

    The result is the same as at the Fit, because all randomness is seeded. Cost as of `GuidedTransform.fit`
    and, for that method, of `GSTransform.fit`.

    Returns
    -------
    dict of str to mapping or None
        "classifier" and "network", as attributes of `Fit`.
    """
    classifier = network = None
    if fit.has_predictions:
        base = replace(fit.base(generic), views=())  # such a version knew none
        classifier = fit_guided(base, fit.given, fit.label_vectors).to_arrays()
    if fit.method.kind == "gstransform":
        fitted = GSTransform(random_state=0).fit(np.asarray(generic.vectors), np.asarray(fit.given))
        network = fitted.to_arrays()
    return {"classifier": classifier, "network": network}


def require_labels(inputs: FitInputs, *, names_count: bool) -> None:
    """Refuse labels that no transform can be fitted to.

    Raises
    ------
    LabelError
        With fewer than two names, or fewer than two labels given where names are not used.
    """
    labels = inputs.labels
    if len(labels) < 2:
        what = f"there is only “{labels[0]}”" if labels else "there is none yet"
        raise LabelError(f"Two labels are needed to tell texts apart, and {what}: name another.")
    if not names_count and inputs.n_labelled_classes < 2:
        given = "only one is" if inputs.n_labelled_classes else "none is"
        raise LabelError(
            f"Texts with two different labels are needed here, and {given} given: label some texts, as their "
            "names alone do not count."
        )


def _make_fit(store: Store, report: Report, inputs: FitInputs) -> str:
    """Make a Fit unless it is kept; return its key."""
    key, results = _key(inputs), store.results(inputs.entry.key)
    if not has_fit(results, key):
        generic = load_space(results, inputs.entry.embedding_key)
        forget_first_picture(results, inputs.analysis.id)  # of a Fit whose process was ended
        try:
            if inputs.analysis.method.reencodes:
                made = _reencode(store, report, results, inputs, generic)
            else:
                made = _reshape(report, results, inputs, generic, key)
            save_fit(results, key, made)
        finally:
            forget_first_picture(results, inputs.analysis.id)
    return key


def _read_inputs(store: Store, analysis_id: int, encoder: str = "", embedding_key: str = "") -> FitInputs:
    """Return the inputs of a Fit, from the embeddings of the corpus where no others are given."""
    analysis = store.analysis(analysis_id)
    entry = store.encoded_corpus(analysis.corpus_key)
    if embedding_key:
        entry = replace(entry, encoder=encoder, embedding_key=embedding_key)
    guide = store.labels.read(analysis_id)
    label_ids, labels, given = list(guide.ids), list(guide.names), guide.codes
    phrases = label_phrases(analysis.instruction, labels)
    viewed = has_views(store.results(entry.key), entry.embedding_key)
    return FitInputs(analysis, entry, labels, label_ids, phrases, given, viewed)


def _key(inputs: FitInputs) -> str:
    method = inputs.analysis.method
    parameters = sorted(GuidedTransform(random_state=0).get_params().items())
    parts = [inputs.entry.embedding_key, inputs.labels, inputs.phrases, inputs.given, repr(parameters)]
    if inputs.has_views and method.kind == "guided":
        parts.append("views")
    if method.kind != "guided":
        parts.append(method.to_key())
    if method.reencodes:
        parts += [inputs.analysis.instruction, files_signature(method.encoder)]
    return content_key("fit", FIT_VERSION, *parts)


def _reshape(report: Report, results: ArtifactStore, inputs: FitInputs, generic: Space, key: str) -> Fit:
    """Transform the generic embeddings."""
    names_encoded = split_precomputed(inputs.entry.encoder) is None
    require_labels(inputs, names_count=names_encoded and inputs.analysis.method.kind == "guided")
    names, name_views = _known_names(results, inputs, generic)
    if names is None and names_encoded:
        report("Encoding the label names", 0, 1)
        names, name_views = encode_names_like_corpus(load_warm_encoder(inputs.entry.encoder), inputs.phrases)
    given = inputs.given
    space, transform, network = make_space(
        report, results, inputs.analysis.method, given, generic, key, names, name_views, inputs.analysis.id
    )
    if network is not None:
        names = None if names is None else unit_rows(network.transform(unit_rows(names)))
    if transform is None:
        transform = fit_guided(space, given, names)
    made = _build_fit(inputs, space, key, names, transform, network)
    return replace(made, label_views=name_views if network is None and generic.views else [])


def _reencode(store: Store, report: Report, results: ArtifactStore, inputs: FitInputs, generic: Space) -> Fit:
    """Encode every text again under the instruction."""
    method, corpus_key = inputs.analysis.method, inputs.entry.key
    embedding_key, names = find_precomputed(results, method.encoder), None
    if embedding_key is None:
        report("Loading the encoder", 0, 1)
        encoder = load_warm_encoder(method.encoder, method.template)
        embedding_key = reencode_corpus(
            results,
            corpus_key,
            load_warm_corpus(store, corpus_key).texts.tolist(),
            encoder,
            inputs.analysis.instruction,
            progress=progress_of(report, "Encoding"),
            answer_progress=progress_of(report, "Writing answers"),
        )
        if len(inputs.labels) >= 2:
            report("Encoding the label names", 0, 1)
            names = encode_names(encoder, inputs.phrases, inputs.analysis.instruction)
    key = content_key("space of a reading", REENCODING_VERSION, inputs.entry.embedding_key, embedding_key)
    if not has_space(results, key):
        results.link_array(f"{embedding_key}.vectors", f"{key}.vectors")
        answers = load_answers(results, embedding_key)
        if answers is not None:
            results.save_document(f"{key}.answers", answers)
        if not has_space(results, key):  # else of a file of an analysis that was saved without its vectors
            vectors = np.asarray(results.load_array(f"{key}.vectors"))
            graph = keep_graph(report, results, key, vectors)
            space = draw_space(report, results, key, vectors, graph, init=generic.map)
            results.save_array(f"{key}.map", space.map)
    space = load_space(results, key)
    transform = None
    if inputs.n_labelled_classes >= 2 or names is not None:
        report("Learning the labels", 0, 1)
        transform = fit_guided(space, inputs.given, names)
    return _build_fit(inputs, space, key, names, transform)


def _build_fit(
    inputs: FitInputs,
    space: Space,
    space_key: str,
    label_vectors: np.ndarray | None,
    transform: GuidedTransform | None,
    network: GSTransform | None = None,
) -> Fit:
    """Return the Fit of a new space; without a transform it predicts no labels."""
    return Fit(
        space=space,
        space_key=space_key,
        method=inputs.analysis.method,
        instruction=inputs.analysis.instruction,
        labels=inputs.labels,
        label_ids=inputs.label_ids,
        phrases=inputs.phrases,
        given=inputs.given,
        label_vectors=label_vectors,
        network=None if network is None else network.to_arrays(),
        **predictions_of(transform, len(space.map)),
    )


def _known_names(
    results: ArtifactStore, inputs: FitInputs, generic: Space
) -> tuple[np.ndarray | None, list[np.ndarray]]:
    """Return label vectors and views of the previous Fit, where it had the same names, encoder and views."""
    analysis = inputs.analysis
    key, same_embeddings = analysis.fit_key, analysis.embedding_key == inputs.entry.embedding_key
    if key is None or not same_embeddings or not has_fit(results, key):
        return None, []
    before = load_fit(results, key)
    same = before.method.kind == "guided" and before.phrases == inputs.phrases
    if not same or before.label_vectors is None or len(before.label_views) != len(generic.views):
        return None, []
    return np.asarray(before.label_vectors), list(before.label_views)


def _forget_unused_fit(store: Store, results: ArtifactStore, before: Analysis) -> None:
    """Delete a replaced Fit, unless another analysis with the same labels uses it.

    Re-encoded vectors stay: they may have taken hours, and a later Fit may use them again.
    """
    old = before.fit_key
    if old and old not in {analysis.fit_key for analysis in store.analyses(before.corpus_key)}:
        results.delete(old)
