"""A stranger on a fresh machine: one click on the only primary button leads to both maps of the demo."""

import pandas as pd
import pytest

from tests.support.app_server import ROOT, open_browser, running_app

pytestmark = pytest.mark.browser
N_TEXTS = len(pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv"))
BUILT = 300_000  # milliseconds until the worker is warm and the demo is built
BOTH_MAPS = '.linked-maps[data-panes="2"][data-state="drawn"]'
MOVES = "path => getComputedStyle(path).animationName != 'none'"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with running_app(tmp_path_factory.mktemp("home"), demo=True) as address:
        yield address


def land(page, address):
    page.set_default_timeout(120_000)
    page.goto(f"{address}/corpus")
    page.locator(".st-key-try_demo button").wait_for()


def test_1_one_click_leads_to_both_maps(address):
    with open_browser() as page:
        land(page, address)
        page.locator("figure.still").wait_for()
        assert page.locator("figure.moving path").first.evaluate(MOVES)
        primary = page.locator('[data-testid="stBaseButton-primary"]')
        assert primary.count() == 1
        primary.click()
        page.wait_for_url("**/maps", timeout=BUILT)  # by itself
        page.locator(BOTH_MAPS).wait_for()
        assert page.locator(".linked-maps").get_attribute("data-points") == str(N_TEXTS)
        page.locator(".st-key-demo_own_question button").click()
        page.wait_for_url("**/guide")
        assert page.locator(".st-key-guide_instruction input").input_value() == ""


def test_2_a_second_session_finds_it_built(address):
    """It was opened, so a new session begins with its maps; the corpus page opens them again at once."""
    with open_browser(reduced_motion="reduce") as page:
        land(page, address)
        page.locator("figure.moving").wait_for()
        assert not page.locator("figure.moving path").first.evaluate(MOVES)
        page.locator(".st-key-try_demo button").click()
        page.locator(BOTH_MAPS).wait_for()
        page.locator(".st-key-corpus_switcher button").first.wait_for()
