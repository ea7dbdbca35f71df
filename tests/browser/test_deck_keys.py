"""Keys of the deck work wherever the cursor is, and leave what a person types alone."""

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from tests.conftest import make_frame
from tests.support.app_server import choose, open_browser, running_app

pytestmark = pytest.mark.browser
FIELD = ".st-key-guide_new_label input"


@pytest.fixture
def analysis(store):
    corpus = build_corpus(Table("letters.csv", make_frame(60), "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    analysis = store.add_analysis(corpus.key, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    return analysis


def labels(store, analysis):
    return store.labels.read(analysis).table["label"].tolist()


def press(page, key, ends):
    """Press a key, and wait until the store says that it did its work."""
    page.keyboard.press(key)
    for _ in range(100):
        if ends():
            break
        page.wait_for_timeout(100)
    assert ends()
    page.wait_for_function("!document.querySelector('[data-stale=true]')")


def test_keys_label_skip_undo_and_redo_also_from_an_empty_field(analysis, store, home, tmp_path):
    def given():
        return labels(store, analysis)

    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(f"{address}/guide")
        page.locator(".st-key-guide_label_1 button").wait_for()
        press(page, "1", lambda: given() == ["angry"])
        press(page, "s", lambda: given() == [None, "angry"])
        press(page, "z", lambda: given() == ["angry"])
        page.locator(".st-key-guide_redo button").first.wait_for()
        press(page, "Shift+Z", lambda: given() == [None, "angry"])

        field = page.locator(FIELD)
        field.focus()  # nothing is typed: a digit labels the card
        press(page, "2", lambda: given() == ["pleased", None, "angry"])
        assert field.input_value() == ""
        field.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.tagName") == "BODY"
        press(page, "1", lambda: given() == ["angry", "pleased", None, "angry"])

        for mode in ("Fits none", "Suggested"):
            choose(page, "guide_mode", mode)  # which leaves the list
            page.wait_for_function("document.activeElement.tagName == 'BODY'")
        page.locator(".st-key-guide_label_0 button").wait_for()
        press(page, "z", lambda: given() == ["pleased", None, "angry"])
        press(page, "1", lambda: given() == ["angry", "pleased", None, "angry"])

        field.focus()  # something is typed: digits belong to it
        page.keyboard.type("v2")
        assert field.input_value() == "v2"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.tagName") == "BODY"
        page.keyboard.press("Control+1")
        field.focus()
        page.keyboard.press("Alt+2")
        page.evaluate(
            "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', "
            "{key: '2', isComposing: true, bubbles: true, cancelable: true}))"
        )
        page.wait_for_timeout(1500)
        assert given() == ["angry", "pleased", None, "angry"]
        assert store.label_names.current(analysis) == ["angry", "pleased"]
