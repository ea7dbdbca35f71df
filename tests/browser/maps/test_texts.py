"""The panel beside the maps, in a real browser: its list, an open text, its place in narrow windows."""

import pytest
from playwright.sync_api import expect

from tests.support.app_server import open_browser, running_app
from tests.support.stranger import visible_controls

pytestmark = [pytest.mark.browser, pytest.mark.model]
LIST = ".st-key-maps_texts .open"
SCROLLED = "document.querySelector('.st-key-maps_panel_body').scrollTop"
SCROLLS = "(main => main.scrollHeight > main.clientHeight)(document.querySelector('[data-testid=stMain]'))"
MOST_CONTROLS = 30


@pytest.fixture(scope="module")
def address(fitted_demo):
    with running_app(fitted_demo) as address:
        yield address


@pytest.fixture
def page(address):
    with open_browser(reduced_motion="reduce") as page:
        page.set_default_timeout(60_000)
        page.goto(f"{address}/maps")
        page.locator('.linked-maps[data-panes="2"][data-state="drawn"]').wait_for()
        page.locator(LIST).first.wait_for()
        yield page


def box(page, selector):
    return page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_maps_and_panel_are_in_one_window_with_few_controls(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
    page.wait_for_function(f"() => !{SCROLLS}")
    maps, side = box(page, ".linked-maps"), box(page, ".st-key-maps_side")
    assert side["x"] >= maps["x"] + maps["width"] and side["y"] + side["height"] <= size[1]
    assert len(visible_controls(page)) <= MOST_CONTROLS


def test_maps_tabs_and_accuracy_are_in_one_window_of_a_tablet(page):
    page.set_viewport_size({"width": 900, "height": 800})
    page.locator(LIST).first.wait_for(state="hidden")
    page.wait_for_function(f"() => !{SCROLLS}")
    line = box(page, ".st-key-maps_quality")
    assert line["y"] + line["height"] <= 800


def test_label_review_fits_the_panel(page):
    page.locator(".st-key-maps_tabs").get_by_text("More").click()
    page.locator(".st-key-maps_more").get_by_text("Label review").click()
    labels = page.get_by_test_id("stButtonGroup").filter(has_text="confused ·").locator("button").last
    labels.scroll_into_view_if_needed()
    side, last = box(page, ".st-key-maps_side"), labels.bounding_box()
    assert last["x"] + last["width"] <= side["x"] + side["width"]


def test_a_text_opens_in_place_and_back_returns_to_the_same_place(page):
    page.locator(LIST).nth(25).scroll_into_view_if_needed()
    assert page.evaluate(SCROLLED) > 0
    page.locator(LIST).nth(25).click()
    page.locator(".st-key-maps_glass_rows .open").first.wait_for()
    page.locator('.linked-maps[data-lit="1"][data-selected="0"]').wait_for()
    page.wait_for_function(f"() => {SCROLLED} === 0")
    page.locator(".st-key-maps_glass_back button").first.click()
    page.wait_for_function(f"() => {SCROLLED} > 0")
    expect(page.locator(LIST).nth(25)).to_be_in_viewport(timeout=60_000)


def test_the_list_is_used_by_keys(page):
    page.locator(LIST).first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator('.linked-maps[data-lit="1"]').wait_for()
    page.locator(".st-key-maps_glass_back").first.wait_for()


def test_matches_of_a_search_are_marked(page):
    page.locator(".st-key-maps_search input").fill("refund")
    page.keyboard.press("Enter")
    page.locator(f"{LIST} mark").first.wait_for()
    assert {word.lower() for word in page.locator(f"{LIST} mark").all_inner_texts()} == {"refund"}


def test_without_the_panel_the_maps_take_its_room(page):
    before = box(page, ".linked-maps")["width"]
    page.locator(".st-key-maps_fold button").first.click()
    page.locator(".st-key-maps_side").wait_for(state="detached")
    page.wait_for_function(f"() => document.querySelector('.st-key-maps_both').clientWidth > {before} + 300")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_tabs_leave_the_legend_in_sight(page, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".linked-maps.single").wait_for()
    page.locator(LIST).first.wait_for(state="hidden")
    entry = box(page, ".linked-maps .entry:not(.more)")
    assert entry["y"] + entry["height"] <= box(page, ".st-key-maps_tabs")["y"]


def test_on_a_phone_the_panel_opens_when_it_has_something_to_show(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(LIST).first.wait_for(state="hidden")
    assert box(page, ".st-key-maps_tools")["height"] <= 200
    page.locator(".st-key-maps_search input").fill("refund")
    page.keyboard.press("Enter")
    page.locator(f"{LIST} mark").first.wait_for()
    side = box(page, ".st-key-maps_side")
    assert side["y"] + side["height"] <= 845
