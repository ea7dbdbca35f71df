"""The whole story in a real browser: upload, encode, label, fit, two maps, lasso, evidence, export."""

import io
import json
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.app_server import ROOT, choose, open_browser, open_until_seen, running_app
from tests.support.watch_page import watch_page

pytestmark = pytest.mark.browser
DEMO = ROOT / "assets" / "demo" / "feedback.csv"
SCREENSHOTS = Path(os.environ.get("REFRACT_SCREENSHOTS", ROOT / "tests" / "screenshots"))
WARM_UP = 240_000  # milliseconds: numba compiles in the first minute, on a slow machine longer


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running_app(
        tmp_path_factory.mktemp("home"), log=tmp_path_factory.mktemp("log") / "app.log"
    ) as address:
        yield address


@pytest.fixture(scope="module")
def page(address):
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    SCREENSHOTS.mkdir(parents=True)
    with open_browser(accept_downloads=True) as page:
        page.seen = watch_page(page, address)
        yield page


def shoot(page, name):
    page.screenshot(path=SCREENSHOTS / f"{name}.png")


def button(page, key):
    return page.locator(f".st-key-{key} button").first


def maps(page):
    return page.locator(".linked-maps")


def camera(page):
    return json.loads(maps(page).get_attribute("data-camera"))


