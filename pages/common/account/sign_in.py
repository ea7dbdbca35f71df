"""The page that is drawn until a person is signed in, and the way out."""

from __future__ import annotations

import streamlit as st

from core.errors import StoreError
from core.storage.team import Member, NotShared, SignInRefused, record
from core.utils import data_home
from core.utils.server_rules import find_rules, start_rules
from pages.common.account.place import current_member, enter, place, registry
from pages.common.account.session import account
from pages.common.text import markdown

NOT_CONFIGURED = (
    "This is a shared server, and nobody can sign in: the sign-in service is missing from the secrets. "
    "Whoever runs the server finds the lines in docs/deploy.md."
)
TAKEN_BACK = "The corpus that you had open is no longer shared with you."


def admit() -> bool:
    """Return whether the page may be drawn; else draw what is missing. No store was opened before.

    A machine of one's own lets everybody pass who reaches it: it listens to itself only. A server whose
    secrets name a sign-in service is a shared one from then on, also when the secrets are lost.
    """
    account().is_admitted = False
    try:
        if not _is_configured():
            if find_rules(data_home()) is None:
                return True
            _draw(NOT_CONFIGURED, can_sign_in=False)
            return False
        start_rules(data_home())
        who = current_member()
    except SignInRefused as refused:
        _draw(str(refused), can_sign_in=True)
        return False
    except StoreError as error:
        _draw(str(error), can_sign_in=False)
        return False
    assert who is not None  # there are rules
    _begin(who)
    _leave_taken_back(who)
    account().is_admitted = True
    return True


def draw_account() -> None:
    """Draw who is signed in, and the way out; nothing on a machine of one's own."""
    who = current_member()
    if who is None:
        return
    with st.container(key="account", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(markdown(who.name), width="stretch")
        if st.button("Sign out", key="sign_out", icon=":material/logout:", type="tertiary"):
            registry().end_sign_in(who)
            record(data_home(), who, "sign out")
            st.logout()


def _is_configured() -> bool:
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def _begin(who: Member) -> None:
    """Record the sign-in, once for each session of a browser."""
    if account().recorded != who.sign_in:
        registry().note_sign_in(who)
        record(data_home(), who, "sign in")
        account().recorded = who.sign_in


def _leave_taken_back(who: Member) -> None:
    where = place()
    if where:
        try:
            registry().open(where, who)
        except NotShared:
            enter("")
            st.toast(TAKEN_BACK, icon=":material/lock:")


def _draw(message: str, *, can_sign_in: bool) -> None:
    with (
        st.container(horizontal=True, horizontal_alignment="center"),
        st.container(border=True, key="sign_in", width=460),
    ):
        st.markdown("#### Refract")
        st.caption("One collection of texts, seen through any question.")
        st.markdown(message)
        if not can_sign_in:
            return
        for provider in _providers():
            label = "Sign in" if provider is None else f"Sign in with {provider}"
            key = "sign_in_button" if provider is None else f"sign_in_button_{provider}"
            st.button(
                label, key=key, type="primary", icon=":material/login:", on_click=st.login, args=[provider]
            )


def _providers() -> list[str | None]:
    """Return the names of the sign-in services; None for the one without a name."""
    section = st.secrets["auth"]
    named = [str(name) for name in section if hasattr(section[name], "keys") and "client_id" in section[name]]
    return [None] if "client_id" in section or not named else list(named)
