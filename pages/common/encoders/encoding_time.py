"""How long encoding takes on this machine, measured before it is said."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.encoders import count_tokens, describe_encoder
from core.tasks import texts_to_time
from core.utils import TYPICAL_CHARACTERS_PER_TOKEN
from pages.common import cache, jobs
from pages.common.text import duration

USUAL_TOKENS = 256  # limit of an encoder whose files do not say it
MOST_GIGABYTES = 1.0  # of an encoder that is timed unasked: a larger one fills the memory


def encoding_seconds(
    corpus_key: str, encoder: str, texts: Sequence[str], *, prompt: str = ""
) -> float | None:
    """Return the seconds that a loaded encoder needs for texts, by its speed on this machine.

    None where that was not measured. `prompt` is encoded with each text.
    """
    n_texts, n_tokens = _tokens(corpus_key, encoder, texts)
    n_tokens += n_texts * len(prompt.replace("{input}", "")) / TYPICAL_CHARACTERS_PER_TOKEN
    speed = cache.store().speeds.tokens_per_second(encoder, n_tokens / max(1, n_texts))
    return None if speed is None else n_tokens / speed


def draw_time(corpus_key: str, encoder: str, texts: Sequence[str]) -> None:
    """Draw how long the map takes here; where no run has shown it, the worker measures it first.

    No text is sent to a server for that, nothing is downloaded, and no large model is loaded.
    """
    seconds = map_seconds(corpus_key, encoder, texts)
    if seconds is None:
        if time_it(encoder, texts):
            st.caption("Measuring how long it takes here…")
        return
    if cache.store().speeds.drawing_seconds(len(texts)) is None:
        st.caption(f"Encoding takes about **{duration(seconds)}** here; then the map is drawn.")
    else:
        st.caption(f"Takes about **{duration(seconds)}** here.")


def map_seconds(corpus_key: str, encoder: str, texts: Sequence[str]) -> float | None:
    """Return the seconds to a map by an encoder, without those of drawing before the first map was drawn.

    None where the speed of the encoder was not measured here.
    """
    seconds = encoding_seconds(corpus_key, encoder, texts)
    return None if seconds is None else seconds + (cache.store().speeds.drawing_seconds(len(texts)) or 0.0)


def time_it(encoder: str, texts: Sequence[str], *, priority: int | None = None) -> bool:
    """Let the worker measure the speed of an encoder, once; return whether it does so now."""
    job = jobs.latest("time_encoder", encoder=encoder)
    if job is not None:
        return job.active
    facts = describe_encoder(encoder)
    small = facts.gigabytes is not None and facts.gigabytes <= MOST_GIGABYTES
    if facts.host is not None or not facts.on_this_machine or facts.problem or not small:
        return False
    title = f"Timing {facts.title}"
    jobs.start("time_encoder", title, priority=priority, encoder=encoder, texts=texts_to_time(texts))
    return True


@cache.kept(max_entries=16, show_spinner=False)
def _tokens(corpus_key: str, encoder: str, _texts: Sequence[str]) -> tuple[int, float]:
    """Return the number of different texts, and of their tokens."""
    max_tokens = describe_encoder(encoder).max_tokens or USUAL_TOKENS
    return len(set(_texts)), count_tokens(_texts, max_tokens)
