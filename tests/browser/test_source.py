"""A path and an address in place of an upload, in a real browser with the real worker."""

import pandas as pd
import pytest

from tests.support.app_server import open_browser, running_app
from tests.support.file_server import FileServer

pytestmark = pytest.mark.browser

WAIT = 90_000  # milliseconds, on a busy machine


@pytest.fixture
def page(tmp_path):
    with running_app(tmp_path / "home", log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(address)
        yield page


def button(page, key):
    return page.locator(f".st-key-{key} button")


def enter(page, typed):
    field = page.locator(".st-key-corpus_path input")
    field.wait_for(timeout=WAIT)
    field.fill(str(typed))
    field.press("Enter")


def test_a_wrong_path_a_large_file_and_an_address(page, tmp_path):
    texts = pd.DataFrame({"text": [f"message number {n} about a parcel" for n in range(60_000)]})
    texts.assign(kind="late").to_parquet(tmp_path / "large.parquet")
    enter(page, tmp_path / "none.parquet")
    page.locator("[data-testid=stAlert]").filter(has_text="none.parquet").wait_for(timeout=WAIT)
    assert page.locator(".st-key-corpus_path input").input_value().endswith("none.parquet")

    enter(page, tmp_path / "large.parquet")
    button(page, "corpus_read").click(timeout=WAIT)
    page.get_by_text("Show the map of 60,000 texts").wait_for(timeout=WAIT)
    assert page.get_by_text("kind", exact=True).count()
    button(page, "corpus_back").click()

    server = FileServer()
    server.files["/letters.csv"] = texts.head(40).to_csv(index=False).encode()
    enter(page, f"{server.url}/letters.csv")
    button(page, "corpus_ask").wait_for(timeout=WAIT)
    assert server.asked == []
    button(page, "corpus_ask").click()
    button(page, "corpus_fetch").click(timeout=WAIT)
    button(page, "corpus_read").click(timeout=WAIT)
    page.get_by_text("Show the map of 40 texts").wait_for(timeout=WAIT)
    assert not page.locator("[data-testid=stException]").count()
    server.close()
