"""The linked maps in a real browser, on a page of their own (tests/support/maps_page.py)."""

import contextlib
import json
import os
import re
import subprocess
import sys
import time
from itertools import pairwise

import pytest

from tests.support.app_server import ROOT, free_port, open_browser, wait_for

pytestmark = pytest.mark.browser
WITHOUT_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
};
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/support/maps_page.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


@pytest.fixture(scope="module")
def browser_page():
    with open_browser(reduced_motion="reduce") as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page


@pytest.fixture
def page(browser_page, address):
    browser_page.goto(address)
    browser_page.locator('.linked-maps[data-panes="2"][data-state="drawn"]').wait_for()
    assert browser_page.locator(".linked-maps[data-played]").count() == 0  # less motion was asked for
    yield browser_page
    assert browser_page.errors == []


def maps(page, **attributes):
    wanted = "".join(f'[data-{name}="{value}"]' for name, value in attributes.items())
    found = page.locator(f'.linked-maps[data-state="drawn"]{wanted}')
    found.wait_for()
    return found


def action(page, name):
    return page.locator(f"[data-action={name}]")


def expect_selected(page, counts):
    """Wait until Python and the browser know so many selected texts of each group."""
    page.get_by_text(f"selected {counts} in run").wait_for()
    maps(page, selected=sum(counts))


def runs(page):
    return int(page.get_by_text(re.compile("^selected")).inner_text().split()[-1])


def drag(page, corners, pane=0, keys=()):
    """Press, move through corners given as shares of the stage, release."""
    box = page.locator(f"[data-pane='{pane}'] .stage").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    for key in keys:
        page.keyboard.down(key)
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    for key in keys:
        page.keyboard.up(key)


def zoom(page, pixels):
    page.keyboard.down("Control")
    page.mouse.wheel(0, pixels)
    page.keyboard.up("Control")


NORTH_WEST = [(0.02, 0.02), (0.5, 0.02), (0.5, 0.5), (0.02, 0.5)]
NORTH_EAST = [(0.52, 0.02), (0.98, 0.02), (0.98, 0.48), (0.52, 0.48)]


def test_lasso_on_either_map_and_shift_adds_and_escape_clears(page):
    action(page, "lasso").click()
    drag(page, NORTH_WEST)
    expect_selected(page, [100, 0, 0, 0])
    drag(page, NORTH_EAST, pane=1, keys=["Shift"])
    expect_selected(page, [100, 0, 100, 0])  # right, the third group stands there
    page.keyboard.press("Escape")
    expect_selected(page, [0, 0, 0, 0])


def test_box_and_click_and_legend(page):
    action(page, "box").click()
    drag(page, [(0.02, 0.02), (0.98, 0.48)])
    expect_selected(page, [100, 100, 0, 0])
    page.locator('.entry[data-code="3"]').click()
    expect_selected(page, [0, 0, 0, 100])
    action(page, "clear").click()
    expect_selected(page, [0, 0, 0, 0])
    action(page, "pan").click()
    drag(page, NORTH_WEST, keys=["Shift"])
    expect_selected(page, [100, 0, 0, 0])


def test_recolouring_keeps_camera_and_selection(page):
    action(page, "lasso").click()
    drag(page, NORTH_WEST)
    zoom(page, -400)
    action(page, "pan").click()
    drag(page, [(0.4, 0.4), (0.5, 0.45)])
    page.wait_for_timeout(200)
    camera = maps(page).get_attribute("data-camera")
    assert json.loads(camera)[0] != json.loads(camera)[1]
    page.get_by_text("recolour").click()
    recoloured = maps(page, colouring="parity")
    assert recoloured.get_attribute("data-camera") == camera
    expect_selected(page, [100, 0, 0, 0])
    for pane in page.locator(".pane").all():
        pane.hover()
        pane.locator("[data-action=reset]").click()
    page.wait_for_timeout(200)
    assert len({tuple(view) for view in json.loads(maps(page).get_attribute("data-camera"))}) == 1