def lasso(page, pane, share=0.6):
    """Shift-drag around the middle of a pane."""
    box = page.locator(f".linked-maps [data-pane='{pane}'] .stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    dx, dy = box["width"] * share / 2, box["height"] * share / 2
    page.keyboard.down("Shift")
    page.mouse.move(x - dx, y - dy)
    page.mouse.down()
    for corner in [(x + dx, y - dy), (x + dx, y + dy), (x - dx, y + dy), (x - dx, y - dy + 8)]:
        page.mouse.move(*corner, steps=8)
    page.mouse.up()
    page.keyboard.up("Shift")


def side_panel(page, name):
    page.locator(".st-key-maps_side_panel").get_by_text(name, exact=True).click()


def test_1_upload_and_encode(page, address):
    page.goto(address)
    page.locator(".st-key-corpus_upload input[type=file]").set_input_files(DEMO)
    button(page, "corpus_encode").wait_for()
    page.locator(".preview").wait_for()
    shoot(page, "corpus")
    button(page, "corpus_encode").click()
    page.wait_for_url("**/maps", timeout=WARM_UP)  # by itself
    page.locator('[data-state="drawn"]').wait_for()
    assert maps(page).get_attribute("data-points") == str(len(pd.read_csv(DEMO)))
    assert page.locator(".linked-maps .pane").count() == 1  # exploring starts before any label
    shoot(page, "generic_map")


def test_2_names_alone_give_a_first_map(page):
    button(page, "next_step").click()
    page.locator(".st-key-guide_instruction input").fill("by what the customer feels")
    page.locator(".st-key-guide_instruction input").press("Enter")
    field = page.locator(".st-key-guide_new_label input")
    field.fill(", ".join(pd.read_csv(DEMO)["emotion"].unique()))
    field.press("Enter")
    for name in pd.read_csv(DEMO)["emotion"].unique():
        page.locator(".st-key-guide_buttons").get_by_text(name).wait_for()
    shoot(page, "names_only_guide")
    button(page, "guide_fit").click()
    page.wait_for_url("**/maps", timeout=WARM_UP)
    page.locator('.linked-maps[data-panes="2"][data-state="drawn"]').wait_for()
    page.locator(".st-key-maps_evidence").get_by_text("from names only").wait_for()
    maps(page).locator(".title", has_text="by what the customer feels (from names only)").wait_for()
    shoot(page, "names_only_maps")


def test_3_labels_and_fit(page, tmp_path):
    page.get_by_role("link", name="Guide").first.click()
    page.locator(".st-key-guide_more summary").first.click()
    frame = pd.read_csv(DEMO)
    labels = frame.groupby("emotion").sample(10, random_state=0).rename(columns={"emotion": "label"})
    labels[["text", "label"]].to_csv(tmp_path / "labels.csv", index=False)
    page.locator(".st-key-guide_import input[type=file]").set_input_files(tmp_path / "labels.csv")
    page.get_by_text("labels imported from file").first.wait_for(state="attached")
    shoot(page, "guide")
    card = page.locator(".st-key-guide_card")
    first = card.inner_text()
    page.locator("h4").first.click()  # the keys work when no field has the focus
    page.keyboard.press("1")
    wait_for_card(page, first, same=False)
    page.keyboard.press("z")
    wait_for_card(page, first, same=True)
    button(page, "guide_fit").click()
    page.wait_for_url("**/maps", timeout=WARM_UP)
    page.locator('.linked-maps[data-panes="2"][data-state="drawn"]').wait_for()
    evidence = page.locator(".st-key-maps_evidence")
    evidence.get_by_text(re.compile("Works|Too early to tell|Does not help")).first.wait_for(timeout=WARM_UP)
    shoot(page, "two_maps")


def wait_for_card(page, text, *, same):
    """Wait until the deck shows this text, or another."""
    page.wait_for_function(
        "([text, same]) => (document.querySelector('.st-key-guide_card').innerText == text) == same",
        arg=[text, same],
    )


def test_4_lasso_selects_in_both_maps(page):
    lasso(page, 0)
    page.locator(".st-key-maps_side").get_by_text("selected", exact=False).first.wait_for()
    selected = int(maps(page).get_attribute("data-selected"))
    assert selected > 20
    page.locator(".st-key-maps_side").get_by_text(f"{selected:,} selected").wait_for()
    shoot(page, "lasso")


def test_5_recolour_keeps_zoom_and_selection(page):
    box = page.locator(".linked-maps [data-pane='0'] .stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before_zoom = camera(page)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_timeout(800)  # the wheel's glide ends
    zoomed, selected = camera(page), maps(page).get_attribute("data-selected")
    assert zoomed != before_zoom
    choose(page, "maps_colour_True", "topic")
    page.locator('.linked-maps[data-colouring="topic"][data-state="drawn"]').wait_for()
    assert camera(page) == zoomed
    assert maps(page).get_attribute("data-selected") == selected
    shoot(page, "recoloured")


def test_6_search_lights_up_on_both_maps(page):
    field = page.locator(".st-key-maps_search input")
    field.fill("refund")
    field.press("Enter")
    page.locator('.linked-maps[data-lit]:not([data-lit="0"])').wait_for()
    assert maps(page).get_attribute("data-lit") == str(
        pd.read_csv(DEMO)["text"].str.contains("refund", case=False).sum()
    )
    shoot(page, "search")
    choose(page, "maps_search_by", "Meaning (Generic)")
    page.locator(".st-key-maps_search_nearest").wait_for()
    page.locator('.linked-maps[data-lit="50"]').wait_for()
    field.fill("")
    field.press("Enter")
    page.locator('.linked-maps[data-lit="0"]').wait_for()


def test_7_one_text_and_a_new_one_under_the_glass(page):
    side_panel(page, "More")
    page.locator(".st-key-maps_more").get_by_text("New text", exact=True).click()
    page.locator(".st-key-maps_new_text textarea").fill("I am furious that the van never came")
    button(page, "maps_place").click()
    for pane in maps(page).locator(".pane").all():
        pane.hover()
        pane.locator("[data-action=reset]").click()
    page.locator(".linked-maps .pin span").nth(1).wait_for()
    page.locator(".st-key-maps_side").get_by_text("angry").first.wait_for()
    shoot(page, "new_text")
    side_panel(page, "Texts")
    page.locator(".st-key-maps_texts .open").nth(2).click()
    page.locator(".st-key-maps_side").get_by_text("Neighbours", exact=True).wait_for()
    page.locator('.linked-maps[data-lit="1"]').wait_for()  # ringed; what was selected stays selected
    page.locator(".st-key-maps_glass_rows .open").first.click()
    page.get_by_text("Back to the text before").wait_for()
    shoot(page, "text")


def test_8_clusters_are_renamed_and_their_flows_selected(page):
    side_panel(page, "Clusters")
    name = page.locator("[class*=st-key-maps_cluster_edit_analysis][class*=_name] input").first
    open_until_seen(page.locator("[class*=st-key-maps_cluster_rename_analysis] button").first, name)
    name.fill("those who laughed")
    name.press("Enter")
    page.locator(".linked-maps .name", has_text="those who laughed").first.wait_for(state="attached")
    page.keyboard.press("Escape")
    shoot(page, "clusters")
    side_panel(page, "Flows")
    page.locator("[class*=st-key-maps_flows_chart]").first.wait_for()
    before = maps(page).get_attribute("data-selected")
    page.locator(".st-key-maps_flows_words button").first.click()
    page.locator(f'.linked-maps:not([data-selected="{before}"])').wait_for()
    shoot(page, "flows")


def test_9_labels_are_given_on_the_map_and_taken_back(page):
    side_panel(page, "Texts")
    lasso(page, 1, share=0.35)
    give = page.locator(".st-key-maps_label_give button").first
    name = page.locator("[class*=st-key-maps_label_name] input")
    open_until_seen(button(page, "maps_label_open"), name)
    name.fill("angry")
    name.press("Enter")
    give.get_by_text("as angry").wait_for()
    give.click()
    sidebar = page.locator("[data-testid=stSidebar]")
    sidebar.get_by_text("● 60 labels").wait_for(state="detached")
    shoot(page, "labelled_on_the_map")
    page.locator(".st-key-maps_side").get_by_text("Undo").first.click()
    sidebar.get_by_text("● 60 labels").wait_for()


def test_10_evidence_says_whether_it_helped(page):
    page.get_by_role("link", name="Evidence").first.click()
    page.locator(".st-key-evidence_verdict").get_by_text("Each label was hidden in turn").wait_for()
    page.locator(".st-key-evidence_change .main-svg").first.wait_for(timeout=WARM_UP)
    page.get_by_text("Measuring…").first.wait_for(state="detached", timeout=WARM_UP)
    assert page.locator(".driving-words > div").count() == 6
    shoot(page, "evidence")
    page.locator(".st-key-evidence_method summary").click()
    for chart in ("evidence_comparison", "evidence_curve"):
        page.locator(f".st-key-{chart} .main-svg").first.wait_for(timeout=WARM_UP)
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTo(0, main.scrollHeight)")
    shoot(page, "evidence_below")


def test_11_the_deck_finds_more_of_a_label(page):
    page.locator("[class*=st-key-evidence_more_] button", has_text="amused").click()
    page.locator(".st-key-guide_reason").get_by_text("most likely to be amused").wait_for()
    card = page.locator(".st-key-guide_card")
    first = card.inner_text()
    page.locator("h4").first.click()
    page.keyboard.press("s")
    wait_for_card(page, first, same=False)
    page.keyboard.press("z")
    wait_for_card(page, first, same=True)
    shoot(page, "more_of_a_label")
    choose(page, "guide_mode", "Possible mistakes")
    none = page.locator(".st-key-guide_card").get_by_text("looks like a mistake")
    page.locator(".st-key-guide_keep").or_(none).first.wait_for(timeout=WARM_UP)
    shoot(page, "possible_mistakes")


def test_12_export(page):
    page.get_by_role("link", name="Export").first.click()
    page.locator(".st-key-export_csv").wait_for()
    shoot(page, "export")
    with page.expect_download() as download:
        button(page, "export_csv").click()
    table = pd.read_csv(download.value.path())
    demo = pd.read_csv(DEMO)
    assert len(table) == len(demo) and table["given_label"].notna().sum() == 60
    assert {"text", "topic", "predicted_label", "probability", "generic_x", "reshaped_y"} <= set(
        table.columns
    )
    with page.expect_download() as download:
        button(page, "export_vectors").click()
    vectors = pd.read_parquet(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert len(vectors) == len(demo)
    with page.expect_download() as download:
        button(page, "export_linear").click()
    form = np.load(download.value.path())
    assert form["weights"].shape[0] == 384 and set(form["label_names"]) == set(demo["emotion"])


def test_13_a_reload_loses_nothing(page, address):
    page.goto(f"{address}/maps")
    page.locator('.linked-maps[data-state="drawn"]').wait_for()
    assert page.locator(".linked-maps .pane").count() == 2
    assert "by what the customer feels" in page.locator("[data-testid=stSidebar]").inner_text()


def test_14_a_cancelled_job_loses_nothing_and_a_closed_tab_stops_nothing(page, address, tmp_path):
    demo = pd.read_csv(DEMO)
    many = pd.concat([demo.assign(text=demo["text"] + f" ({number})") for number in range(4)])
    many.to_csv(tmp_path / "many.csv", index=False)
    page.goto(f"{address}/corpus")
    page.locator(".st-key-corpus_upload input[type=file]").set_input_files(tmp_path / "many.csv")
    page.get_by_text("Show the map of 2,304 texts").click()
    button(page, "corpus_cancel").click()
    page.get_by_text("Cancelled.").wait_for()
    page.get_by_text("Show the map of 2,304 texts").click()
    page.get_by_text(re.compile("texts/(s|min)")).first.wait_for(timeout=WARM_UP)
    shoot(page, "progress")
    page.goto("about:blank")
    page.goto(f"{address}/corpus")
    page.wait_for_url("**/maps", timeout=WARM_UP)  # the page went on showing the work, and then the map
    page.goto(f"{address}/corpus")
    page.get_by_text(re.compile("2,304 texts.*encoded with all-MiniLM-L6-v2")).first.wait_for()


def test_15_nothing_left_this_machine_and_nothing_broke(page):
    assert sorted(set(page.seen.outside)) == []
    assert page.seen.errors == []
