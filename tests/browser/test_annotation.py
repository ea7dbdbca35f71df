"""Label construction from the browser: the whole app with its worker, and a server that plays the model."""

import time

import pytest

from core.encoders import DEFAULT_ENCODER
from core.utils import MODEL_VARIABLE, URL_VARIABLE
from tests.support.app_server import choose, open_browser, running_app
from tests.support.chat_server import server as server  # the fixture

pytestmark = pytest.mark.browser


@pytest.fixture
def analysis(store, prepared):
    """An analysis of a corpus whose summaries the worker can encode."""
    store.set_encoding(prepared, DEFAULT_ENCODER, store.corpus_entry(prepared).embedding_key)
    return store.add_analysis(prepared, "by feeling")


def test_labels_by_a_model_from_start_to_review(analysis, store, home, server, monkeypatch, tmp_path):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    server.mood = lambda step, user, body: time.sleep(0.4) if step == "labels" else None
    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(f"{address}/guide")
        page.locator(".st-key-guide_more summary").first.click()
        page.get_by_role("tab", name="Labels by a language model").click()
        page.locator(".st-key-annotation_start button").first.wait_for()
        page.screenshot(path=tmp_path / "start.png")
        page.locator(".st-key-annotation_start button").first.click()
        page.get_by_text("Sorting texts").first.wait_for(timeout=90_000)
        page.screenshot(path=tmp_path / "progress.png")
        time.sleep(1)  # some answers
        page.locator(".st-key-annotation_cancel button").first.click()
        page.get_by_text("you can continue at any time").wait_for()
        assert store.labels.read(analysis).table.empty
        sent = server.counts()["labels"]
        assert 0 < sent < 60
        time.sleep(1)
        assert server.counts()["labels"] == sent  # nothing goes out after Cancel
        server.mood = lambda step, user, body: None
        page.locator(".st-key-annotation_start button").first.click()
        page.get_by_text("60 of 60 texts labelled").wait_for(timeout=60_000)
        assert server.counts()["labels"] < 60 + 8  # those under way at Cancel are asked again
        assert server.counts()["summaries"] == 60
        page.screenshot(path=tmp_path / "done.png", full_page=True)
        choose(page, "guide_mode", "Given by a model")
        page.get_by_text("small labelled it").wait_for()
        page.locator(".st-key-guide_keep button").first.click()
        page.get_by_text("59 such labels").wait_for()
        page.locator(".st-key-guide_reject button").first.click()
        page.get_by_text("58 such labels").wait_for()
        page.screenshot(path=tmp_path / "review.png")
    given = store.labels.read(analysis).table
    assert ((given["source"] == "model") & (given["given_by"] == "small")).sum() == 58
    assert given["label"].isna().sum() == 1
