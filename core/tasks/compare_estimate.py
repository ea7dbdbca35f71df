"""How long a comparison will take, told before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from core.corpus import Corpus
from core.encoders import estimate_seconds, preview_prompt, split_ready
from core.errors import EncoderUnavailable
from core.evidence.comparison import System
from core.storage import Store
from core.tasks.compare import Asked, Encoders, ask, load_comparison
from core.tasks.try_encoder import load_trial

START = 8.0
"""Seconds until a process of its own has loaded its libraries. All of these were measured on two cores."""

GUIDED_FIT, RECIPE_FIT, RECIPE_LABEL = 0.15, 0.6, 0.007
"""Seconds of one fit on 2,000 texts, and what each label adds to the published recipe."""

FITS, MOST_TESTS = 25, 10_000
"""Fits of the check by hidden labels: 5 dealings of 5 parts, and fewer of many labels."""

LOOKED_AT = 2_000  # texts whose lengths are looked at


@dataclass(frozen=True)
class SystemEstimate:
    """What measuring a system will take.

    Attributes
    ----------
    system : System
    seconds : float
        On the sample; right to a factor of three, or so.
    whole_seconds : float
        Of one instruction on the whole corpus, for what reads every text; 0 for the others.
    timed : bool
        Whether it goes by a trial on this machine.
    """

    system: System
    seconds: float
    whole_seconds: float = 0.0
    timed: bool = False


def estimate_comparison(
    store: Store, corpus: Corpus, analysis_id: int, encoders: Encoders, n_texts: int
) -> list[SystemEstimate]:
    """Return what each system that is still to be measured will take, in seconds.

    Goes by a trial of the encoder on this machine where there was one (`core.tasks.try_encoder`), else by the
    size of its files; a graphics card is many times faster than that.

    Parameters
    ----------
    store, analysis_id, encoders, n_texts : as for `core.evidence.comparison.compare`
    corpus : Corpus
    """
    asked = ask(store, analysis_id, encoders, n_texts)
    missing = load_comparison(store, analysis_id, encoders, n_texts).missing
    return [_estimate(asked, system, corpus) for system in missing]


def _estimate(asked: Asked, system: System, corpus: Corpus) -> SystemEstimate:
    n_texts, n_labels = len(asked.rows), int((asked.given >= 0).sum())
    fits = min(FITS, MOST_TESTS // n_labels + 5) if n_labels else 0
    match system.kind:
        case "generic":
            ready = split_ready(asked.corpus_encoder) is not None
            encoding = 0.0 if ready else _seconds(corpus, asked.corpus_encoder, n_texts)
            return SystemEstimate(system, START + encoding)
        case "guided":
            return SystemEstimate(system, START + (fits + 4) * GUIDED_FIT * min(n_texts, 5_000) / 2_000)
        case "gstransform":
            return SystemEstimate(system, START + (fits + 2) * (RECIPE_FIT + RECIPE_LABEL * n_labels))
        case _:
            return _estimate_reading(asked, system, corpus)


def _estimate_reading(asked: Asked, system: System, corpus: Corpus) -> SystemEstimate:
    if split_ready(system.encoder) is not None:
        return SystemEstimate(system, START)
    trial = load_trial(asked.results, asked.corpus_key, system.encoder, system.template, asked.instruction)
    if trial is not None:
        share = len(asked.rows) / asked.n_corpus
        return SystemEstimate(system, START + trial.seconds * share, trial.seconds, timed=True)
    try:
        prompt = preview_prompt(system.encoder, asked.instruction, system.template)
    except EncoderUnavailable:
        prompt = ""
    seconds = _seconds(corpus, system.encoder, len(asked.rows), prompt)
    return SystemEstimate(system, START + seconds, _seconds(corpus, system.encoder, asked.n_corpus, prompt))


def _seconds(corpus: Corpus, encoder: str, n_texts: int, prompt: str = "") -> float:
    """Seconds to load an encoder and read so many texts of a corpus, reckoned from an even sample of it."""
    sample = corpus.texts[:: -(-len(corpus.texts) // LOOKED_AT)]
    loading = estimate_seconds([], encoder)
    return loading + (estimate_seconds(sample, encoder, prompt=prompt) - loading) * n_texts / len(sample)
