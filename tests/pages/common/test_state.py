import ast
from dataclasses import dataclass
from pathlib import Path

import pytest
import streamlit as st

from pages.common import (
    forget_widgets,
    n_shown,
    reset_state,
    set_widget,
    show_more,
    start_widget,
    state_of,
    widget_value,
)

PAGES = Path(__file__).resolve().parents[3] / "pages"


@dataclass
class Colour:
    name: str = "red"


@pytest.fixture(autouse=True)
def session(monkeypatch):
    monkeypatch.setattr(st, "session_state", {})


def test_only_two_files_use_the_session():
    users = {
        file.relative_to(PAGES).as_posix()
        for file in PAGES.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "session_state")
        or (isinstance(node, ast.alias) and node.name == "session_state")
    }
    assert users == {"common/state.py", "common/account/session.py"}


def test_each_owner_has_a_state_of_its_own():
    state_of(Colour, "a").name = "blue"
    assert (state_of(Colour, "a").name, state_of(Colour, "b").name, state_of(Colour).name) == (
        "blue",
        "red",
        "red",
    )
    reset_state(Colour, "a")
    reset_state(Colour, "never used")
    assert state_of(Colour, "a").name == "red"


def test_widgets_keep_what_was_set_until_they_are_forgotten():
    assert widget_value("field_x", "nothing") == "nothing"
    start_widget("field_x", 1)
    start_widget("field_x", 2)
    set_widget("other", 3)
    assert widget_value("field_x") == 1
    forget_widgets("field_")
    assert widget_value("field_x") is None and widget_value("other") == 3


def test_a_list_shows_as_many_entries_as_were_asked_for():
    assert n_shown("list", 5) == 5
    show_more("list", 10)
    assert n_shown("list", 5) == 10 and n_shown("another", 5) == 5
