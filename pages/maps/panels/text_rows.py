"""Parts of panels that show one text: probability bars, marked words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

import numpy as np

from core.corpus import is_unspaced
from core.evidence import DrivingWord
from core.maps.drawing import GREY, colour_of
from core.utils import percent
from pages.common import on_ground
from pages.maps.clusters import small_percent
from pages.maps.colour_by import labels_of
from pages.maps.view import MapView, Side

BARS = 5  # labels listed at most
LEAST_LISTED = 0.01  # probability from which on a label is listed
PROBABILITY_HELP = (
    "How likely each label is, by the labels given so far and the texts around it. All labels together make "
    "100 %."
)


def probability_bars(view: MapView, side: Side, probabilities: np.ndarray) -> str:
    """Return the likeliest labels as bars, in HTML; `probabilities` are those of the side's Fit."""
    colours = colour_of([*labels_of(view, side), *side.fit.labels])  # as on the map
    order = np.argsort(-probabilities, kind="stable")
    listed = min(max(1, int((probabilities >= LEAST_LISTED).sum())), BARS)
    lines = []
    for column in order[:listed]:
        name = side.fit.labels[side.fit.classes[column]]
        lines.append(_bar(name, float(probabilities[column]), on_ground(colours[name])))
    n_others = len(order) - listed
    if n_others:
        names = "1 other" if n_others == 1 else f"{n_others} others"
        lines.append(_bar(names, float(probabilities[order[listed:]].sum()), GREY))
    return f'<div class="probabilities" title="{PROBABILITY_HELP}">{"".join(lines)}</div>'


def _bar(name: str, share: float, colour: str) -> str:
    """Return the bar of a label, in HTML."""
    return (
        f'<div><span class="of">{html.escape(name)}</span>'
        f'<span class="bar"><i style="width: {100 * share:.1f}%; background: {colour}"></i></span>'
        f'<span class="share">{html.escape(small_percent(share))}</span></div>'
    )


def marked_text(text: str, words: Sequence[DrivingWord], label: str) -> str:
    """Return a text as HTML in which the words that drive a label are marked."""
    pieces, end = [], 0
    for found, word in _matches(text, words):
        hint = (
            f"Speaks for “{label}”: in {percent(word.inside)} of the texts predicted to have it, "
            f"in {percent(word.outside)} of the others"
        )
        pieces += [
            html.escape(text[end : found.start()]),
            f'<mark title="{html.escape(hint)}">{html.escape(found[0])}</mark>',
        ]
        end = found.end()
    return "".join(pieces) + html.escape(text[end:])


def driving_words_in(text: str, words: Sequence[DrivingWord]) -> list[DrivingWord]:
    """Return the driving words that a text contains, strongest first."""
    present = {word for _, word in _matches(text, words)}
    return [word for word in words if word in present]


def _matches(text: str, words: Sequence[DrivingWord]) -> Iterator[tuple[re.Match[str], DrivingWord]]:
    """Yield the matches of words in a text; of words that start at the same character, the longest."""
    longest_first = sorted(words, key=lambda word: -len(word.word))
    # One group per word: the matched spelling may differ from it (İ matches i).
    spelt = [
        f"({re.escape(word.word)})" if is_unspaced(word.word) else rf"(?<!\w)({re.escape(word.word)})(?!\w)"
        for word in longest_first
    ]
    for found in re.finditer("|".join(spelt), text, re.IGNORECASE) if words else ():
        yield found, longest_first[found.lastindex - 1]
