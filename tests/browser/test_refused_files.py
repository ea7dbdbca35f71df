"""A file that is refused says why in words that can be seen, in a real browser."""

import pytest

from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv("STREAMLIT_SERVER_MAX_UPLOAD_SIZE", "1")
    with running_app(tmp_path / "home", log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(address)
        yield page


def test_the_reason_is_seen(page):
    chosen = page.locator(".st-key-corpus_upload input[type=file]")
    chosen.set_input_files({"name": "survey.zip", "mimeType": "application/zip", "buffer": b"PK\x03\x04"})
    said = page.locator("[data-testid=stAlert]").filter(has_text="survey.zip")
    said.wait_for(timeout=30_000)
    assert "unpack" in said.inner_text()

    large = b"text\n" + b"The parcel came late.\n" * 60_000
    chosen.set_input_files({"name": "large.csv", "mimeType": "text/csv", "buffer": large})
    reason = page.locator("[data-testid=stFileChip] > [role=alert]")
    reason.wait_for(timeout=30_000)
    assert "1.0MB or smaller" in reason.inner_text()
    assert reason.bounding_box()["width"] > 100
