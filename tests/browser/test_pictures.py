"""The exported SVG and PNG, opened as files in Chromium."""

import pytest

from tests.core.export.pictures.test_figure import drawn, maps
from tests.support.app_server import open_browser

pytestmark = pytest.mark.browser

NAMES = ["late $x_1$ & <b>", "שלום · עולם", "delighted: thrilled · wonderful"]
BOXES = """() => {
  const whole = document.documentElement.getBoundingClientRect();
  return [...document.querySelectorAll('text')].map((text) => {
    const box = text.getBoundingClientRect();
    const own = text.getBBox();
    return {
      text: text.textContent,
      drawn: own.width > 0 && own.height > 0,
      inside: box.left >= whole.left - 1 && box.right <= whole.right + 1
        && box.top >= whole.top - 1 && box.bottom <= whole.bottom + 1,
      edges: [box.left, box.right, box.top, box.bottom],
    };
  });
}"""


def test_a_browser_draws_every_text_of_the_svg_inside_the_picture_and_no_name_over_another(tmp_path):
    for kind in ("svg", "png"):
        (tmp_path / f"maps.{kind}").write_bytes(drawn(kind, maps(NAMES)))
    with open_browser() as page:
        requests = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto((tmp_path / "maps.svg").as_uri())
        assert page.evaluate("document.documentElement.nodeName") == "svg"
        assert page.locator("parsererror").count() == 0
        width = page.evaluate("document.documentElement.viewBox.baseVal.width")
        assert width == pytest.approx(180 / 25.4 * 72, abs=0.01)
        found = page.evaluate(BOXES)
        assert len(found) > 10 and all(text["drawn"] and text["inside"] for text in found), found
        assert {"delighted:", "thrilled · wonderful", *NAMES[:2]} <= {text["text"] for text in found}
        for number, one in enumerate(found):
            assert not [other["text"] for other in found[:number] if meet(one["edges"], other["edges"])], one
        images = page.evaluate(
            "Promise.all([...document.querySelectorAll('image')].map(async (image) => {"
            "  await image.decode(); return image.getBBox().width > 100; }))"
        )
        assert images == [True, True]
        assert [address for address in requests if not address.startswith(("file:", "data:"))] == []

        page.goto((tmp_path / "maps.png").as_uri())
        assert page.evaluate("document.images[0].naturalWidth") == pytest.approx(180 / 25.4 * 300, abs=1)


def meet(one, other):
    """Return whether two boxes overlap by more than the room around their letters."""
    across = min(one[1], other[1]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[2], other[2])
    return across > 1 and down > 4
