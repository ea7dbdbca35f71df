"""What one person may bring to a shared server."""

import threading
from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import StoreError
from core.storage import Store
from core.storage.team import Member
from core.utils.server_rules import RULES_FILE
from pages.common import account, cache
from tests.conftest import ROOT, make_frame

ADA = Member("1", "ada@example.org", "ada@example.org", "today")


@pytest.fixture
def shared(home, monkeypatch):
    """Call it with the lines of the rules of a server on which Ada is signed in."""
    # `account.place` is a function
    for module in (account, import_module("pages.common.account.place")):
        monkeypatch.setattr(module, "current_member", lambda: ADA)

    def write(text):
        (home / RULES_FILE).write_text(text)
        return Store(ADA.home(home))

    return write


def upload_page():
    import streamlit as st

    from core.errors import CorpusError
    from pages.common import account

    try:
        file = account.upload_file("A file", key="file")
        st.text("none" if file is None else file.name)
    except CorpusError as error:
        st.text(str(error))


def test_an_upload_that_is_too_large_is_named_with_the_limit_and_who_sets_it(shared):
    shared("max_upload_mb = 1")
    app = AppTest.from_function(upload_page).run()
    assert app.file_uploader(key="file").proto.max_upload_size_mb == 1
    app.file_uploader(key="file").upload("all.csv", b"x" * 2**20, "text/csv").run()
    assert app.text[0].value == "all.csv"
    app.file_uploader(key="file").upload("large.csv", b"x" * (2**20 + 1), "text/csv").run()
    assert all(word in app.text[0].value for word in ("large.csv", "1 MB", "whoever runs the server"))


def test_no_page_takes_files_by_another_way():
    files = (ROOT / "pages").rglob("*.py")
    found = {str(file.relative_to(ROOT)) for file in files if "file_uploader(" in file.read_text()}
    assert found == {"pages/common/account/limits.py"}


def test_two_tabs_that_store_at_once_stay_within_the_number_of_corpora(shared):
    store, told = shared("max_corpora = 2"), []
    begin = threading.Barrier(4)

    def store_one(number):
        corpus = build_corpus(Table(f"{number}.csv", make_frame(6, seed=number), "UTF-8", ()), "text")
        begin.wait(30)
        try:
            cache.add_corpus(corpus)
        except StoreError as error:
            told.append(str(error))

    threads = [threading.Thread(target=store_one, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(store.corpora()) == 2 and len(told) == 2
    assert all("remove one first" in each for each in told)
