"""Colours of categories on the page as it is, light or dark."""

from __future__ import annotations

import streamlit as st

from core.maps.drawing import on_dark


def is_dark() -> bool:
    """Whether the page is dark."""
    return st.context.theme.type == "dark"


def on_ground(colour: str) -> str:
    """Return a colour "#rrggbb" of the palette as the maps show it on this page."""
    return on_dark(colour) if is_dark() else colour


def draw_swatches(colours: dict[str, str]) -> None:
    """Put a dot of a colour before the text of each keyed widget or container."""
    if not colours:
        return
    dots = ", ".join(f".st-key-{key} p::before" for key in colours)
    rules = [
        f'{dots} {{ content: ""; display: inline-block; width: .65em; height: .65em; border-radius: 50%; '
        "margin-right: .4em; }"
    ]
    rules += [f".st-key-{key} p::before {{ background: {on_ground(c)}; }}" for key, c in colours.items()]
    st.html(f"<style>{' '.join(rules)}</style>")
