"""Fields for the name of an encoder and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from core.encoders import (
    DEFAULT_ENCODER,
    EncoderSpec,
    available_encoders,
    commit_in,
    default_template,
    instructed_encoders,
    is_folder,
)
from pages.common.encoders.facts_text import OUTPUTS
from pages.common.state import reset_state, set_widget, state_of, widget_value

SERVER = "An embeddings server…"
EXAMPLE_URL = "http://127.0.0.1:11434/v1"
LONGEST_TEMPLATE = 2_000  # characters
NAME_HELP = (
    "Choose one, or type a name on the Hugging Face hub or a folder. A name on the hub may have @ and a "
    "branch, tag or commit behind it. “instructor:” or “inbedder:” before a folder names its family where "
    "its files do not."
)
SHORT_COMMIT = 12  # characters
KINDS = {"": "As its files say", "instructor": "INSTRUCTOR", "inbedder": "InBedder"}
KINDS_HELP = (
    "The files of INSTRUCTOR models look like those of others, and InBedders that fill masks like plain "
    "models: choose here what it is."
)
TEMPLATE_HELP = (
    "The words before each text, with {instruction} in place of the instruction. Empty: the model's own."
)
OUTPUT_HELP = (
    "An InBedder answers your instruction about each text. This is the part of its hidden states that "
    "becomes the vector."
)


@dataclass
class EncoderFields:
    """First values of the fields of one chooser."""

    first: str | None = None
    """The encoder offered first."""
    filled: dict[str, str] = field(default_factory=dict)
    """The encoder that the value of each further field belongs to."""


def draw_name(key: str, instructed: bool, start: str) -> str:
    """Draw the choice of names, and the fields of a server."""
    field = f"{key}_encoder"
    suggested = {choice.name: choice for choice in instructed_encoders()}
    if not instructed:
        suggested = {choice.name: choice for choice in available_encoders()} | suggested
    fields = state_of(EncoderFields, key)
    if fields.first is None:
        fields.first = start or ("" if instructed else DEFAULT_ENCODER)
    first = fields.first
    # A typed name stays among the options.
    more = [name for name in dict.fromkeys((first, widget_value(field))) if name]
    options = [*(name for name in more if name not in suggested and name != SERVER), *suggested, SERVER]
    chosen = st.selectbox(
        "Encoder",
        options,
        index=options.index(first) if first else None,
        key=field,
        format_func=shorten_commit,
        placeholder="Choose, or type a folder or a name on the hub",
        accept_new_options=True,
        help=NAME_HELP,
        persist_state="session",
    )
    if (chosen or "").rstrip(" .…") != SERVER.rstrip("…"):  # typed, it may lack its dots
        return (chosen or "").strip()
    with st.container(horizontal=True):
        url = st.text_input(
            "Address",
            key=f"{key}_server_url",
            placeholder=EXAMPLE_URL,
            help="Of a server that speaks the OpenAI embeddings protocol. A key it needs is read from the "
            "environment variable REFRACT_EMBEDDINGS_KEY, and is never kept or shown.",
            persist_state="session",
        )
        model = st.text_input(
            "Model", key=f"{key}_server_model", placeholder="nomic-embed-text", persist_state="session"
        )
    return f"endpoint:{url.strip()}#{model.strip()}" if url.strip() and model.strip() else ""


def shorten_commit(name: str) -> str:
    """Return a name as people see it: of a commit the first characters."""
    commit = commit_in(name)
    return name.replace(f"@{commit}", f"@{commit[:SHORT_COMMIT]}") if commit else name


def draw_kind(key: str, name: str) -> str:
    """Draw the choice of the family, for a folder without a prefix."""
    named = EncoderSpec.parse(name)
    if named.kind is not None or not is_folder(named.source):
        return name
    field = f"{key}_kind"
    _fill(key, "kind", name, "")
    kind = st.segmented_control(
        "Load as",
        list(KINDS),
        format_func=KINDS.__getitem__,
        required=True,
        key=field,
        help=KINDS_HELP,
        persist_state="session",
    )
    return f"{kind}:{name}" if kind else name


def draw_output(key: str, name: str, outputs: tuple[str, ...]) -> str:
    """Draw the choice of the output; an output in a typed name is one of the options."""
    named = EncoderSpec.parse(name)
    bare = name.removesuffix(f"#{named.output}") if named.output else name
    field = f"{key}_output"
    first = named.output or outputs[0]
    _fill(key, "output", name, first)
    output = st.selectbox(
        "Vectors from",
        list(dict.fromkeys([*outputs, first])),
        key=field,
        format_func=lambda output: f"{output} · {OUTPUTS[output]}" if output in OUTPUTS else output,
        help=OUTPUT_HELP,
        persist_state="session",
    )
    return bare if output == outputs[0] and not named.output else f"{bare}#{output}"


def draw_template(key: str, name: str, start: str, start_template: str) -> str:
    """Draw the field of the wording around the instruction; "" for the encoder's own."""
    own, field = default_template(name), f"{key}_template"
    _fill(key, "template", name, (start_template if name == start else "") or own)
    template = st.text_area(
        "Wording",
        key=field,
        height=68,
        max_chars=LONGEST_TEMPLATE,
        placeholder="Instruct: {instruction}\nQuery: ",
        help=TEMPLATE_HELP,
        persist_state="session",
    )
    return "" if not template.strip() or template == own else template


def forget_fields(key: str) -> None:
    """Let the fields of a chooser start from what is stored again."""
    reset_state(EncoderFields, key)


def _fill(key: str, part: str, name: str, value: str) -> None:
    """Set a field to its first value each time another encoder is chosen."""
    filled = state_of(EncoderFields, key).filled
    if filled.get(part) != name:
        filled[part] = name
        set_widget(f"{key}_{part}", value)
