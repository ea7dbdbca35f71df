"""The pages of the app: the files that links name, and the list for Streamlit's navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.common.state import current_corpus, is_prepared

ROOT = Path(__file__).resolve().parents[2]
CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    f"pages/{name}/page.py" for name in ("corpus", "guide", "maps", "evidence", "export")
)


def build_pages() -> list[StreamlitPage]:
    """Build the list of pages for one run of the app.

    Each run needs a list of its own: `st.navigation` marks the page that may run on the page object, and
    running it takes the mark away. Two sessions that share the objects make each other fail.
    """
    first = st.Page(_open_first, title="Refract", default=True, visibility="hidden")
    return [first, *(_page(file) for file in (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT))]


def _page(file: str) -> StreamlitPage:
    name = Path(file).parent.name
    return st.Page(ROOT / file, title=f"{name.capitalize()} · Refract", url_path=name)


def _open_first() -> None:
    """Switch to the maps when a corpus is encoded, else to the corpus page."""
    st.switch_page(MAPS if is_prepared(current_corpus()) else CORPUS)
