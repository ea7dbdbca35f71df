"""Choose a language model: its server, found or typed, one of its models, a key that no disk sees, a test."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import streamlit as st

from core.errors import LanguageModelError
from core.utils import (
    MODEL_VARIABLE,
    URL_VARIABLE,
    LanguageModel,
    LocalServer,
    Secret,
    configured,
    find_local_servers,
    host_in,
    is_local,
    is_open_line,
    is_web_address,
    list_models,
    try_model,
)
from pages.common import account
from pages.common.state import forget_widget, set_widget, start_widget, state_of, widget_value
from pages.common.text import OPEN_LINE, markdown

URL, KEY, MODEL, FOUND = "llm_url", "llm_key", "llm_model", "llm_found"
WIDTH = 420  # pixels
ADDRESS_HELP = (
    "Of any server of the OpenAI chat protocol. The button below finds those of Ollama, LM Studio, vLLM and "
    "llama.cpp on this machine."
)
KEY_HELP = (
    "Only for servers that need one. It stays in this browser session, is sent to this address only, and is "
    "written nowhere. Another address empties it."
)
NONE_FOUND = (
    "No server answers on this machine. Start Ollama, LM Studio, vLLM or llama.cpp with a model, and look "
    "again."
)


@dataclass
class LanguageModelChoice:
    """What a person chose in this session; never stored.

    Attributes
    ----------
    url, model : str
        "" until one is chosen: those of the environment then count.
    key : Secret
    models : list of str
        What the server lists.
    servers : list of LocalServer
        Found on this machine.
    said : str
        Result of the latest step, in markdown.
    failed : bool
        Whether that step failed.
    """

    url: str = ""
    model: str = ""
    key: Secret = field(default_factory=Secret)
    models: list[str] = field(default_factory=list)
    servers: list[LocalServer] = field(default_factory=list)
    said: str = ""
    failed: bool = False


def chosen_model() -> LanguageModel | None:
    """Return the language model that was chosen in this session, or that the environment names, or None.

    Raises LanguageModelError when the address or the key cannot be used.
    """
    return configured(job_argument())


def job_argument() -> dict[str, str] | None:
    """Return the choice as an argument of a job; None where the environment decides."""
    choice = state_of(LanguageModelChoice)
    if not choice.url:
        return None
    return {"url": choice.url, "model": choice.model, "key": choice.key}


def draw_language_model() -> None:
    """Draw a popover in which the language model is chosen and tested; its label names the present one."""
    choice = state_of(LanguageModelChoice)
    with st.popover(_title(), icon=":material/smart_toy:", key="llm_settings"), st.container(width=WIDTH):
        st.text_input(
            "Address of the server",
            key=_kept(URL, choice.url or os.environ.get(URL_VARIABLE, "")),
            placeholder="http://127.0.0.1:11434/v1",
            help=ADDRESS_HELP,
            on_change=_choose_address,
        )
        st.button("Look on this machine", key="llm_look", icon=":material/search:", on_click=_look)
        if len(choice.servers) > 1:
            st.pills(
                "Found",
                [server.program for server in choice.servers],
                key=FOUND,
                on_change=_choose_found,
            )
        _draw_model(choice)
        st.text_input(
            "Key", key=_kept(KEY, str(choice.key)), type="password", help=KEY_HELP, on_change=_choose_key,
            autocomplete="off",
        )  # fmt: skip
        _draw_destination(choice)
        _draw_test(choice)


def _title() -> str:
    try:
        model = chosen_model()
    except LanguageModelError:
        model = None
    return f"Language model: {markdown(model.model)}" if model else "Language model…"


def _draw_model(choice: LanguageModelChoice) -> None:
    present = choice.model or ("" if choice.url else os.environ.get(MODEL_VARIABLE, ""))
    options = list(dict.fromkeys([*choice.models, *([present] if present else [])]))
    if widget_value(MODEL) not in (None, *options):
        forget_widget(MODEL)
    start_widget(MODEL, present or None)
    st.selectbox(
        "Model",
        options,
        key=MODEL,
        placeholder="choose or type one",
        accept_new_options=True,
        on_change=_choose_model,
    )


def _draw_destination(choice: LanguageModelChoice) -> None:
    """Say where texts go: on this machine, or to another one."""
    url = choice.url or os.environ.get(URL_VARIABLE, "")
    if not is_web_address(url):
        return
    host = host_in(url)
    if is_local(host):
        st.caption(f":material/lock: Texts stay on this machine ({markdown(host)}).")
    else:
        readable = f" {OPEN_LINE}" if is_open_line(url) else ""
        st.warning(
            f"Texts are sent to **{markdown(host)}**, which is not this machine.{readable}",
            icon=":material/send:",
        )


def _draw_test(choice: LanguageModelChoice) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Test", key="llm_test", icon=":material/play_arrow:"):
            with st.spinner("Waiting for an answer…"):
                _test(choice)
        if choice.said:
            mark = ":red[:material/error:]" if choice.failed else ":green[:material/check_circle:]"
            st.markdown(f"{mark} {choice.said}", width="stretch")


def _kept(key: str, value: str) -> str:
    """Fill a field that was not drawn for a while, and return its key."""
    start_widget(key, value)
    return key


def _say(choice: LanguageModelChoice, said: str, *, failed: bool = False) -> None:
    choice.said, choice.failed = markdown(said), failed


def _choose_address() -> None:
    choice = state_of(LanguageModelChoice)
    # What was typed before any address is meant for this one.
    typed = {} if choice.url else {"model": choice.model, "key": choice.key}
    _use_address(choice, str(widget_value(URL)).strip(), **typed)


def _use_address(
    choice: LanguageModelChoice, url: str, models: tuple[str, ...] = (), *, model: str = "", key: str = ""
) -> None:
    """Take an address with its model and its key; those in use belong to the address before."""
    if url != choice.url:
        choice.url, choice.model, choice.key, choice.models = url, model, Secret(key), list(models)
        set_widget(KEY, key)
        set_widget(MODEL, model or None)
    choice.said = ""
    if url and not models:
        _list(choice)
    if choice.models and not choice.model:
        choice.model = choice.models[0]
        set_widget(MODEL, choice.model)


def _choose_found() -> None:
    choice, program = state_of(LanguageModelChoice), widget_value(FOUND)
    for server in choice.servers:
        if server.program == program:
            _use_server(choice, server)


def _use_server(choice: LanguageModelChoice, server: LocalServer) -> None:
    _use_address(choice, server.url, server.models)
    set_widget(URL, server.url)


def _choose_key() -> None:
    choice = state_of(LanguageModelChoice)
    choice.url = choice.url or os.environ.get(URL_VARIABLE, "")
    choice.key = Secret(str(widget_value(KEY)).strip())
    choice.model = choice.model or os.environ.get(MODEL_VARIABLE, "")
    choice.said = ""
    if choice.url:
        _list(choice)


def _choose_model() -> None:
    choice = state_of(LanguageModelChoice)
    choice.url = choice.url or os.environ.get(URL_VARIABLE, "")
    choice.model = str(widget_value(MODEL) or "")
    choice.said = ""


def _list(choice: LanguageModelChoice) -> None:
    try:
        # The key of the environment counts where its address does.
        model = configured({"url": choice.url, "model": "any", "key": choice.key})
        choice.models = list_models(choice.url, model.key if model else "")
    except LanguageModelError as error:
        choice.models = []
        _say(choice, str(error), failed=True)


def _look() -> None:
    """Look for servers, and take the first where none was chosen."""
    choice = state_of(LanguageModelChoice)
    rules = account.rules()
    choice.servers = [
        server for server in find_local_servers() if rules is None or rules.allows_endpoint(server.url)
    ]
    forget_widget(FOUND)
    if not choice.servers:
        _say(choice, NONE_FOUND, failed=True)
        return
    if not choice.url:
        _use_server(choice, choice.servers[0])
    names = ", ".join(f"{server.program} ({_count(len(server.models))})" for server in choice.servers)
    _say(choice, f"Found {names}.")


def _count(n: int) -> str:
    return f"{n:,} {'model' if n == 1 else 'models'}"


def _test(choice: LanguageModelChoice) -> None:
    try:
        model = chosen_model()
        if model is None:
            _say(choice, "Give an address and choose a model first.", failed=True)
            return
        seconds = try_model(model)
    except LanguageModelError as error:
        _say(choice, str(error), failed=True)
    else:
        _say(choice, f"{model.model} answered in {seconds:.1f} s.")
