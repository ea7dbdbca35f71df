"""The pages of the app: the files that links name, and the list for Streamlit's navigation."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.common.state import current_corpus, is_prepared, session

ROOT = Path(__file__).resolve().parents[2]
CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    f"pages/{name}/page.py" for name in ("corpus", "guide", "maps", "evidence", "export")
)

CLICK_LINK = """<script>{  // a block: names of the page would stay, and the next script could not use them
  const end = Date.now() + 5000;
  const click = () => {
    const link = document.querySelector("[class*=st-key-go_to_] a");
    if (link) link.click();
    else if (Date.now() < end) requestAnimationFrame(click);
  };
  click();
}</script>"""


def build_pages() -> list[StreamlitPage]:
    """Build the list of pages for one run of the app.

    Each run needs a list of its own: `st.navigation` marks the page that may run on the page object, and
    running it takes the mark away. Two sessions that share the objects make each other fail.
    """
    first = st.Page(_open_first, title="Refract", default=True, visibility="hidden")
    return [first, *(_page(file) for file in (CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT))]


def note_page(page: StreamlitPage) -> None:
    """Forget the maps that the corpus page waits for, once a person went to another page."""
    if page.url_path != "corpus":
        session().awaited_map = None


def go_to(page: str) -> None:
    """Open another page by a click on a link, which is drawn here; the rest of this page may be drawn too.

    `st.switch_page` fails beside a fragment with `run_every`: its timer may start a run of the old page
    after the new one, and the browser then shows a white page ("Bad delta path index"). A click on a link
    stops the timers first. `st.stop` would leave fragments behind that draw where nothing is any more.
    """
    with st.container(key=f"go_to_{uuid4().hex}"):  # two callers may meet in one run
        st.page_link(page, label=f"**{Path(page).parent.name.capitalize()}** :material/arrow_forward:")
    st.html(CLICK_LINK, unsafe_allow_javascript=True)


def _page(file: str) -> StreamlitPage:
    name = Path(file).parent.name
    return st.Page(ROOT / file, title=f"{name.capitalize()} · Refract", url_path=name)


def _open_first() -> None:
    """Switch to the maps when a corpus is encoded, else to the corpus page."""
    st.switch_page(MAPS if is_prepared(current_corpus()) else CORPUS)
