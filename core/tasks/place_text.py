"""Questions: what the worker answers in a moment, beside its jobs.

Nothing here may enter numba (see `core.tasks.model_cache.NUMBA`): a job may be in it.
"""

from __future__ import annotations

from core.maps import Fit, Placement, Refitted, Space, place_in, place_reshaped, refit
from core.storage import Store, load_fit, load_space
from core.tasks.model_cache import load_warm_encoder

REFITTED_KEPT = 2
"""As many as there are maps side by side; each holds one more copy of the embeddings."""

_refitted: dict[str, Refitted] = {}


def land(store: Store, *, corpus_key: str, text: str, fit_key: str | None = None) -> dict:
    """Where any text lands in the space of a Fit, or in the generic one.

    Only the encoder of that space reads it: where it is a server, the text goes nowhere else.

    Returns
    -------
    dict
        A `core.maps.placement.Placement` as lists.

    Raises
    ------
    EncoderUnavailable
        When this encoder cannot be loaded, or the vectors came from a file.
    StoreError
        When the corpus or a Fit is no longer kept.
    """
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    generic = load_space(results, entry.embedding_key)
    fit = None if fit_key is None else load_fit(results, fit_key)
    if fit is not None and fit.method.reencodes:
        began = _land_reading(text, fit)
    else:
        began = place_in(load_warm_encoder(entry.encoder).encode([text])[0], generic)
    if fit is None:
        return _as_lists(began)
    return _as_lists(place_reshaped(began.vector, _load_warm(fit_key, fit, generic), fit.space))


QUERIES = {"land": land}


def _land_reading(text: str, fit: Fit) -> Placement:
    """Where a text lands that is read as the corpus was read for a Fit."""
    encoder = load_warm_encoder(fit.method.encoder, fit.method.template)
    return place_in(encoder.encode([text], instruction=fit.instruction or None)[0], fit.space)


def _load_warm(key: str, fit: Fit, generic: Space) -> Refitted:
    """What a Fit learned; those used last stay in memory."""
    refitted = _refitted.pop(key, None) or refit(fit, generic)
    _refitted[key] = refitted
    for old in list(_refitted)[:-REFITTED_KEPT]:
        del _refitted[old]
    return refitted


def _as_lists(landing: Placement) -> dict:
    return {name: None if part is None else part.tolist() for name, part in vars(landing).items()}
