"""Without a sound record of who may open what, nobody gets in, and the page says why."""

import sqlite3
from contextlib import closing
from importlib import import_module

import streamlit as st
from streamlit.testing.v1 import AppTest

from core.storage.team import Member
from core.utils.server_rules import RULES_FILE

ADA = Member("a" * 32, "ada@example.org", "ada@example.org", "s1")


def page():
    import streamlit as st

    from pages.common.account import admit

    if admit():
        st.write("inside")


def written(page):
    assert not page.exception
    return " ".join(each.value for each in page.markdown)


def test_a_damaged_record_of_rights_lets_nobody_in(home, monkeypatch):
    (home / RULES_FILE).write_text("sign_in_hours = 2\n")
    module = import_module("pages.common.account.place")
    monkeypatch.setattr(module, "identify", lambda claims, rules: ADA)
    test = AppTest.from_function(page)
    test.secrets["auth"] = {"client_id": "refract"}
    assert "inside" in written(test.run())
    st.cache_resource.clear()  # as in a process that starts now
    with closing(sqlite3.connect(home / "team.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damaged = home / "damaged"
    damaged.write_bytes((home / "team.sqlite").read_bytes()[:4096] + b"no database" * 999)
    damaged.replace(home / "team.sqlite")
    found = written(test.run())
    assert "inside" not in found and "team.sqlite is damaged" in found and "doctor" in found
