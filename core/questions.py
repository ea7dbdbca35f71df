"""Questions: what the worker answers in a moment, beside its jobs.

Nothing here may enter numba (see `core.pipeline.NUMBA`): a job may be in it.
"""

from __future__ import annotations

from core.fits import load_fit
from core.landing import Landing, land_generic, land_reshaped, refit
from core.pipeline import load_warm_encoder
from core.results import Results
from core.spaces import Space, load_space
from core.store import Store
from core.transforms import GuidedTransform

TRANSFORMS_KEPT = 2
"""As many as there are maps side by side; each holds one more copy of the embeddings."""

_transforms: dict[str, GuidedTransform] = {}


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
        When the encoder of the corpus cannot be loaded.
    StoreError
        When the corpus or a Fit is no longer kept.
    """
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    generic = load_space(results, entry.embedding_key)
    vector = load_warm_encoder(entry.encoder).encode([text])[0]
    landed = land_generic(vector, generic)
    reshaped = []
    for key in fit_keys:
        transform = _load_warm_transform(results, key, generic)
        reshaped.append(land_reshaped(landed.vector, transform, load_space(results, key)))
    return {"generic": _as_lists(landed), "fits": [_as_lists(each) for each in reshaped]}


QUESTIONS = {"land": land}


def _load_warm_transform(results: Results, key: str, generic: Space) -> GuidedTransform:
    """Transform of a Fit; those used last stay in memory."""
    transform = _transforms.pop(key, None) or refit(load_fit(results, key), generic)
    _transforms[key] = transform
    for old in list(_transforms)[:-TRANSFORMS_KEPT]:
        del _transforms[old]
    return transform


def _as_lists(landing: Landing) -> dict:
    return {name: None if part is None else part.tolist() for name, part in vars(landing).items()}
