"""The data folder that a session works on: the only door to stores, jobs and caches.

It is asked at each use, as a fragment or a callback runs without the code at the top of `app.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.storage.team import Member, NotShared, Registry, SharedCorpus, SignInRefused, identify, record
from core.utils import data_home
from core.utils.server_rules import ServerRules, find_rules
from pages.common.account.session import account

"""In the session: the shared corpus in use, "" for the person's own folder. The state of pages needs the
store, so it cannot hold this."""

_bound: ContextVar[Path | None] = ContextVar("folder in place of that of the session", default=None)


def home() -> Path:
    """Return the data folder in use: that of a shared corpus, else of the person, else of this machine.

    Raises
    ------
    SignInRefused, NotShared
        Where this person may not, or may no longer, use it. A page is run again instead.
    """
    bound = _bound.get()
    if bound is not None:
        return bound
    root, who = data_home(), current_member()
    if who is None:
        return root
    try:
        return _folder(root, who, place())
    except NotShared:
        _run_again()
        raise


def rules() -> ServerRules | None:
    """Return the rules of this shared server; None on a machine of one's own."""
    return find_rules(data_home())


def is_shared_server() -> bool:
    """Whether people sign in here."""
    return rules() is not None


def current_member() -> Member | None:
    """Return who is signed in; None on a machine of one's own.

    Raises
    ------
    SignInRefused
        When nobody is, or not any more. A page is run again instead.
    """
    known = rules()
    if known is None:
        return None
    try:
        found = identify(st.user.to_dict(), known)
        if registry().has_ended(found):
            raise SignInRefused("You signed out: sign in again.")
    except SignInRefused:
        _run_again()
        raise
    return found


def place() -> str:
    """Return the id of the shared corpus in use; "" for the person's own folder."""
    return account().place


def enter(corpus_id: str) -> None:
    """Work on a shared corpus from now on, or on the own folder for ""; see `open_shared` for the state."""
    account().place = corpus_id


def registry() -> Registry:
    """Return the record of what is shared on this server."""
    return _registry(str(data_home()))


def shared_corpora() -> list[SharedCorpus]:
    """Return the shared corpora that this person may open; none on a machine of one's own."""
    who = current_member()
    return [] if who is None else registry().corpora_of(who)


@contextmanager
def at_own_place() -> Iterator[None]:
    """Work on the person's own folder inside the block; not for callbacks of widgets drawn there."""
    who, root = current_member(), data_home()
    token = _bound.set(root if who is None else who.home(root))
    try:
        yield
    finally:
        _bound.reset(token)


def for_download(
    make: Callable[[], bytes], *, what: str, corpus: str, key: str, rows: int
) -> Callable[[], bytes]:
    """Return a function for a download button, which Streamlit calls outside any session.

    It works on the folder in use now. On a shared server it asks again whether the person may, and records
    what leaves the server before it does.
    """
    folder, who, where, root = home(), current_member(), place(), data_home()

    def content() -> bytes:
        if who is not None:
            if registry().has_ended(who):
                raise SignInRefused("You signed out: sign in again.")
            if where:
                registry().open(where, who)
            record(root, who, "export", what=what, corpus=corpus, key=key, rows=rows)
        token = _bound.set(folder)
        try:
            return make()
        finally:
            _bound.reset(token)

    return content


def _folder(root: Path, who: Member, where: str) -> Path:
    return registry().open(where, who).home(root) if where else who.home(root)


def _run_again() -> None:
    """Run the whole page again, where one runs past the sign-in: it then says what is the matter."""
    if get_script_run_ctx() is not None and account().is_admitted:
        account().is_admitted = False
        st.rerun()


@cache  # Streamlit's would warn at each request that belongs to no session
def _registry(root: str) -> Registry:
    return Registry(Path(root))
