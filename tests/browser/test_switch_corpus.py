"""What a browser shows of a field does not come back to a corpus or a question that it does not belong to."""

import pytest
from playwright.sync_api import expect

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.encoders import DEFAULT_ENCODER
from core.jobs import JobRunner
from core.storage import Store
from tests.conftest import make_frame
from tests.support.app_server import open_browser, running_app

pytestmark = [pytest.mark.browser, pytest.mark.model]
SWITCHER = ".st-key-corpus_switcher button"


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The app on two encoded corpora; the first is open."""
    home = tmp_path_factory.mktemp("home")
    store, runner = Store(home), JobRunner(home)
    for n_texts in (40, 60):
        corpus = build_corpus(Table(f"letters{n_texts}.csv", make_frame(n_texts), "UTF-8", ()), "text")
        store.add_corpus(corpus)
        job = runner.submit("prepare", "x", corpus_key=corpus.key, encoder=DEFAULT_ENCODER)
        assert runner.wait(job, 240).status == "done"
        store.mark_opened(corpus.key)
    runner.close()
    with running_app(home) as address:
        yield address


def drawn(page, n_texts):
    page.locator(f'.linked-maps[data-points="{n_texts}"][data-state="drawn"]').wait_for(timeout=60_000)


def test_a_switch_on_the_maps_leaves_nothing_in_the_fields(address):
    with open_browser() as page:
        page.goto(f"{address}/maps")
        drawn(page, 60)
        search = page.locator(".st-key-maps_search input")
        search.fill("number 7")
        search.press("Enter")
        page.locator(".linked-maps:not([data-lit='0'])").wait_for()
        page.locator(SWITCHER).click()
        page.locator("[class*=st-key-switch_to_] button", has_text="letters40").click()
        drawn(page, 40)
        expect(page.get_by_text("Switch to")).to_be_hidden()
        expect(search).to_have_count(1)
        expect(search).to_have_value("")
        page.locator(".st-key-maps_tabs").get_by_text("Columns").click()  # a run by what the browser holds
        page.get_by_text("Select some").wait_for()
        expect(search).to_have_value("")
        expect(page.locator(".linked-maps")).to_have_attribute("data-lit", "0")


def test_the_import_takes_the_column_that_a_new_instruction_names(address):
    with open_browser() as page:
        page.goto(f"{address}/guide")
        page.locator(".st-key-guide_more").get_by_text("More ways").click()
        column = page.locator(".st-key-guide_import_column")
        column.wait_for()
        instruction = page.locator(".st-key-guide_instruction input")
        for asked in ("topic", "feeling"):
            instruction.fill(f"by {asked}")
            instruction.press("Enter")
            expect(column.locator("input").or_(column.locator("[data-baseweb=select]")).first).to_have_value(
                asked
            )