def test_dates_have_a_scale_in_time_with_ticks(page):
    page.get_by_text("dates", exact=True).click()
    legend = maps(page, colouring="when").locator(".legend")
    assert legend.locator(".end").all_inner_texts() == ["7 Jan 2023", "8 Feb 2024"]
    assert legend.locator(".tick").all_inner_texts() == ["Apr 2023", "Jul 2023", "Oct 2023", "Jan 2024"]
    assert legend.locator(".outside").inner_text() == "1 after (9999-12-31)"
    assert legend.locator(".entry[data-code]").all_inner_texts() == ["no value\n1"]
    bar, *ticks = [
        part.bounding_box() for part in [legend.locator(".gradient"), *legend.locator(".tick").all()]
    ]
    assert all(tick["x"] >= bar["x"] - 30 and tick["y"] >= bar["y"] + bar["height"] - 1 for tick in ticks)
    lefts = [tick["x"] for tick in ticks]
    assert lefts == sorted(lefts)
    assert all(a["x"] + a["width"] < b["x"] for a, b in pairwise(ticks))


def test_filtered_texts_are_not_taken(page):
    page.get_by_text("filter").click()
    maps(page, filtered=100)
    action(page, "box").click()
    drag(page, [(0.02, 0.02), (0.98, 0.48)])
    expect_selected(page, [100, 0, 0, 0])
    # The legend counts and takes what passes.
    assert page.locator('.entry[data-code="1"]').is_disabled()
    page.locator('.entry[data-code="3"]').click()
    expect_selected(page, [0, 0, 0, 100])
    page.get_by_text("recolour").click()
    maps(page, colouring="parity")
    assert page.locator('.entry[data-code="1"]').inner_text().split() == ["north", "east", "100"]


def test_what_was_selected_before_a_filter_is_greyed_with_the_rest(page):
    page.locator('.entry[data-code="1"]').click()
    expect_selected(page, [0, 100, 0, 0])
    page.get_by_text("filter").click()
    maps(page, filtered=100, selected=0)


def test_hits_are_lit_beside_the_selection(page):
    page.get_by_text("hits", exact=True).click()
    maps(page, lit=20, selected=0)
    page.get_by_text("select ten").click()
    maps(page, lit=20, selected=10)
    assert "20 hits ringed" in page.locator(".status").inner_text()
    page.get_by_text("hits", exact=True).click()
    maps(page, lit=0, selected=10)
    expect_selected(page, [10, 0, 0, 0])


def test_hover_fetches_one_text_and_reruns_nothing_else(page):
    before = runs(page)
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.15 * box["height"])
    label = page.locator(".tooltip:popover-open .label-text")
    label.wait_for()
    page.locator(".tooltip .text", has_text=re.compile(r"^Text \d+ of north west$")).wait_for()
    assert label.inner_text() == "north west"
    assert page.locator(".tooltip .doubt").inner_text() == ""
    action(page, "doubtful").click()
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.15 * box["height"])
    page.locator(".tooltip:popover-open").wait_for()
    assert page.locator(".tooltip .doubt").inner_text().startswith("10 % of its true neighbours")
    page.mouse.move(0, 0)
    page.locator(".tooltip:popover-open").wait_for(state="hidden")
    assert runs(page) == before
    expect_selected(page, [0, 0, 0, 0])


def test_a_hovered_text_stays_while_something_else_is_drawn(page):
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.15 * box["height"])
    tooltip = page.locator(".tooltip:popover-open")
    tooltip.wait_for()
    page.locator(".linked-maps [data-action=doubtful]").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(300)
    assert tooltip.is_visible()


def test_morph_moves_the_right_map_and_draws_trails(page):
    page.get_by_text("select ten").click()
    maps(page, selected=10, morph=1)
    trails = page.locator("[data-pane='1'] .trails")
    assert trails.get_attribute("d") in (None, "")
    slider = action(page, "morph")
    slider.focus()
    page.keyboard.press("Home")
    maps(page, morph=0)
    assert trails.get_attribute("d").count("M") == 10
    assert "0 % of the way" in page.locator("[data-pane='1'] .title").inner_text()
    # All the way back the right map is the left one.
    action(page, "lasso").click()
    drag(page, NORTH_EAST, pane=1)
    expect_selected(page, [0, 100, 0, 0])
    slider.focus()
    page.keyboard.press("End")
    maps(page, morph=1)
    drag(page, NORTH_EAST, pane=1)
    expect_selected(page, [0, 0, 100, 0])


