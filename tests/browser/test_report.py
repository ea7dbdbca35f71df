"""The exported report, opened as a file in Chromium."""

import re

import pytest

from core.encoders import DEFAULT_ENCODER
from core.export.pictures.web_page import write_page
from tests.core.export.pictures.test_web_page import source
from tests.support.app_server import open_browser

pytestmark = pytest.mark.browser

RECORD = {"encoder": DEFAULT_ENCODER, "encoder_commit": ""}
TEXTS = ["the van was late", "<b>late</b> again", "friendly people", "</script> a parcel"]


def test_the_report_draws_both_maps_from_the_file_alone(tmp_path):
    path = tmp_path / "report.html"
    with path.open("wb") as file:
        write_page(file, source(TEXTS), RECORD, longest=None)
    with open_browser() as page:
        requests, said = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        maps = page.locator(".linked-maps[data-state='drawn'][data-points='4'][data-panes='2']")
        maps.wait_for()
        items = page.locator("#list button")
        assert items.count() == 4 and items.nth(1).inner_text().startswith("<b>late</b> again")

        stage = page.locator("[data-pane='0'] .stage").bounding_box()
        lasso = [(0.01, 0.99), (0.99, 0.99), (0.99, 0.5), (0.01, 0.5)]  # the lower half
        page.locator("[data-action=lasso]").click()
        for number, (x, y) in enumerate(lasso):
            page.mouse.move(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"], steps=4)
            if number == 0:
                page.mouse.down()
        page.mouse.up()
        page.locator(".linked-maps[data-selected='2']").wait_for()
        page.get_by_text("2 selected").first.wait_for()
        assert items.count() == 2

        page.get_by_role("button", name="Clear selection").click()
        page.locator(".linked-maps[data-selected='0']").wait_for()
        page.get_by_label("Search the texts").fill("LATE")
        page.locator(".linked-maps[data-lit='2']").wait_for()
        assert items.count() == 2
        page.get_by_role("button", name="late", exact=True).first.click()
        page.locator(".linked-maps[data-selected='2']").wait_for()
        page.get_by_text("2 selected and found").wait_for()

        page.get_by_label("Search the texts").fill("")
        page.locator(".linked-maps[data-lit='0']").wait_for()
        items.first.click()
        page.locator(".linked-maps[data-selected='1']").wait_for()
        page.locator("#colour").select_option(label="Given label")
        page.locator(".linked-maps[data-colouring='Given label'][data-selected='1']").wait_for()
        page.emulate_media(media="print")
        assert page.locator(".still img").is_visible() and not maps.is_visible()
        assert requests[0] == path.as_uri()
        assert all(re.match("data:image/png|file:", address) for address in requests)
        assert len([address for address in requests if address.startswith("file:")]) == 1
        # The software renderer of the tests complains of its own slowness.
        assert [message for message in said if "GL Driver Message" not in message] == []
