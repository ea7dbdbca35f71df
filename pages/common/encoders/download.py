"""Ask before an encoder is downloaded."""

from __future__ import annotations

import streamlit as st

from core.encoders import EncoderFacts, hub_host
from pages.common import jobs
from pages.common.notices import attempt, draw_notice
from pages.common.text import gigabytes, markdown

TASK = "download_encoder"


def is_missing(facts: EncoderFacts) -> bool:
    """Whether the model has to be downloaded before it can be used."""
    return facts.host is None and not facts.on_this_machine and not facts.problem


def missing_text(facts: EncoderFacts) -> str:
    """Return that a model is not here, its size and where it comes from; plain text."""
    size = gigabytes(facts.gigabytes) if facts.gigabytes is not None else "a size not known before"
    return f"{facts.title} is not on this machine: download it first ({size}, from {hub_host()})."


def draw_download(facts: EncoderFacts, key: str) -> None:
    """Draw the question, the button that downloads the model, and the progress."""
    job = jobs.latest(TASK, encoder=facts.name)
    if jobs.draw_job(job, cancel_key=f"{key}_download_cancel"):
        return
    st.warning(
        f"{markdown(missing_text(facts))} Only its files are fetched: no text leaves this machine.",
        icon=":material/download:",
    )
    start = lambda: jobs.start(TASK, f"Downloading {facts.title}", encoder=facts.name)  # noqa: E731
    st.button(
        "Download it",
        key=f"{key}_download",
        icon=":material/download:",
        on_click=attempt,
        args=[start, f"{key}_download"],
    )
    draw_notice(f"{key}_download")
