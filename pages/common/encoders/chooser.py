"""Choose an encoder from the catalogue, a folder, the hub or a server, with the facts known of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.encoders import (
    EncoderFacts,
    EncoderSpec,
    count_too_long,
    describe_encoder,
    pinned_name,
    preview_prompt,
)
from core.errors import EncoderUnavailable
from core.utils import is_open_line
from pages.common import cache
from pages.common.encoders import download
from pages.common.encoders.catalogue import show_encoders
from pages.common.encoders.encoding_time import encoding_seconds
from pages.common.encoders.facts_text import fact_line
from pages.common.encoders.fields import draw_kind, draw_name, draw_output, draw_template
from pages.common.encoders.legibility import draw_legibility
from pages.common.encoders.trial import draw_trial, kept_trial
from pages.common.text import OPEN_LINE, duration, markdown

FACTS_HELP = (
    "Where its files are and how large; its licence; its languages; the tokens after which a text is cut (a "
    "token is about four letters)."
)
TASK_HELP = "This encoder was trained on these words only, and follows no others."


def draw_encoder_chooser(
    *,
    key: str,
    instructed: bool,
    texts: Sequence[str],
    corpus_key: str | None = None,
    instruction: str = "",
    start: str = "",
    start_template: str = "",
    use_task: Callable[[str], None] | None = None,
    before_try: Callable[[], None] | None = None,
    alerts: DeltaGenerator | None = None,
) -> tuple[str, str]:
    """Draw the fields that choose an encoder, and the facts known of it.

    A problem is shown here; `encoder_problem` returns it to the caller.

    Parameters
    ----------
    key : str
        Prefix of the keys of its widgets: "{key}_encoder", "{key}_template", "{key}_output", "{key}_task",
        "{key}_kind", "{key}_server_url", "{key}_server_model", "{key}_try", "{key}_all".
    instructed : bool
        Whether texts are encoded under the instruction, or without any.
    texts : sequence of str
        Of the corpus, for the estimate.
    corpus_key : str, optional
        Without it no time is estimated, and no trial is offered.
    instruction : str
    start, start_template : str
        The first choice. "" is none; without an instruction it is the default encoder.
    use_task : callable, optional
        Called, in a callback, with the fixed task that becomes the instruction.
    before_try : callable, optional
        Called, in a callback, before the encoder is tried: it stores the corpus.
    alerts : container, optional
        Place of the warnings: who gets the texts, and why the encoder cannot be used or read them. By
        default they are among the fields.

    Returns
    -------
    name : str
        For `core.encoders.load_encoder`, with the commit of a model on the hub; "" while nothing is chosen.
    template : str
        Chosen wording; "" for the encoder's own.
    """
    left, right = st.columns([3, 2]) if instructed else (st.container(), st.container())
    with left:
        name = draw_name(key, instructed, start)
    if not name:
        _draw_table_button(key)
        return "", ""
    with right:
        if instructed:
            name = draw_kind(key, name)
        facts = describe_encoder(name)
        if instructed and facts.outputs and "#" not in EncoderSpec.parse(name).source:
            name = draw_output(key, name, facts.outputs)
    template = ""
    if instructed and facts.takes_template:
        template = draw_template(key, name, start, start_template)
    alerts = st.container() if alerts is None else alerts
    with alerts:
        _draw_host(facts)
    _draw_facts(facts, texts, corpus_key, (name, template, instruction), instructed)
    problem = encoder_problem(name, template, instruction, instructed=instructed)
    if instructed and facts.tasks and instruction not in facts.tasks:
        _draw_tasks(key, facts, use_task)
    elif problem and not download.is_missing(facts):
        alerts.warning(markdown(problem), icon=":material/warning:")
    else:
        if download.is_missing(facts):
            with alerts:
                download.draw_download(facts, key)
        if corpus_key is not None and facts.host is None:
            with alerts:
                draw_legibility(facts, texts, corpus_key)
        _draw_prompt(prompt_of(name, template, instruction if instructed else ""), instructed)
    line = st.container(horizontal=True, vertical_alignment="center")
    with line:
        _draw_table_button(key)
    if corpus_key is not None:
        arguments = {
            "corpus_key": corpus_key,
            "encoder": name,
            "template": template,
            "instruction": instruction if instructed else "",
        }
        draw_trial(
            facts,
            key=key,
            line=line,
            arguments=arguments,
            texts=texts,
            usable=not problem,
            before=before_try,
        )
    # The commit, from the choice on: a branch that moves later changes no vectors in silence.
    return name if name == start else pinned_name(name), template


def encoder_problem(name: str, template: str = "", instruction: str = "", *, instructed: bool = True) -> str:
    """Return why an encoder cannot encode the texts, in one sentence; "" when no reason is known.

    `instructed` is False where texts are encoded without an instruction.
    """
    if not name:
        return "Choose an encoder."
    facts = describe_encoder(name)
    if facts.problem:
        return facts.problem
    if not instructed and facts.needs_instruction:
        return (
            f"{facts.title} answers a question about each text, and the generic map asks none: choose "
            "another encoder here. In Guide, this one can follow your instruction."
        )
    try:
        preview_prompt(name, instruction if instructed else "", template)
    except EncoderUnavailable as error:
        return str(error)
    return download.missing_text(facts) if download.is_missing(facts) else ""


def encoding_cost(corpus_key: str, encoder: str, texts: np.ndarray) -> tuple[int, int, float | None]:
    """Return how many texts are cut, at how many tokens (0: unknown yet), and the seconds of encoding.

    The seconds are None where the speed of the encoder was not measured on this machine.
    """
    n_long, max_tokens = _count_long(corpus_key, encoder, texts)
    return n_long, max_tokens, encoding_seconds(corpus_key, encoder, texts)


def prompt_of(name: str, template: str, instruction: str) -> str:
    """Return the prompt that an encoder gets with each text; "" while it is unknown."""
    try:
        return preview_prompt(name, instruction, template)
    except EncoderUnavailable:
        return ""


@cache.kept(max_entries=16, show_spinner=False)
def _count_long(corpus_key: str, encoder: str, _texts: np.ndarray) -> tuple[int, int]:
    try:
        return count_too_long(_texts, encoder)
    except EncoderUnavailable:
        return 0, 0  # the message is shown when the encoder is loaded


def _draw_host(facts: EncoderFacts) -> None:
    """Draw who receives the texts, where a server encodes them."""
    if facts.host is not None and facts.on_this_machine:
        st.caption(f":material/send: Texts go to **{markdown(facts.host)}**, a server on this machine.")
    elif facts.host is not None:
        readable = f" {OPEN_LINE}" if is_open_line(EncoderSpec.parse(facts.name).source) else ""
        st.warning(
            f"Every text is sent to **{markdown(facts.host)}**: do this only with texts that may leave this "
            f"machine.{readable}",
            icon=":material/send:",
        )


def _draw_facts(
    facts: EncoderFacts,
    texts: Sequence[str],
    corpus_key: str | None,
    choice: tuple[str, str, str],
    instructed: bool,
) -> None:
    """Draw the facts as a caption."""
    name, template, instruction = choice
    instruction = instruction if instructed else ""
    line = markdown(fact_line(facts, instructed=instructed))
    if (
        corpus_key is not None
        and not facts.problem
        and not kept_trial(corpus_key=corpus_key, encoder=name, template=template, instruction=instruction)
    ):
        prompt = prompt_of(name, template, instruction)
        seconds = encoding_seconds(corpus_key, name, texts, prompt=prompt)
        if seconds is not None:
            line += f" · about **{duration(seconds)}** for {len(texts):,} texts here"
    described = f"{markdown(facts.description)}  \n" if facts.description else ""
    st.caption(f"{described}{line}", help=FACTS_HELP)
    if not instructed and facts.follows_instructions == "free text" and not facts.needs_instruction:
        st.caption("Here it encodes the texts without an instruction. In Guide it can follow one.")


def _draw_tasks(key: str, facts: EncoderFacts, use_task: Callable[[str], None] | None) -> None:
    """Draw the choice among fixed tasks, in place of a free instruction."""
    st.warning(
        f"{markdown(facts.title)} follows no instruction of your own, only the tasks "
        f"{markdown(', '.join(facts.tasks))}. The instruction must be one of them, word for word.",
        icon=":material/warning:",
    )
    if use_task is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tasks = list(facts.tasks)
        task = st.selectbox(
            "Task",
            tasks,
            index=tasks.index("clustering") if "clustering" in tasks else 0,
            key=f"{key}_task",
            help=TASK_HELP,
        )
        st.button(
            f"Make “{markdown(task)}” the instruction", key=f"{key}_use_task", on_click=use_task, args=[task]
        )


def _draw_prompt(prompt: str, instructed: bool) -> None:
    """Draw the string that the model gets."""
    if not prompt or (not instructed and prompt == "{input}"):
        return
    st.markdown(
        ":small[What the model gets, word for word]",
        help="{input} stands for the text." + (" Nothing else is added." if instructed else ""),
    )
    st.code(prompt, language=None, wrap_lines=True)


def _draw_table_button(key: str) -> None:
    """Draw the button that opens the table of encoders."""
    if st.button("All encoders", key=f"{key}_all", type="tertiary", icon=":material/table_view:"):
        show_encoders(key, f"{key}_encoder")
