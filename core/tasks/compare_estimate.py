"""Estimate the time of a comparison before it starts."""

from __future__ import annotations

from dataclasses import dataclass

from ..corpus import Corpus
from ..encoders import count_tokens, describe_encoder, preview_prompt, split_precomputed
from ..errors import EncoderUnavailable
from ..evidence.comparison import Encoders, System
from ..storage import Store
from ..transforms import MethodKind
from .compare import ComparisonInputs, comparison_inputs, load_comparison
from .try_encoder import load_trial

USUAL_TOKENS = 256  # limit of an encoder whose files do not say it
LENGTH_SAMPLE = 2_000  # texts whose lengths are measured


@dataclass(frozen=True)
class SystemEstimate:
    """Time that encoding takes when a system is measured, by the speed of the encoder on this machine.

    Attributes
    ----------
    seconds : float or None
        On the sample; 0 for a method that encodes no text, None where the encoder's speed was not measured.
    whole_seconds : float or None
        Of one instruction on the whole corpus, for re-encoding; 0 for other methods.
    """

    system: System
    seconds: float | None
    whole_seconds: float | None = 0.0


def estimate_comparison(
    store: Store, corpus: Corpus, analysis_id: int, encoders: Encoders, n_texts: int
) -> list[SystemEstimate]:
    """Return what encoding takes for each system that is still to be measured.

    Measured here by a trial (`core.tasks.try_encoder`) or by an earlier run of the encoder; nothing is
    guessed from the size of a model. The fits take little time beside that of an encoder.
    """
    inputs = comparison_inputs(store, analysis_id, encoders, n_texts)
    missing = load_comparison(store, analysis_id, encoders, n_texts).missing
    return [_estimate(store, inputs, system, corpus) for system in missing]


def _estimate(store: Store, inputs: ComparisonInputs, system: System, corpus: Corpus) -> SystemEstimate:
    share = len(inputs.rows) / len(corpus.texts)
    match system.method.kind:
        case MethodKind.GENERIC:
            whole = _seconds(store, corpus, inputs.entry.encoder)
            return SystemEstimate(system, _part(whole, share))
        case MethodKind.GUIDED | MethodKind.GSTRANSFORM:
            return SystemEstimate(system, 0.0)
    encoder, template = system.method.encoder, system.method.template
    trial = load_trial(inputs.results, inputs.entry.key, encoder, template, inputs.instruction)
    if trial is not None:
        return SystemEstimate(system, _part(trial.seconds, share), trial.seconds)
    try:
        prompt = preview_prompt(encoder, inputs.instruction, template)
    except EncoderUnavailable:
        prompt = ""
    whole = _seconds(store, corpus, encoder, prompt)
    return SystemEstimate(system, _part(whole, share), whole)


def _part(seconds: float | None, share: float) -> float | None:
    return None if seconds is None else seconds * share


def _seconds(store: Store, corpus: Corpus, encoder: str, prompt: str = "") -> float | None:
    """Return the seconds that a loaded encoder needs for all texts, estimated on an even sample of them."""
    if split_precomputed(encoder) is not None:
        return 0.0
    sample = corpus.texts[:: -(-len(corpus.texts) // LENGTH_SAMPLE)].tolist()
    n_tokens = count_tokens(sample, describe_encoder(encoder).max_tokens or USUAL_TOKENS, prompt)
    speed = store.speeds.tokens_per_second(encoder, n_tokens / max(1, len(set(sample))))
    return None if speed is None else n_tokens / speed * len(corpus.texts) / len(sample)
