"""The linked maps in a real browser: wheel, fingers, buttons, keys, and windows of all sizes."""

import json
import time

import pytest

from tests.browser.maps.actions import (
    NORTH_WEST,
    NORTH_WEST_NAME,
    action,
    cameras,
    drag,
    expect_selected,
    maps,
    middle_of,
    zoom,
)

pytestmark = pytest.mark.browser


def test_two_fingers_zoom_and_one_leaves_the_map_where_it_is(page):
    session = page.context.new_cdp_session(page)
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def touch(kind, *places):
        points = [{"x": left + x, "y": top + y, "id": finger} for finger, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def camera():
        page.wait_for_timeout(200)
        return json.loads(maps(page).get_attribute("data-camera"))[0]

    zoom, x, y = camera()
    touch("touchStart", (0, 0))
    touch("touchMove", (40, 0))
    touch("touchEnd")
    assert camera() == [zoom, x, y]  # one finger is the page's
    touch("touchStart", (-40, 0))
    touch("touchStart", (-40, 0), (40, 0))
    touch("touchMove", (-80, 0), (80, 0))
    touch("touchEnd")
    assert camera()[0] == pytest.approx(2 * zoom, rel=0.01)
    expect_selected(page, [0, 0, 0, 0])


def test_the_wheel_is_the_pages_and_with_ctrl_the_maps(page):
    page.set_viewport_size({"width": 1440, "height": 500})
    before = cameras(page)
    page.mouse.move(*middle_of(page, "[data-pane='0'] .stage"))
    page.mouse.wheel(0, 200)
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 100")
    assert cameras(page) == before
    page.locator(".told").wait_for(state="detached")
    page.mouse.wheel(0, -200)
    page.wait_for_timeout(200)
    assert page.locator(".told").count() == 0  # it is said once
    zoom(page, -100)
    after = cameras(page)
    assert after[0][0] > before[0][0] and after[1] == before[1]
    page.set_viewport_size({"width": 1440, "height": 900})


def test_buttons_and_double_click_zoom(page):
    before = cameras(page)[0][0]
    pane = page.locator("[data-pane='0']")
    pane.hover()
    pane.get_by_label("Zoom in").click()
    closer = cameras(page)[0][0]
    assert closer > before
    page.mouse.dblclick(*middle_of(page, "[data-pane='0'] .stage"))
    assert cameras(page)[0][0] > closer
    pane.locator("[data-action=reset]").click()
    assert cameras(page)[0][0] == before
    pane.get_by_label("Zoom out").click()
    assert cameras(page)[0][0] < before


def test_outliers_are_left_out_of_the_first_view_and_can_be_shown(page):
    without = cameras(page)[0]
    page.get_by_text("outliers").click()
    beyond = page.locator("[data-pane='0'] .beyond")
    beyond.get_by_text("3 texts outside").wait_for()
    left, _ = cameras(page)
    scale = 5 / 1.3  # of the map's unit, which the outliers made smaller
    assert left[0] == pytest.approx(scale * without[0], rel=0.15)
    beyond.click()
    beyond.wait_for(state="hidden")
    assert cameras(page)[0][0] < left[0] / 2


def test_a_name_selects_the_texts_of_its_cluster(page):
    page.mouse.click(*middle_of(page, NORTH_WEST_NAME))
    expect_selected(page, [100, 0, 0, 0])
    page.keyboard.press("Escape")
    expect_selected(page, [0, 0, 0, 0])
    # By keyboard: one tab stop for all names.
    page.locator("[data-pane='0'] [data-action=reset]").focus()
    page.locator("[data-pane='0'] .stage").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect_selected(page, [0, 100, 0, 0])
    page.keyboard.press("Tab")
    assert page.locator("[data-pane='0'] .name:focus").count() == 0


def test_the_page_receives_which_text_is_opened_and_which_cluster_renamed(page):
    page.get_by_text("events").click()
    page.get_by_text("select ten").click()
    maps(page, selected=10)
    page.wait_for_timeout(500)
    stage = page.locator("[data-pane='1'] .stage").bounding_box()
    page.mouse.click(stage["x"] + stage["width"] / 2 + 167, stage["y"] + stage["height"] / 2 - 167)
    page.get_by_text("opened (").wait_for()
    expect_selected(page, [0, 0, 1, 0])
    page.mouse.dblclick(*middle_of(page, NORTH_WEST_NAME))
    page.get_by_text("renamed (0, 0)").wait_for()
    expect_selected(page, [100, 0, 0, 0])
    # One of several selected texts is opened, and all stay selected.
    opened = page.get_by_text("opened (").inner_text()
    stage = page.locator("[data-pane='0'] .stage").bounding_box()
    page.mouse.click(stage["x"] + stage["width"] / 2 - 167, stage["y"] + stage["height"] / 2 - 167)
    page.wait_for_function(f"!document.body.innerText.includes('{opened}')")
    expect_selected(page, [100, 0, 0, 0])


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
def test_the_maps_fill_the_window(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_text("fill").click()
    expect_bottom(page, size[1])
    page.set_viewport_size({"width": 1440, "height": 1000})
    expect_bottom(page, 1000)
    page.set_viewport_size({"width": 1440, "height": 900})


def expect_bottom(page, window):
    """Wait until the maps end a little above the end of the window."""
    end = time.monotonic() + 20
    while (
        not window - 60
        < (bottom := sum(maps(page).bounding_box()[part] for part in ("y", "height")))
        < window
    ):
        assert time.monotonic() < end, f"the maps end at {bottom} of {window}"
        page.wait_for_timeout(100)


def test_on_a_small_screen_one_map_at_a_time(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("[data-pane='0']").wait_for(state="hidden")
    assert page.locator("[data-pane='1']").is_visible()
    action(page, "side-0").click()
    page.locator("[data-pane='1']").wait_for(state="hidden")
    drag(page, NORTH_WEST, keys=["Shift"])
    expect_selected(page, [100, 0, 0, 0])
    action(page, "side-1").click()
    page.set_viewport_size({"width": 900, "height": 700})
    page.locator("[data-pane='0']").wait_for()
    left, right = (page.locator(f"[data-pane='{number}']").bounding_box() for number in (0, 1))
    assert left["y"] == right["y"]
    page.set_viewport_size({"width": 1440, "height": 900})


def swipe(session, places):
    """Move one finger."""
    for kind, (x, y) in zip(["touchStart", *["touchMove"] * len(places)], places, strict=False):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_scrolls_the_page_and_taps_select(browser_page, address):
    phone = {"viewport": {"width": 390, "height": 700}, "has_touch": True, "is_mobile": True}
    with browser_page.context.browser.new_page(**phone) as page:
        page.goto(address)
        maps(page, panes=2)
        stage = page.locator("[data-pane='1'] .stage")
        stage.scroll_into_view_if_needed()
        assert stage.evaluate("element => getComputedStyle(element).touchAction") == "pan-y"
        page.wait_for_timeout(500)
        box = stage.bounding_box()
        unit = box["width"] / 2 / 1.07 / 1.3
        page.touchscreen.tap(box["x"] + box["width"] / 2 - unit, box["y"] + box["height"] / 2 - unit)
        expect_selected(page, [1, 0, 0, 0])
        session = page.context.new_cdp_session(page)
        scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
        before, camera = page.evaluate(scrolled), cameras(page)
        left, top = box["x"] + 90, box["y"] + box["height"] / 2
        swipe(session, [(left, top - 10 * step) for step in range(13)])
        page.wait_for_function(f"{scrolled} > {before}")
        assert cameras(page) == camera
        action(page, "lasso").tap()
        assert stage.evaluate("element => getComputedStyle(element).touchAction") == "none"
        stage.scroll_into_view_if_needed()
        box = stage.bounding_box()
        left, top = box["x"] + box["width"] / 2 - unit, box["y"] + box["height"] / 2 - unit
        corners = [(-60, -60), (60, -60), (60, 60), (-60, 60)]
        swipe(session, [(left + x, top + y) for x, y in corners])
        expect_selected(page, [100, 0, 0, 0])
        assert "Shift" not in page.locator(".linked-maps").inner_text()