def test_more_names_when_zoomed_in_and_a_pin_for_a_typed_text(page):
    shown = page.locator("[data-pane='0'] .name.shown")
    assert sorted(shown.all_inner_texts()) == ["north east", "north west", "south east", "south west"]
    page.get_by_text("marks").click()
    page.locator("[data-pane='0'] .pin span", has_text="typed text").wait_for()
    assert page.locator("[data-pane='1'] .pin").count() == 0
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.15 * box["height"])
    for _ in range(4):
        zoom(page, -100)
    page.locator("[data-pane='0'] .name.shown", has_text="part 0").wait_for()
    page.locator("[data-pane='0'] .stage").focus()
    page.keyboard.press("0")
    page.locator("[data-pane='0'] .name", has_text="part 0").wait_for(state="hidden")


def test_contours_come_and_go(page):
    path = page.locator("[data-pane='1'] .contours")
    action(page, "contours").click()
    page.wait_for_timeout(500)
    assert path.get_attribute("d").startswith("M")
    assert action(page, "contours").get_attribute("aria-pressed") == "true"
    action(page, "contours").click()
    assert path.get_attribute("d") == ""


def leave_and_return(page):
    page.get_by_text("elsewhere").click()
    page.locator(".linked-maps").wait_for(state="detached")
    page.get_by_text("elsewhere").click()
    maps(page)


def test_selection_and_toggles_outlive_leaving_the_page(page):
    action(page, "lasso").click()
    drag(page, NORTH_WEST)
    expect_selected(page, [100, 0, 0, 0])
    action(page, "contours").click()
    leave_and_return(page)
    expect_selected(page, [100, 0, 0, 0])
    assert action(page, "contours").get_attribute("aria-pressed") == "true"
    page.locator("[data-pane='1'] .contours[d^=M]").wait_for(state="attached")


def test_what_was_cleared_stays_cleared_though_python_selected_it_once(page):
    page.get_by_text("select ten").click()
    expect_selected(page, [10, 0, 0, 0])
    action(page, "clear").click()
    expect_selected(page, [0, 0, 0, 0])
    leave_and_return(page)
    expect_selected(page, [0, 0, 0, 0])


def test_a_map_that_comes_later_has_the_contours_too(page):
    page.get_by_text("alone").click()
    maps(page, panes=1)
    action(page, "contours").click()
    page.get_by_text("alone").click()
    maps(page, panes=2)
    page.locator("[data-pane='1'] .contours[d^=M]").wait_for(state="attached")


def test_doubtful_places_can_be_marked_as_soon_as_they_are_known(page):
    page.get_by_text("unmeasured").click()
    action(page, "doubtful").wait_for(state="hidden")
    leave_and_return(page)
    page.get_by_text("unmeasured").click()
    action(page, "doubtful").click()
    box = page.locator("[data-pane='0'] .stage").bounding_box()
    page.mouse.move(box["x"] + 0.27 * box["width"], box["y"] + 0.15 * box["height"])
    page.locator(".tooltip .doubt", has_text="10 % of its true neighbours").wait_for()


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


NORTH_WEST_NAME = "[data-pane='0'] .name.shown:has-text('north west')"


def middle_of(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def cameras(page):
    page.wait_for_timeout(200)
    return json.loads(maps(page).get_attribute("data-camera"))


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


def test_the_page_hears_which_text_is_opened_and_which_cluster_renamed(page):
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


def test_the_morph_plays_once_and_when_asked(browser_page, address):
    with browser_page.context.browser.new_page() as page:
        page.goto(address)
        page.locator(".linked-maps[data-played]").wait_for()
        leave_and_return(page)
        assert page.locator(".linked-maps[data-played]").count() == 0
        maps(page, panes=2, morph=1)
        action(page, "play").click()
        page.locator(".linked-maps:not([data-morph='1'])").wait_for()
        maps(page, morph=1)


def test_without_webgl_plainer_maps_with_a_lasso(browser_page, address):
    with browser_page.context.browser.new_page() as page:
        page.add_init_script(WITHOUT_WEBGL)
        page.goto(address)
        page.get_by_text("plainer form").wait_for()
        page.locator(".js-plotly-plot .point").first.wait_for(state="attached")
        box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
        corners = [(0.02, 0.02), (0.5, 0.02), (0.5, 0.5), (0.02, 0.5), (0.02, 0.1)]
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=6)
        page.mouse.up()
        page.get_by_text("selected [100, 0, 0, 0]").wait_for()
