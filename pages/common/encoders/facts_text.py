"""Texts about an encoder: which instructions it follows, where its files are."""

from __future__ import annotations

from core.encoders import EncoderFacts
from pages.common.text import capitalised, gigabytes

FOLLOWS = {
    "free text": "follows any instruction",
    "fixed tasks": "follows fixed tasks only",
    "no": "follows no instruction",
}
OUTPUTS = {
    "fst_gen": "where it starts to answer",
    "avg_gen": "the whole answer",
    "last_gen": "the end of the answer",
    "avg_ppt": "the text with the question",
    "avg_all": "text, question and answer",
    "re_encode": "its answer, encoded by the packaged encoder",
    "re_encode_multiple": "ten sampled answers, encoded likewise (slow)",
}
"""Outputs of an InBedder in a few words."""


def fact_line(facts: EncoderFacts, *, instructed: bool) -> str:
    """Return the facts of an encoder in one line, the most important first; not markdown."""
    parts = [
        location_text(facts),
        languages_text(facts.languages),
        "" if facts.host else facts.licence or "licence not known",
        f"cuts texts at {facts.max_tokens:,} tokens" if facts.max_tokens else "",
    ]
    parts.insert(0 if instructed else len(parts), FOLLOWS[facts.follows_instructions])
    line = " · ".join(part for part in parts if part)
    return capitalised(line)


def location_text(facts: EncoderFacts) -> str:
    """Return where an encoder's files are, and their size."""
    if facts.host is not None:
        return f"runs at {facts.host}"
    size = gigabytes(facts.gigabytes) if facts.gigabytes is not None else ""
    if facts.on_this_machine:
        return f"on this machine ({size})" if size else "on this machine"
    return f"{size}, to be downloaded once" if size else "to be downloaded once"


def languages_text(languages: str) -> str:
    """Return the languages of the catalogue, with the word after a number."""
    return f"{languages} languages" if any(map(str.isdigit, languages)) else languages
