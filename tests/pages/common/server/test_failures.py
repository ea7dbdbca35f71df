"""Errors that nothing handles, in a real server: a sentence with a number, and no text of a person."""

import re

import pytest

from benchmarks.speed.session import Session
from tests.support.app_server import ROOT, running_app
from tests.support.failing_app import CANARY

pytestmark = pytest.mark.model
SENTENCE = re.compile(r"^Something unexpected went wrong \((E-[A-Z2-7]{6})\): try again, .*\.$")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("failing")


@pytest.fixture(scope="module")
def address(folder):
    script = ROOT / "tests" / "support" / "failing_app.py"
    environment = {"PYTHONPATH": str(ROOT)}
    with running_app(folder / "home", folder / "out", script=script, environment=environment) as address:
        yield address


def log_of(folder):
    return (folder / "home" / "logs" / "refract.log").read_text()


@pytest.mark.parametrize("where", ["fail_page", "fail_callback", "fail_part"])
def test_an_error_anywhere_is_a_sentence_with_a_number_that_the_log_explains(address, folder, where):
    with Session(address, "ada") as session:
        session.click(where)
        assert len(session.errors) == 1
        number = SENTENCE.match(session.errors[0].replace("\\", ""))[1]
        assert any("Try again" in widget or "try_again" in widget for widget in session._widgets)
    entry = log_of(folder).partition(number)[2].partition("\n\n")[0]
    assert "ValueError: …no number in …" in entry and "failing_app.py:" in entry


def test_neither_log_nor_terminal_holds_the_text(address, folder):
    with Session(address, "ada") as session:
        for where in ("fail_page", "fail_thread"):
            session.click(where)
    assert "in a thread" in log_of(folder)
    said = log_of(folder) + (folder / "out").read_text()
    assert CANARY not in said and "Canary" not in said
