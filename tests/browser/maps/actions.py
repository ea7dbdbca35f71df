"""What the tests do on the page of the linked maps, and what they wait for."""

import json
import re

NORTH_WEST = [(0.02, 0.02), (0.5, 0.02), (0.5, 0.5), (0.02, 0.5)]
NORTH_EAST = [(0.52, 0.02), (0.98, 0.02), (0.98, 0.48), (0.52, 0.48)]
NORTH_WEST_NAME = "[data-pane='0'] .name.shown:has-text('north west')"


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


def leave_and_return(page):
    page.get_by_text("elsewhere").click()
    page.locator(".linked-maps").wait_for(state="detached")
    page.get_by_text("elsewhere").click()
    maps(page)


def middle_of(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def cameras(page):
    page.wait_for_timeout(200)
    return json.loads(maps(page).get_attribute("data-camera"))
