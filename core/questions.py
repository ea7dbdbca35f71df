"""Questions: what the worker answers in a moment, beside its jobs.

Nothing here may enter numba (see `core.warm.NUMBA`): a job may be in it.
"""

from __future__ import annotations

from core.fits import Fit, load_fit
from core.landing import Landing, Refitted, land_generic, land_reshaped, refit
from core.spaces import Space, load_space
from core.store import Store
from core.warm import load_warm_encoder

REFITTED_KEPT = 2
"""As many as there are maps side by side; each holds one more copy of the embeddings."""

_refitted: dict[str, Refitted] = {}


def land(store: Store, *, corpus_key: str, text: str, fit_keys: list[str]) -> dict:
    """Where any text lands in the generic space and in that of each Fit.

    Returns
    -------
    dict
        {"generic": landing, "fits": [landing, …]}, the Fits in the order asked for; each landing is a
        `core.landing.Landing` as lists.

    Raises
    ------
    EncoderUnavailable
        When the encoder of the corpus, or of a reading, cannot be loaded, or their vectors came from a file.
    StoreError
        When the corpus or a Fit is no longer kept.
    """
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    generic = load_space(results, entry.embedding_key)
    vector = load_warm_encoder(entry.encoder).encode([text])[0]
    landed = land_generic(vector, generic)
    reshaped = []
    for key in fit_keys:
        fit = load_fit(results, key)
        began = _land_reading(text, fit) if fit.approach.reads_anew else landed
        reshaped.append(land_reshaped(began.vector, _load_warm(key, fit, generic), fit.space))
    return {"generic": _as_lists(landed), "fits": [_as_lists(each) for each in reshaped]}


QUESTIONS = {"land": land}


def _land_reading(text: str, fit: Fit) -> Landing:
    """Where a text lands that is read as the corpus was read for a Fit."""
    encoder = load_warm_encoder(fit.approach.encoder, fit.approach.template)
    return land_generic(encoder.encode([text], instruction=fit.instruction or None)[0], fit.space)


def _load_warm(key: str, fit: Fit, generic: Space) -> Refitted:
    """What a Fit learned; those used last stay in memory."""
    refitted = _refitted.pop(key, None) or refit(fit, generic)
    _refitted[key] = refitted
    for old in list(_refitted)[:-REFITTED_KEPT]:
        del _refitted[old]
    return refitted


def _as_lists(landing: Landing) -> dict:
    return {name: None if part is None else part.tolist() for name, part in vars(landing).items()}
