"""The legend of the maps, alone in a real browser, from its sources."""

import functools
import http.server
import threading

import pytest

from tests.support.app_server import ROOT, open_browser

pytestmark = pytest.mark.browser
SOURCES = ROOT / "assets" / "linked_maps" / "frontend" / "src"
SHOW = """async ([base, n]) => {
  const { Legend } = await import(base + "/legend.js");
  const legend = new Legend(document.querySelector(".linked-maps"), () => {});
  const labels = Array.from({ length: n }, (_, i) => "some label " + i);
  const colours = Array.from({ length: n + 1 }, () => [0.5, 0.5, 0.5]);
  legend.show({ title: "Predicted label", kind: "category", labels, grey: "none" }, colours,
    Uint32Array.from({ length: n + 1 }, () => 12), {});
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def base():
    handler = functools.partial(Quiet, directory=str(SOURCES))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def page():
    with open_browser() as page:
        yield page


@pytest.mark.parametrize(
    ("width", "n", "cut"), [(390, 14, True), (390, 77, True), (1200, 77, True), (1200, 3, False)]
)
def test_the_legend_says_how_many_more_and_shows_them(page, base, width, n, cut):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(base + "/css/frame.css")
    page.set_content(
        f'<link rel="stylesheet" href="{base}/css/frame.css">'
        f'<link rel="stylesheet" href="{base}/css/legend.css">'
        f'<div class="linked-maps {"narrow" if width < 540 else ""}" style="height: 400px">'
        "<div></div><div></div></div>",
        wait_until="networkidle",
    )
    page.evaluate(SHOW, [base, n])
    more = page.locator(".entry.more")
    assert more.is_visible() == cut
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if not cut:
        return
    bottom = "const box = document.querySelector('.entries'), end = box.getBoundingClientRect().bottom + 1;"
    hidden = "[...box.children].filter((each) => each.getBoundingClientRect().bottom > end).length"
    n_hidden = page.evaluate(f"() => {{ {bottom} return {hidden}; }}")
    assert n_hidden > 0 and str(n_hidden) in more.inner_text()
    height = page.locator(".entries").bounding_box()["height"]
    more.click()
    assert more.get_attribute("aria-expanded") == "true"
    assert page.locator(".entries").bounding_box()["height"] > 2 * height
    more.click()
    assert page.locator(".entries").bounding_box()["height"] == height
