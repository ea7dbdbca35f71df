"""Several tabs of one browser: each is a session of its own, and none disturbs another."""

import pytest

from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser
N_TABS = 5
TURNS = ["corpus", "export", "guide", "corpus"]


def test_tabs_that_open_one_page_at_once_all_show_it(home, prepared, tmp_path):
    log = tmp_path / "app.log"
    with running_app(home, log=log) as address, open_browser() as first:
        tabs = [first, *(first.context.new_page() for _ in range(N_TABS - 1))]
        for tab in tabs:
            tab.goto(f"{address}/export")
            tab.locator(".st-key-page_head h4").wait_for()
        for name in TURNS:
            for tab in tabs:  # all of them at once: `goto` would wait for each
                tab.evaluate("address => setTimeout(() => location.assign(address))", f"{address}/{name}")
            for tab in tabs:
                tab.locator(".st-key-page_head h4").filter(has_text=name.capitalize()).wait_for()
                assert tab.get_by_test_id("stException").count() == 0
    assert "cannot be called directly" not in log.read_text()
