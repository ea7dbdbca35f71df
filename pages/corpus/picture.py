"""A picture of what Refract does: the texts of the demo on two maps, one question each."""

from __future__ import annotations

import functools
from collections.abc import Callable

import streamlit as st

from pages.common import navigation

PICTURE = navigation.ROOT / "assets" / "demo" / "picture.html"
"""Written by `python -m benchmarks.picture`."""

CSS = """
.picture { display: flex; flex-wrap: wrap; gap: 1rem; align-items: stretch; }
figure { flex: 1 1 260px; min-width: 0; margin: 0; border-radius: 8px;
  border: 1px solid var(--st-border-color); background: var(--st-background-color); }
figcaption { font: 600 .875rem var(--st-font); color: var(--st-text-color); padding: .5rem .75rem 0; }
svg { display: block; width: 100%; max-height: 300px; }
path { fill: none; stroke-width: 6; stroke-linecap: round; opacity: .85; }
text { font: 600 14px var(--st-font); text-anchor: middle; fill: var(--st-text-color);
  stroke: var(--st-background-color); stroke-width: 4; stroke-linejoin: round; paint-order: stroke; }
.moving path { animation-duration: 2s; animation-delay: 1s; animation-fill-mode: backwards;
  animation-timing-function: cubic-bezier(.6, 0, .3, 1); }
.moving g { animation: appear .5s 2.8s backwards; }
@keyframes appear { from { opacity: 0; } }
@media (max-width: 1100px) { text { font-size: 20px; } }
@media (max-width: 600px) and (prefers-reduced-motion: no-preference) { .still { display: none; } }
@media (prefers-reduced-motion: reduce) { .moving path, .moving g { animation: none !important; } }
"""


def draw_picture() -> None:
    """Draw both maps side by side; the points of the second move there once, unless less motion is asked.

    A phone shows the second map only, which shows the first one until they move.
    """
    with st.container(key="corpus_picture_place"):  # keeps the height free, so that nothing below moves
        _component()(key="corpus_picture")


@functools.cache
def _component() -> Callable[..., object]:
    drawings = PICTURE.read_text(encoding="utf-8")
    html = f'<div class="picture">{drawings}</div>'
    return st.components.v2.component("refract_picture", html=html, css=CSS)
