"""A stranger reaches both maps, who sees the page and knows nothing else."""

import re
import shutil

import pandas as pd
import pytest
from playwright.sync_api import expect

from core.jobs import JobRunner
from tests.support.app_server import ROOT, open_browser, running_app
from tests.support.stranger import expect_at_most, press_primary

pytestmark = [pytest.mark.browser, pytest.mark.model]
DEMO = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv")
BOTH_MAPS = '.linked-maps[data-panes="2"][data-state="drawn"]'
WARM_UP = 240_000  # milliseconds
MOST_KEYS = 30


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A data folder after the first start of the app: the demo is built."""
    home = tmp_path_factory.mktemp("built")
    runner = JobRunner(home)
    try:
        assert runner.wait(runner.submit("prepare_demo", "Demo"), 240).status == "done"
    finally:
        runner.close()
    return home


@pytest.fixture
def page(built, tmp_path):
    shutil.copytree(built, tmp_path / "home")
    with running_app(tmp_path / "home", demo=True) as address, open_browser() as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(address)
        yield page
        assert page.errors == []


def test_one_click_leads_to_both_maps_of_the_demo(page):
    press_primary(page)
    page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
    expect(page.locator(".linked-maps")).to_have_attribute("data-points", str(len(DEMO)))
    expect(page.get_by_test_id("stSidebar").get_by_text("works").first).to_be_visible(timeout=WARM_UP)
    expect_at_most(page, 30)


def test_a_file_with_labels_takes_two_clicks_and_no_word(page, tmp_path):
    table = DEMO.head(150)[["text", "emotion"]].rename(columns={"emotion": "sentiment"})
    table.insert(0, "id", range(1000, 1150))
    table.to_csv(tmp_path / "reviews.csv", index=False)
    page.locator(".st-key-corpus_upload input[type=file]").set_input_files(tmp_path / "reviews.csv")
    page.locator(".st-key-corpus_label_column").get_by_text("sentiment").click()
    page.get_by_text("Two maps open").wait_for()
    expect_at_most(page, 8)
    press_primary(page)
    page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
    expect(page.locator(".linked-maps")).to_have_attribute("data-points", "150")


def test_a_new_question_to_the_demo_gets_a_verdict_within_thirty_keys(page):
    intents = dict(zip(DEMO["text"], DEMO["intent"], strict=True))
    press_primary(page)
    page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
    page.locator(".st-key-new_analysis button").click()
    field = page.locator(".st-key-guide_instruction input")
    field.fill("by what the writer wants")
    field.press("Enter")
    page.locator(".st-key-guide_name_by").get_by_text("intent").first.click()
    card = page.locator(".st-key-guide_card [data-testid=stText]")
    names = sorted(set(intents.values()))
    previous = ""
    for _ in range(MOST_KEYS):
        expect(card).not_to_have_text(previous)
        previous = card.inner_text()
        page.keyboard.press(str(names.index(intents[previous]) + 1))
    expect_at_most(page, 14)
    press_primary(page)
    page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
    verdict = page.locator(".st-key-maps_evidence")
    expect(verdict).to_contain_text(re.compile("works|does not help", re.IGNORECASE), timeout=WARM_UP)
