"""The name of the person who labels: typed once, kept by the browser in a cookie, free to change."""

from __future__ import annotations

import getpass
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import quote, unquote
from uuid import uuid4

import streamlit as st

from core.utils import normal_text
from pages.common import account
from pages.common.state import set_widget, start_widget, state_of, widget_value

COOKIE = "refract_person"
KEPT_DAYS = 400  # the most that browsers allow
LONGEST_NAME = 60  # characters
FIELD = "guide_person"
HELP = (
    "Each label is recorded with the name of who gave it, and Undo takes back only labels under your name. "
    "This browser keeps the name. Until you type one, it is the user name of this machine."
)


@dataclass
class PersonState:
    """The name in this session.

    Attributes
    ----------
    name : str, "" where none was typed
    earlier : list of str, names under which this session labelled before
    unsaved : str, marks a name that the browser has not kept yet; "" for none
    """

    name: str = ""
    earlier: list[str] = field(default_factory=list)
    unsaved: str = ""


def person() -> str:
    """Return the name of the person who labels: who is signed in, the typed one, or this machine's user."""
    member = account.current_member()
    if member is not None:
        return member.name
    return _state().name or machine_user()


def earlier_names() -> list[str]:
    """Return the names that the person of this session had before the present one."""
    return [name for name in _state().earlier if name != person()]


def machine_user() -> str:
    """Return the user name under which the app runs."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no user name, as in some containers
        return "person"


def draw_name_field() -> None:
    """Draw the field for the name, empty until one is typed, and let the browser keep a new name.

    Whoever is signed in has a name already.
    """
    if account.is_shared_server():
        return
    state = _state()
    start_widget(FIELD, state.name)
    st.text_input(
        "Your name",
        key=FIELD,
        placeholder=machine_user(),
        max_chars=LONGEST_NAME,
        width=220,
        help=HELP,
        on_change=_rename,
    )
    if state.unsaved:
        st.html(_keep_script(state.name, state.unsaved), unsafe_allow_javascript=True)


def _state() -> PersonState:
    return state_of(PersonState, make=lambda: PersonState(_clean(unquote(_cookie()))))


def _cookie() -> str:
    """Return what the browser sent when this session began."""
    value = st.context.cookies.get(COOKIE, "")
    return value if isinstance(value, str) else ""


def _rename() -> None:
    """Take over what was typed; an empty field stands for the user name of this machine."""
    state, before = _state(), person()
    state.name = _clean(widget_value(FIELD) or "")
    set_widget(FIELD, state.name)
    if person() != before:
        state.earlier = [*(name for name in state.earlier if name != before), before]
        state.unsaved = uuid4().hex


def _clean(name: str) -> str:
    shown = (letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cs"))
    return normal_text("".join(shown))[:LONGEST_NAME].strip()


def _keep_script(name: str, mark: str) -> str:
    """Return a script that sets the cookie, once for each mark: a later tab may have set another name.

    It also takes the cursor out of the field, so that the next keys label texts.
    """
    age = KEPT_DAYS * 24 * 3600 if name else 0
    return f"""<script>{{
      if (sessionStorage.getItem("{COOKIE}") !== "{mark}") {{
        sessionStorage.setItem("{COOKIE}", "{mark}");
        document.cookie = "{COOKIE}={quote(name, safe="")}; path=/; max-age={age}; samesite=strict";
        const field = document.querySelector(".st-key-{FIELD} input");
        if (field === document.activeElement) field.blur();  // keys label again
      }}
    }}</script>"""
