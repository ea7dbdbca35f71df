"""Share a corpus with people by their e-mail addresses, take it back, open what others share."""

from __future__ import annotations

import streamlit as st

from core.errors import RefractError, StoreError
from core.storage import StoredCorpus
from core.storage.team import Member, SharedCorpus, record, remove_shared, share_corpus
from core.utils import data_home
from pages.common import (
    account,
    cache,
    close_corpus,
    get_state,
    leave_shared,
    markdown,
    navigation,
    show_message,
    switch_corpus,
)

SHARE_HELP = (
    "They see the texts, label them and export results, once they signed in with this address. You can take "
    "the corpus back at any time; what they exported stays theirs."
)


def draw_share(entry: StoredCorpus) -> None:
    """Draw the way to share an own corpus; nothing on a machine of one's own."""
    if not account.is_shared_server():
        return
    with st.popover("Share", icon=":material/group_add:", type="tertiary", key=f"share_{entry.key}"):
        if _has_jobs(entry.key):
            st.markdown("Its jobs still run: share it when they have ended.")
            return
        email = _draw_address(entry.key)
        if st.button("Share", key=f"share_with_{entry.key}", type="primary", disabled=not email):
            try:
                _share_first(entry, email)
            except RefractError as error:
                show_message(str(error))
                return
            st.rerun()


def draw_shared() -> None:
    """Draw the corpora that this person shares, and those that others share with them."""
    found = account.shared_corpora()
    if not found:
        return
    st.markdown("##### Shared")
    for shared in found:
        _draw_entry(shared)


def draw_open_shared() -> None:
    """Draw, in place of the choice of texts, which shared corpus is open, and the way back."""
    shared = account.registry().open(account.place(), _me())
    with st.container(border=True, key="corpus_shared"):
        st.markdown(f"**{markdown(shared.name)}** is open, {_by(shared)}.")
        st.button("Your own corpora", key="corpus_own", icon=":material/arrow_back:", on_click=leave_shared)
    draw_shared()


def _draw_entry(shared: SharedCorpus) -> None:
    mark = " :blue-badge[open]" if account.place() == shared.id else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"shared_{shared.id}"):
        st.markdown(f"**{markdown(shared.name)}**{mark}  \n:small[{_by(shared)}]", width="stretch")
        if st.button("Open", key=f"open_shared_{shared.id}", icon=":material/map:"):
            switch_corpus(shared.corpus_key, shared.id)
            navigation.go_to(navigation.MAPS)
        if shared.owner == _me().id:
            _draw_people(shared)
            _draw_remove(shared)


def _draw_people(shared: SharedCorpus) -> None:
    registry, me = account.registry(), _me()
    with st.popover("People", icon=":material/group:", type="tertiary", key=f"people_{shared.id}"):
        for email in registry.shared_with(shared, me):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(markdown(email), width="stretch")
                st.button(
                    "Take back",
                    key=f"take_back_{shared.id}_{email}",
                    type="tertiary",
                    on_click=_take_back,
                    args=[shared, email],
                )
        email = _draw_address(shared.id)
        if st.button("Share", key=f"share_more_{shared.id}", type="primary", disabled=not email):
            try:
                _share(shared, email)
            except RefractError as error:
                show_message(str(error))
                return
            st.rerun()


def _draw_remove(shared: SharedCorpus) -> None:
    with st.popover("Remove", icon=":material/delete:", type="tertiary", key=f"ask_shared_{shared.id}"):
        st.markdown(
            f"Remove **{markdown(shared.name)}** with all its analyses and labels, those of others too? This "
            "cannot be undone."
        )
        if st.button(f"Remove {markdown(shared.name)}", key=f"remove_shared_{shared.id}"):
            if account.place() == shared.id:
                leave_shared()
            remove_shared(data_home(), account.registry(), _me(), shared)
            st.rerun()


def _draw_address(owner: str) -> str:
    return st.text_input(
        "E-mail address",
        key=f"share_email_{owner}",
        max_chars=254,
        help=SHARE_HELP,
        placeholder="ada@example.org",
    ).strip()


def _share_first(entry: StoredCorpus, email: str) -> None:
    """Move a corpus into a folder of its own, and share it; where it was open, it stays open."""
    registry, me = account.registry(), _me()
    registry.check_address(email)
    was_open = get_state().corpus_key == entry.key
    shared = share_corpus(data_home(), registry, me, entry.key)
    _share(shared, email)
    if was_open:
        close_corpus(entry.key)
        switch_corpus(shared.corpus_key, shared.id)


def _share(shared: SharedCorpus, email: str) -> None:
    account.registry().share(shared, _me(), email)
    record(data_home(), _me(), "share", corpus=shared.name, key=shared.corpus_key, email=email.strip())


def _take_back(shared: SharedCorpus, email: str) -> None:
    account.registry().take_back(shared, _me(), email)
    record(data_home(), _me(), "take back", corpus=shared.name, key=shared.corpus_key, email=email)


def _by(shared: SharedCorpus) -> str:
    return "shared by you" if shared.owner == _me().id else f"shared by {markdown(shared.owner_name)}"


def _has_jobs(corpus_key: str) -> bool:
    analyses = {analysis.id for analysis in cache.store().analyses(corpus_key)}
    return any(
        job.active
        and (job.arguments.get("corpus_key") == corpus_key or job.arguments.get("analysis_id") in analyses)
        for job in cache.runner().jobs()
    )


def _me() -> Member:
    me = account.current_member()
    if me is None:
        raise StoreError("Corpora are shared on a server where people sign in.")
    return me
