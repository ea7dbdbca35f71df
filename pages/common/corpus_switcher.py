"""The name of the open corpus at the top of the sidebar, and the corpora to switch to."""

from __future__ import annotations

import streamlit as st

from core.storage import StoredCorpus
from core.utils import cut
from pages.common import account, cache
from pages.common.navigation import CORPUS, MAPS, go_to
from pages.common.state import is_prepared, switch_corpus
from pages.common.text import markdown

LONGEST_NAME = 24  # characters that fit in the sidebar
MOST_LISTED = 8  # the corpus page lists all


def draw_corpus_switcher(entry: StoredCorpus | None) -> None:
    """Draw which corpus is open, with a list of the others that were opened before; nothing without any."""
    with account.at_own_place():
        opened = [
            (other, is_prepared(other), _describe(other))
            for other in cache.store().corpora()
            if other.opened_at
        ]
    at_home = not account.place()
    others = [each for each in opened if not (at_home and entry is not None and each[0].key == entry.key)]
    shared = [each for each in account.shared_corpora() if each.id != account.place()]
    if entry is None and not others and not shared:
        return
    label = markdown(cut(entry.name, LONGEST_NAME)) if entry else "No corpus open"
    key = f"corpus_switcher_{entry.key if entry else None}"  # of another corpus it starts closed
    with (
        st.container(key="corpus_switcher"),
        st.popover(label, icon=":material/folder_open:", width="stretch", key=key),
    ):
        if entry is not None:
            st.markdown(f"**{markdown(entry.name)}**  \n:small[{_describe(entry)}]")
        if others or shared:
            st.caption("Switch to")
        for other, has_map, described in others[:MOST_LISTED]:
            if st.button(
                f"{markdown(cut(other.name, LONGEST_NAME))}  \n:small[{described}]",
                key=f"switch_to_{other.key}",
                width="stretch",
            ):
                switch_corpus(other.key)
                go_to(MAPS if has_map else CORPUS)
        for each in shared[:MOST_LISTED]:
            if st.button(
                f"{markdown(cut(each.name, LONGEST_NAME))}  \n:small[shared by {markdown(each.owner_name)}]",
                key=f"switch_to_shared_{each.id}",
                width="stretch",
            ):
                switch_corpus(each.corpus_key, each.id)
                go_to(MAPS)
        st.page_link(CORPUS, label="Other texts", icon=":material/add:")


def _describe(entry: StoredCorpus) -> str:
    n = len(cache.store().analyses(entry.key))
    analyses = "" if n == 0 else " · 1 analysis" if n == 1 else f" · {n:,} analyses"
    return f"{entry.n_texts:,} texts in *{markdown(entry.text_column)}*{analyses}"
