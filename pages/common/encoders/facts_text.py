"""What is told of an encoder in words: what it follows, where its files are, how long it takes."""

from __future__ import annotations

from core.encoders import EncoderFacts
from pages.common.text import gigabytes

FOLLOWS = {
    "free text": "follows any instruction",
    "fixed tasks": "knows fixed tasks only",
    "no": "follows no instruction",
}
OUTPUTS = {
    "fst_gen": "where it starts to answer",
    "avg_gen": "the whole answer",
    "last_gen": "the end of the answer",
    "avg_ppt": "the text with the question",
    "avg_all": "text, question and answer",
    "re_encode": "its answer, read by the packaged encoder",
    "re_encode_multiple": "ten answers by chance, read likewise (slow)",
}
"""What the vectors of an InBedder are made of, in a few words for each of its outputs."""


def fact_line(facts: EncoderFacts, *, instructed: bool) -> str:
    """What is known of an encoder, in one line, what matters most first; not markdown."""
    parts = [
        where(facts),
        spoken(facts.languages),
        "" if facts.host else facts.licence or "licence not known",
        f"reads {facts.max_tokens:,} tokens of a text" if facts.max_tokens else "",
    ]
    parts.insert(0 if instructed else len(parts), FOLLOWS[facts.follows_instructions])
    line = " · ".join(part for part in parts if part)
    return line[0].upper() + line[1:]


def where(facts: EncoderFacts) -> str:
    """Where an encoder's files are, and how large."""
    if facts.host is not None:
        return f"runs at {facts.host}"
    size = gigabytes(facts.gigabytes) if facts.gigabytes is not None else ""
    if facts.on_this_machine:
        return f"on this machine ({size})" if size else "on this machine"
    return f"{size}, to be fetched once" if size else "to be fetched once"


def spoken(languages: str) -> str:
    """Languages as the registry names them, so that a bare number says what it counts."""
    return f"{languages} languages" if any(map(str.isdigit, languages)) else languages
