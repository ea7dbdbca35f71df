"""Estimate the time of a comparison before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from core.corpus import Corpus
from core.encoders import estimate_seconds, preview_prompt, split_precomputed
from core.errors import EncoderUnavailable
from core.evidence.comparison import Encoders, System
from core.storage import Store
from core.tasks.compare import ComparisonInputs, comparison_inputs, load_comparison
from core.tasks.try_encoder import load_trial
from core.transforms import MethodKind

# All seconds were measured on two cores.
START_SECONDS = 8.0  # until a new process has loaded its libraries
GUIDED_SECONDS = 0.15  # one fit on 2,000 texts
GSTRANSFORM_SECONDS, SECONDS_PER_LABEL = 0.6, 0.007  # one fit, and what each label adds to it
MAX_FITS = 25  # of the cross-validation: 5 repetitions of 5 folds
MAX_HELD_OUT = 10_000  # labels predicted in all fits; of many labels there are fewer fits
LENGTH_SAMPLE = 2_000  # texts whose lengths are measured


@dataclass(frozen=True)
class SystemEstimate:
    """Estimated time of measuring a system.

    Attributes
    ----------
    seconds : float
        On the sample; accurate to a factor of about three.
    whole_seconds : float
        Of one instruction on the whole corpus, for re-encoding; 0 for other methods.
    timed : bool
        Whether it is based on a trial on this machine.
    """

    system: System
    seconds: float
    whole_seconds: float = 0.0
    timed: bool = False


def estimate_comparison(
    store: Store, corpus: Corpus, analysis_id: int, encoders: Encoders, n_texts: int
) -> list[SystemEstimate]:
    """Return the estimated seconds of each system that is still to be measured.

    Based on a trial of the encoder on this machine where there was one (`core.tasks.try_encoder`), else on
    the size of its files; a graphics card is many times faster.
    """
    inputs = comparison_inputs(store, analysis_id, encoders, n_texts)
    missing = load_comparison(store, analysis_id, encoders, n_texts).missing
    return [_estimate(inputs, system, corpus) for system in missing]


def _estimate(inputs: ComparisonInputs, system: System, corpus: Corpus) -> SystemEstimate:
    n_texts, n_labels = len(inputs.rows), int((inputs.given >= 0).sum())
    fits = min(MAX_FITS, MAX_HELD_OUT // n_labels + 5) if n_labels else 0
    match system.method.kind:
        case MethodKind.GENERIC:
            precomputed = split_precomputed(inputs.entry.encoder) is not None
            seconds = 0.0 if precomputed else _seconds(corpus, inputs.entry.encoder, n_texts)
        case MethodKind.GUIDED:
            seconds = (fits + 4) * GUIDED_SECONDS * min(n_texts, 5_000) / 2_000
        case MethodKind.GSTRANSFORM:
            seconds = (fits + 2) * (GSTRANSFORM_SECONDS + SECONDS_PER_LABEL * n_labels)
        case _:
            return _estimate_reencoding(inputs, system, corpus)
    return SystemEstimate(system, START_SECONDS + seconds)


def _estimate_reencoding(inputs: ComparisonInputs, system: System, corpus: Corpus) -> SystemEstimate:
    encoder, template, instruction = system.method.encoder, system.method.template, inputs.instruction
    if split_precomputed(encoder) is not None:
        return SystemEstimate(system, START_SECONDS)
    trial = load_trial(inputs.results, inputs.entry.key, encoder, template, instruction)
    if trial is not None:
        share = len(inputs.rows) / inputs.entry.n_texts
        return SystemEstimate(system, START_SECONDS + trial.seconds * share, trial.seconds, timed=True)
    try:
        prompt = preview_prompt(encoder, instruction, template)
    except EncoderUnavailable:
        prompt = ""
    seconds = _seconds(corpus, encoder, len(inputs.rows), prompt)
    whole_seconds = _seconds(corpus, encoder, inputs.entry.n_texts, prompt)
    return SystemEstimate(system, START_SECONDS + seconds, whole_seconds)


def _seconds(corpus: Corpus, encoder: str, n_texts: int, prompt: str = "") -> float:
    """Return the seconds to load an encoder and encode n texts, estimated on an even sample of the corpus."""
    sample = corpus.texts[:: -(-len(corpus.texts) // LENGTH_SAMPLE)].tolist()
    loading = estimate_seconds([], encoder)
    return loading + (estimate_seconds(sample, encoder, prompt=prompt) - loading) * n_texts / len(sample)
