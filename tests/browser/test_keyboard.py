"""The story of the demo by keyboard alone: both maps, a new question, labels, evidence, export."""

import pandas as pd
import pytest

from tests.support.app_server import ROOT, open_browser, running_app

pytestmark = [pytest.mark.browser, pytest.mark.model]
DEMO = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv")
BOTH_MAPS = '.linked-maps[data-panes="2"][data-state="drawn"]'
CARD = ".st-key-guide_card [data-testid=stText]"
WARM_UP = 240_000  # milliseconds: the demo is built first
MOST_TABS = 90
N_LABELS = 12


def tab_to(page, selector):
    """Press Tab until an element in the one that the selector finds has the focus."""
    target = page.locator(selector).first
    target.wait_for()
    for _ in range(MOST_TABS):
        if target.evaluate("element => element.matches(':focus-within')"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach of the Tab key")


def press(page, selector):
    tab_to(page, f"{selector} button")
    page.keyboard.press("Enter")


def test_the_story_of_the_demo_needs_no_mouse(tmp_path):
    emotions = dict(zip(DEMO["text"], DEMO["emotion"], strict=True))
    with running_app(tmp_path, demo=True) as address, open_browser() as page:
        page.goto(address)
        press(page, ".st-key-try_demo")
        page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
        press(page, ".st-key-new_analysis")
        tab_to(page, ".st-key-guide_instruction")
        page.keyboard.type("by mood")
        page.keyboard.press("Enter")
        page.locator(".st-key-guide_new_label input:focus").wait_for()
        names = sorted(set(emotions.values()))
        page.keyboard.type(", ".join(names))
        page.keyboard.press("Enter")
        card = page.locator(CARD)
        card.wait_for()
        page.keyboard.press("Escape")
        for _ in range(N_LABELS):
            text = card.inner_text()
            page.keyboard.press(str(names.index(emotions[text]) + 1))
            page.wait_for_function(
                "([card, text]) => document.querySelector(card)?.innerText !== text", arg=[CARD, text]
            )
        page.keyboard.press("f")
        page.locator(BOTH_MAPS).wait_for(timeout=WARM_UP)
        tab_to(page, '[data-testid="stSidebar"] a[href$="evidence"]')
        page.keyboard.press("Enter")
        page.locator(".st-key-evidence_verdict").get_by_text("labels").first.wait_for(timeout=WARM_UP)
        tab_to(page, '[data-testid="stSidebar"] a[href$="export"]')
        page.keyboard.press("Enter")
        page.locator(".st-key-export_csv").wait_for()
        tab_to(page, ".st-key-export_csv")
