"""Try an encoder on a few texts of the corpus, to predict the time for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.encoders import EncoderFacts
from core.tasks import N_TRIED, Trial, load_trial
from core.utils import one_line
from pages.common import cache, jobs
from pages.common.notices import attempt, draw_notice
from pages.common.text import duration, markdown

TASK = "try_encoder"
EXAMPLE_LENGTH = 160  # characters of an example text
TRIAL_HELP = (
    f"Loads the encoder, encodes {N_TRIED} of the texts and predicts the time for all. The prediction is a "
    "little too high, as large batches are faster."
)


def draw_trial(
    facts: EncoderFacts,
    *,
    key: str,
    line: DeltaGenerator,
    arguments: dict[str, str],
    texts: Sequence[str],
    usable: bool,
    before: Callable[[], None] | None,
) -> None:
    """Draw the button that tries the encoder, its progress and its result.

    Parameters
    ----------
    line : container
        Place of the button and of the predicted time; the rest is drawn below.
    arguments : dict
        Of the task: corpus_key, encoder, template, instruction.
    usable : bool
        Whether the encoder can be tried.
    before : callable, optional
        Called before the trial starts, in a callback.
    """
    job = jobs.latest(TASK, **arguments)
    if jobs.draw_job(job, cancel_key=f"{key}_try_cancel"):
        return
    trial = kept_trial(**arguments)
    if trial is not None:
        draw_trial_result(trial, len(texts), line)
    if usable:
        line.button(
            try_label(facts),
            key=f"{key}_try",
            type="tertiary" if trial else "secondary",
            icon=":material/timer:",
            help=TRIAL_HELP,
            on_click=start_trial,
            args=[facts, key, arguments, before],
        )
    draw_notice(f"{key}_try")


def kept_trial(*, corpus_key: str, encoder: str, template: str, instruction: str) -> Trial | None:
    """Return the result of a trial on this corpus; None before there was one."""
    return load_trial(cache.store().results(corpus_key), corpus_key, encoder, template, instruction)


def start_trial(
    facts: EncoderFacts, key: str, arguments: dict[str, str], before: Callable[[], None] | None
) -> None:
    """Queue the trial, in a callback."""

    def start() -> None:
        if before is not None:
            before()
        jobs.start(TASK, f"Trying {facts.title}", **arguments)

    attempt(start, f"{key}_try")


def try_label(facts: EncoderFacts) -> str:
    """Return the label of the button."""
    if facts.host is not None:
        return f"Try it: send {N_TRIED} texts to {markdown(facts.host)}"
    return f"Try it on {N_TRIED} texts"


def draw_trial_result(trial: Trial, n_texts: int, line: DeltaGenerator) -> None:
    """Draw the time for the whole corpus, and answers of an InBedder."""
    line.markdown(
        f"About **{duration(trial.seconds)}** for {n_texts:,} texts here :small[(timed on {trial.n_texts})]",
        help=f"Vectors of {trial.n_dims:,} numbers; cuts texts at {trial.max_tokens:,} tokens; computed by "
        f"{trial.device or 'the server'}. A little too high, as large batches are faster.",
    )
    for text, answer in trial.examples:
        st.markdown(
            f":small[{markdown(one_line(text, EXAMPLE_LENGTH))}]  \n→ **{markdown(answer) or '(nothing)'}**"
        )
