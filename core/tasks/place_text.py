"""Queries, which the worker answers while it runs a job.

The job may be in numba, so nothing here may enter it (see `core.tasks.model_cache.NUMBA`).
"""

from __future__ import annotations

from dataclasses import replace

from ..encoders import encode_like_corpus
from ..maps import Fit, Placement, Space, place_text
from ..storage import ArtifactStore, Store, load_fit, load_space, save_estimators
from .fit import fit_estimators
from .model_cache import load_warm_encoder


def place_typed_text(store: Store, *, corpus_key: str, text: str, fit_key: str | None = None) -> dict:
    """Place a new text in the space of a Fit, or in the generic space.

    Only the encoder of that space encodes it: where that is a server, the text is sent nowhere else. Nothing
    is trained, except at the first placement in a Fit of an earlier version, which stored no estimators.

    Returns a `core.maps.Placement` as lists.

    Raises
    ------
    EncoderUnavailable
        When this encoder cannot be loaded, or the vectors came from a file.
    StoreError
        When the corpus or the Fit is no longer stored.
    """
    entry, results = store.encoded_corpus(corpus_key), store.results(corpus_key)
    generic = load_space(results, entry.embedding_key)
    if fit_key is None:
        return _as_lists(place_text(load_warm_encoder(entry.encoder).encode([text])[0], generic))
    fit = _with_estimators(results, fit_key, load_fit(results, fit_key), generic)
    if fit.method.reencodes:
        encoder = load_warm_encoder(fit.method.encoder, fit.method.template)
        vector = encoder.encode([text], instruction=fit.instruction or None)[0]
        return _as_lists(place_text(vector, generic, fit))
    vectors, views = encode_like_corpus(load_warm_encoder(entry.encoder), [text])
    return _as_lists(place_text(vectors[0], generic, fit, [view[0] for view in views]))


QUERIES = {"place_text": place_typed_text}


def _with_estimators(results: ArtifactStore, key: str, fit: Fit, generic: Space) -> Fit:
    """Return a Fit with its estimators. Those of an earlier version are fitted and stored once."""
    if not fit.has_estimators:
        estimators = fit_estimators(fit, generic)
        fit = replace(fit, classifier=estimators["classifier"], network=estimators["network"])
        save_estimators(results, key, fit)
    return fit


def _as_lists(placement: Placement) -> dict:
    return {name: None if part is None else part.tolist() for name, part in vars(placement).items()}
