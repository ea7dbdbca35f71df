"""Several tabs of one browser: each is a session of its own, and none disturbs another."""

import pytest

from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser
PAGES = ["corpus", "guide", "maps", "evidence", "export"]


def test_five_tabs_opened_four_times_at_once_each_show_their_page(home, prepared, tmp_path):
    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as first:
        tabs = [first, *(first.context.new_page() for _ in PAGES[1:])]
        for turn in range(4):
            names = PAGES[turn:] + PAGES[:turn]  # each tab shows another page than before
            for tab, name in zip(tabs, names, strict=True):
                tab.goto(f"{address}/{name}", wait_until="commit")
            for tab, name in zip(tabs, names, strict=True):
                tab.locator(".st-key-page_head h4").filter(has_text=name.capitalize()).wait_for()
                assert tab.get_by_test_id("stException").count() == 0
    assert "Traceback" not in (tmp_path / "app.log").read_text()
