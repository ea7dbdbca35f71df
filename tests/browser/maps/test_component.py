"""The linked maps in a real browser: selection, colours, names, and what outlives a rerun."""

import json
import re
from itertools import pairwise

import pytest

from tests.browser.maps.actions import (
    NORTH_EAST,
    NORTH_WEST,
    action,
    drag,
    expect_selected,
    leave_and_return,
    maps,
    runs,
    zoom,
)

pytestmark = pytest.mark.browser
WITHOUT_WEBGL = """
const original = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : original.call(this, kind, ...rest);
};
"""


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
