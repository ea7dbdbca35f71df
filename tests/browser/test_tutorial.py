"""The steps of docs/tutorial.md, in a real browser; `make screenshots` keeps its pictures in docs/images."""

import io
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.support.app_server import ROOT, open_browser, open_until_seen, running_app

pytestmark = pytest.mark.browser
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
INTENTS = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv").set_index("text")["intent"]
INSTRUCTION = "by what the text does"
NAMES = ["question", "suggestion", "report", "decision"]
N_LABELS = 40
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 150_000
PATIENCE = 300_000  # milliseconds until the worker is warm and the demo is built
BOTH_MAPS = '.linked-maps[data-panes="2"][data-state="drawn"]'


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    chosen = os.environ.get("REFRACT_SCREENSHOTS")
    return ROOT / chosen if chosen else tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with (
        running_app(tmp_path_factory.mktemp("home"), demo=True) as address,
        open_browser(accept_downloads=True, color_scheme="light") as page,
    ):
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        page.goto(f"{address}/corpus")
        yield page


@pytest.fixture
def shoot(page, images):
    """Take a picture that the tutorial shows."""

    def shoot(name):
        assert f"images/{name}.webp" in TUTORIAL
        page.mouse.move(1, HEIGHT - 1)  # no tooltip
        page.evaluate("document.activeElement.blur()")  # no frame around what has the focus
        page.wait_for_timeout(1_000)  # what fades or moves has ended
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        path = images / f"{name}.webp"
        picture.save(path, quality=86, method=6)
        assert path.stat().st_size < MOST_BYTES

    return shoot


def button(page, key):
    return page.locator(f".st-key-{key} button").first


def open_page(page, name):
    page.get_by_role("link", name=name).first.click()


def test_1_the_demo_opens_on_both_maps(page, shoot):
    button(page, "try_demo").wait_for(timeout=PATIENCE)
    page.locator("figure.moving").wait_for()
    page.wait_for_timeout(3_000)  # its points have arrived
    shoot("start")
    button(page, "try_demo").click()
    page.wait_for_url("**/maps", timeout=PATIENCE)
    page.locator(BOTH_MAPS).wait_for()
    page.locator(".st-key-maps_evidence").get_by_text("Works").first.wait_for(timeout=PATIENCE)
    shoot("demo-maps")


def test_2_a_question_of_ones_own_is_labelled_by_keys(page, shoot):
    button(page, "demo_own_question").click()
    page.wait_for_url("**/guide")
    field = page.locator(".st-key-guide_instruction input")
    field.fill(INSTRUCTION)
    field.press("Enter")
    field = page.locator(".st-key-guide_new_label input")
    field.fill(", ".join(NAMES))
    field.press("Enter")
    for name in NAMES:
        page.locator(".st-key-guide_buttons").get_by_text(name).wait_for()
    page.locator(".st-key-guide_card").wait_for()
    shoot("deck")
    page.locator("h4").first.click()  # the keys work when no field has the focus
    for _ in range(N_LABELS):
        label_shown_text(page)
    page.locator("[data-testid=stSidebar]").get_by_text(f"● {N_LABELS} labels").wait_for()
    shoot("labelled")


def label_shown_text(page):
    card = page.locator(".st-key-guide_card").inner_text()
    (intent,) = {intent for text, intent in INTENTS.items() if text in card}
    page.keyboard.press(str(NAMES.index(intent) + 1))
    page.wait_for_function("text => document.querySelector('.st-key-guide_card').innerText != text", arg=card)


def test_3_the_map_is_reshaped(page, shoot):
    page.keyboard.press("f")
    page.wait_for_url("**/maps", timeout=PATIENCE)
    page.locator(BOTH_MAPS).wait_for()
    page.locator(".linked-maps .title", has_text=INSTRUCTION).wait_for()
    verdict = re.compile("Works|Too early to tell|Does not help")
    page.locator(".st-key-maps_evidence").get_by_text(verdict).first.wait_for(timeout=PATIENCE)
    shoot("own-maps")


def test_4_texts_are_selected_and_read(page, shoot):
    box = page.locator(".linked-maps [data-pane='1'] .stage").bounding_box()
    x, y, half = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"] / 4
    page.keyboard.down("Shift")
    page.mouse.move(x - half, y - half)
    page.mouse.down()
    for corner in [
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
        (x - half, y - half + 9),
    ]:
        page.mouse.move(*corner, steps=8)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.locator(".st-key-maps_side").get_by_text("selected", exact=False).first.wait_for()
    assert int(page.locator(".linked-maps").get_attribute("data-selected")) > 10
    shoot("selection")
    page.keyboard.press("Escape")
    page.locator(".st-key-maps_side_panel").get_by_text("Clusters", exact=True).click()
    name = page.locator("[class*=st-key-maps_cluster_edit_analysis][class*=_name] input").first
    open_until_seen(page.locator("[class*=st-key-maps_cluster_rename_analysis] button").first, name)
    page.keyboard.press("Escape")
    shoot("clusters")


def test_5_the_evidence_is_read(page, shoot):
    open_page(page, "Evidence")
    page.locator(".st-key-evidence_verdict").get_by_text("Each label was hidden in turn").wait_for()
    page.locator(".st-key-evidence_change .main-svg").first.wait_for(timeout=PATIENCE)
    page.get_by_text("Measuring…").first.wait_for(state="detached", timeout=PATIENCE)
    shoot("evidence")


def test_6_the_table_is_exported(page, shoot):
    open_page(page, "Export")
    button(page, "export_csv").wait_for(timeout=PATIENCE)
    shoot("export")
    with page.expect_download() as download:
        button(page, "export_csv").click()
    table = pd.read_csv(Path(download.value.path()))
    assert len(table) == len(INTENTS) and table["given_label"].notna().sum() == N_LABELS
    assert {"predicted_label", "probability", "reshaped_cluster_name"} <= set(table.columns)


def test_7_the_tutorial_shows_every_picture_and_says_what_was_typed(images):
    shown = set(re.findall(r"images/([\w-]+)\.webp", TUTORIAL))
    assert shown == {path.stem for path in images.glob("*.webp")} - {"morph"}
    assert all(typed in TUTORIAL for typed in (INSTRUCTION, ", ".join(NAMES), f"{N_LABELS} labels"))
