"""Warn when an encoder cannot read the texts, before and after it encodes them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.corpus import TextLanguages, find_languages
from core.encoders import MULTILINGUAL, EncoderFacts, Legibility, check_legibility, split_precomputed
from core.maps import DistinctVectors
from pages.common import cache
from pages.common.text import markdown

MOSTLY_LATIN = 0.8
"""Share of texts in Latin letters from which their script does not explain that they have equal vectors."""


def draw_legibility(facts: EncoderFacts, texts: Sequence[str], corpus_key: str) -> None:
    """Draw a warning when an encoder cannot read the texts, or was trained on another language."""
    found = legibility(corpus_key, facts.name, texts)
    title = markdown(facts.title)
    if found is not None and found.doubtful:
        if found.n_distinct < found.n_texts:
            seen = f"{found.n_texts:,} different texts give it only {found.n_distinct:,} different inputs"
        else:
            seen = f"it knows hardly a character in {found.n_unread:,} of {found.n_texts:,} texts"
        st.warning(
            f"{title} cannot read these texts: {seen}. {_multilingual(facts.name)}", icon=":material/warning:"
        )
        return
    if facts.languages != "English":
        return
    language = _languages(corpus_key, texts).main_language
    if language not in ("", "English"):
        st.warning(
            f"{title} was trained on English, and most of these texts are {language}: it may group them by "
            f"their words more than by their meaning. {_multilingual(facts.name)}",
            icon=":material/warning:",
        )


def doubt_about(corpus_key: str, space_key: str, encoder: str, texts: Sequence[str]) -> str:
    """Return why a space is doubtful, as markdown; "" when it is not, or when this was not counted.

    `encoder` gave its vectors.
    """
    found = cache.distinct_vectors(corpus_key, space_key)
    if found is None or not found.doubtful:
        return ""
    return f"{_count(found)}: {_advice(corpus_key, encoder, texts)}"


def _count(found: DistinctVectors) -> str:
    vectors = "one vector" if found.n_vectors == 1 else f"only {found.n_vectors:,} different vectors"
    return f"{found.n_texts:,} different texts have {vectors}"


def _advice(corpus_key: str, encoder: str, texts: Sequence[str]) -> str:
    """Return what explains that different texts have one vector, and what to do."""
    if split_precomputed(encoder):
        return "check that each vector of the file belongs to its text, or encode the texts here."
    if _languages(corpus_key, texts).scripts.get("Latin", 0) >= MOSTLY_LATIN:
        return (
            "the encoder cannot tell them apart. Choose another encoder; where the texts begin alike, one "
            "that takes longer texts."
        )
    return f"the encoder cannot tell them apart. {_multilingual(encoder)}"


def _multilingual(encoder: str) -> str:
    """Return the advice to take a multilingual encoder; another one where this is one."""
    names = [name for name in MULTILINGUAL if name.split("/")[-1] != encoder.split("/")[-1]]
    return f"Choose a multilingual encoder, such as {', '.join(names[:-1])} or {names[-1]}."


@cache.kept(max_entries=16, show_spinner=False)
def legibility(corpus_key: str, encoder: str, _texts: Sequence[str]) -> Legibility | None:
    """Return whether an encoder can read the texts of a corpus; None where that is not known."""
    return check_legibility(_texts, encoder)


@cache.kept(max_entries=16, show_spinner=False)
def _languages(corpus_key: str, _texts: Sequence[str]) -> TextLanguages:
    return find_languages(_texts)
