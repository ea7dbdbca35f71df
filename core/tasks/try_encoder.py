"""The task that tries an encoder on a few texts, and estimates the time for the corpus."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ..encoders import (
    Encoder,
    count_tokens,
    preview_prompt,
    sample_by_length,
    time_first_texts,
    writes_answers,
)
from ..storage import MOST_ANSWERED, ArtifactStore, Store
from ..utils import Progress, Report, content_key, progress_of
from .model_cache import load_warm_corpus, load_warm_encoder
from .speed import keep_speed

TRIAL_VERSION = 1  # raise it when the fields of a trial change
N_TRIED = 16  # texts: a few seconds with a small model
N_EXAMPLES = 3
EXAMPLE_CHARACTERS = 300


@dataclass(frozen=True)
class Trial:
    """Measurements of an encoder on a few texts.

    Attributes
    ----------
    seconds : float
        To encode the whole corpus on this machine, and to write the answers that are kept. The time to load
        the encoder is left out.
    prompt : str
        The exact string that the encoder got, with "{input}" in the place of each text.
    device : str
        "cpu", "cuda", or the host of a server.
    examples : list of (text, answer)
        Of an encoder that answers in words; long texts are cut.
    """

    seconds: float
    n_texts: int
    prompt: str
    n_dims: int
    max_tokens: int
    device: str
    examples: list[tuple[str, str]]


def try_encoder(
    store: Store,
    report: Report,
    *,
    corpus_key: str,
    encoder: str,
    template: str,
    instruction: str,
) -> None:
    """Encode `N_TRIED` texts of a corpus, and keep a `Trial`; an empty instruction counts as none.

    Raises
    ------
    EncoderUnavailable
        When it cannot be loaded, or does not follow the instruction.
    """
    texts = load_warm_corpus(store, corpus_key).texts.tolist()
    report("Loading the encoder", 0, 1)
    model = load_warm_encoder(encoder, template)
    trial = _try(store, model, encoder, template, instruction, texts, report)
    key = _trial_key(corpus_key, encoder, template, instruction)
    store.results(corpus_key).save_document(key, asdict(trial))


def load_trial(
    results: ArtifactStore, corpus_key: str, encoder: str, template: str, instruction: str
) -> Trial | None:
    """Return the latest trial of an encoder with an instruction; None where there is none."""
    key = _trial_key(corpus_key, encoder, template, instruction)
    return results.find_document(
        key, lambda kept: Trial(**kept | {"examples": [(text, answer) for text, answer in kept["examples"]]})
    )


def _try(
    store: Store,
    model: Encoder,
    encoder: str,
    template: str,
    instruction: str,
    texts: Sequence[str],
    report: Report,
) -> Trial:
    wanted = instruction.strip() or None
    prompt = preview_prompt(encoder, wanted, template)
    sample = sample_by_length(texts, N_TRIED)
    trying = _start_stage(report, f"Trying it on {len(sample)} texts")
    seconds = time_first_texts(model, texts, instruction=wanted, most=N_TRIED, progress=trying)
    keep_speed(store, model, encoder, texts, seconds, prompt=prompt)
    examples: list[tuple[str, str]] = []
    if writes_answers(model):
        answering = _start_stage(report, "Writing some answers")
        # Where answers come with the vectors, their time is counted already.
        answered = sample if model.answers_cost_more else sample[:: max(1, len(sample) // N_EXAMPLES)]
        start = time.perf_counter()
        _, answers = model.encode_and_answer(answered, instruction=wanted, progress=answering)
        if model.answers_cost_more:
            share = min(1.0, MOST_ANSWERED / len(set(texts)))
            rate = (time.perf_counter() - start) / count_tokens(sample, model.max_tokens)
            seconds += rate * share * count_tokens(texts, model.max_tokens)
        spread = range(len(answered) - 1, -1, -max(1, len(answered) // N_EXAMPLES))
        examples = [(answered[place][:EXAMPLE_CHARACTERS], answers[place]) for place in spread][:N_EXAMPLES]
    return Trial(
        seconds,
        len(sample),
        prompt,
        model.n_dims,
        model.max_tokens,
        getattr(model, "device", "cpu"),
        examples,
    )


def _start_stage(report: Report, name: str) -> Progress:
    report(name, 0, 1)
    return progress_of(report, name)


def _trial_key(corpus_key: str, encoder: str, template: str, instruction: str) -> str:
    return content_key("trial", TRIAL_VERSION, corpus_key, encoder, template, instruction.strip())
