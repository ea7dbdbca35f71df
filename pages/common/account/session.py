"""What a session knows of its person: read before any store is opened, so not part of `AppState`."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

KEY = "refract_account"


@dataclass
class AccountState:
    """What one browser session knows of its person.

    Attributes
    ----------
    place : str, id of the shared corpus in use; "" for the person's own folder
    is_admitted : bool, whether the top of `app.py` let the present run pass
    recorded : str, the sign-in that was recorded; "" before the first
    """

    place: str = ""
    is_admitted: bool = False
    recorded: str = ""


def account() -> AccountState:
    """Return the state of this session."""
    return st.session_state.setdefault(KEY, AccountState())
