"""Every page in light and dark by axe-core: nothing that it finds serious or critical."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.app_server import open_browser, running_app

pytestmark = [pytest.mark.browser, pytest.mark.model]
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'


@pytest.fixture(scope="module")
def address(fitted_demo):
    with running_app(fitted_demo) as address:
        yield address


@pytest.fixture(scope="module", params=["light", "dark"])
def page(request):
    with open_browser(color_scheme=request.param, reduced_motion="reduce") as page:
        yield page


def found_on(page):
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("name", ["corpus", "guide", "maps", "evidence", "export"])
def test_axe_finds_nothing_serious(page, address, name):
    page.goto(f"{address}/{name}")
    page.locator(SETTLED).wait_for()
    if name == "maps":
        page.locator('.linked-maps[data-state="drawn"]').wait_for()
    page.wait_for_load_state("networkidle")
    assert found_on(page) == []
