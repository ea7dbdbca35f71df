"""Two browsers label one analysis at once, each under a name of its own."""

import contextlib

import pytest
from playwright.sync_api import expect

from pages.common import cache
from pages.common.person import COOKIE
from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser
TURNS = 10
CARD = ".st-key-guide_card"
LABEL = ".st-key-guide_label_1 button"  # keys work from then on; the card is there before
NAME = ".st-key-guide_person input"
NAMES = {"ada": "Ada Løvelace", "bo": "bo"}


@pytest.fixture
def analysis(store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    return analysis


def text_of(page):
    return page.locator(CARD).inner_text()


def wait_for_another(page, before):
    page.wait_for_function(
        "([card, text]) => { const shown = document.querySelector(card)?.innerText;"
        " return shown && shown != text && !document.querySelector('[data-stale=true]'); }",
        arg=[CARD, before],
        timeout=60_000,
    )


def open_guide(page, address):
    page.goto(f"{address}/guide")
    page.locator(LABEL).wait_for()
    if not page.locator(NAME).is_visible():  # it stands beside the deck only where several people label
        page.locator(".st-key-guide_more summary").first.click()
        page.get_by_role("tab", name="This analysis").click()
    page.locator(NAME).wait_for()


def test_two_people_label_at_once(analysis, store, corpus, home, tmp_path):
    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as ada:
        bo = ada.context.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        pages = {"ada": ada, "bo": bo}
        for who, page in pages.items():
            open_guide(page, address)
            page.locator(NAME).fill(NAMES[who])
            page.locator(NAME).press("Enter")
            page.wait_for_function("document.cookie.includes('refract_person=')")
            page.wait_for_function("document.activeElement.tagName != 'INPUT'")
        rows = {who: [] for who in pages}
        texts = {str(text): row for row, text in enumerate(corpus.texts)}
        for turn in range(TURNS):
            shown = {who: text_of(page) for who, page in pages.items()}
            for who, text in shown.items():
                rows[who].append(next(row for found, row in texts.items() if found in text))
            for page in pages.values():  # the server has both at once
                page.keyboard.press(str(1 + turn % 2))
            for who, page in pages.items():
                wait_for_another(page, shown[who])
        assert len({*rows["ada"], *rows["bo"]}) == 2 * TURNS
        given = store.labels.read(analysis).table.set_index("row")
        for who in pages:
            assert set(given.loc[rows[who], "given_by"]) == {NAMES[who]}
        assert len(given) == 2 * TURNS

        before = text_of(ada)
        ada.keyboard.press("z")
        wait_for_another(ada, before)
        left = store.labels.read(analysis).table
        assert set(left["row"]) == {*rows["ada"], *rows["bo"]} - {rows["ada"][-1]}

        store.labels.give(analysis, {rows["ada"][0]: "pleased"}, NAMES["bo"])
        tab = ada.context.new_page()  # a new tab of the same browser
        open_guide(tab, address)
        expect(tab.locator(NAME)).to_have_value(NAMES["ada"], timeout=30_000)
        tab.get_by_text("changed your label of").wait_for()
        tab.screenshot(path=tmp_path / "changed.png")
        tab.locator(".st-key-guide_changed_back button").first.click()
        tab.get_by_text("changed your label of").wait_for(state="detached")
        bo.reload()
        bo.get_by_text(f"{NAMES['ada']} changed your label of").wait_for()
        expect(bo.locator(NAME)).to_have_value(NAMES["bo"], timeout=30_000)
        bo.screenshot(path=tmp_path / "bo.png")
        bo.locator(".st-key-guide_changed_fine button").first.click()
        bo.get_by_text("changed your label of").wait_for(state="detached")
    now = store.labels.read(analysis).table.set_index("row")
    assert now.loc[rows["ada"][0], ["label", "given_by"]].tolist() == ["angry", NAMES["ada"]]


def test_two_apps_on_one_folder_and_the_next_click(analysis, store, corpus, home, tmp_path):
    """Another process hands out other texts, and what it did is on screen after one click."""
    texts = {str(text): row for row, text in enumerate(corpus.texts)}
    with contextlib.ExitStack() as stack:
        apps = [stack.enter_context(running_app(home, log=tmp_path / f"{n}.log")) for n in range(2)]
        first = stack.enter_context(open_browser())
        pages = []
        for name, address in zip(("ada", "bo"), apps, strict=True):
            context = first.context.browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": COOKIE, "value": name, "url": address}])
            pages.append(context.new_page())
            pages[-1].goto(f"{address}/guide")
            pages[-1].locator(LABEL).wait_for()
        rows = []
        for _ in range(2):
            shown = [text_of(page) for page in pages]
            rows += [next(row for found, row in texts.items() if found in text) for text in shown]
            for page in pages:
                page.keyboard.press("1")
            for page, text in zip(pages, shown, strict=True):
                wait_for_another(page, text)
        assert len(set(rows)) == 4
        ada, bo = pages

        def click():
            before = text_of(bo)
            bo.keyboard.press("s")
            wait_for_another(bo, before)
            return expect(bo.get_by_test_id("stApp"))  # the page is drawn after the deck

        ada.keyboard.press("2")
        expect(ada.locator(".st-key-guide_people")).to_contain_text("ada 3", timeout=20_000)
        click().to_contain_text("ada 3", timeout=20_000)
        ada.locator(".st-key-guide_new_label input").fill("worried")
        ada.locator(".st-key-guide_new_label input").press("Enter")
        ada.locator(".st-key-guide_label_2").wait_for()
        click().to_contain_text("worried", timeout=20_000)
        store.label_names.rename(analysis, "worried", "uneasy")
        click().to_contain_text("uneasy", timeout=20_000)
        store.label_names.delete(analysis, "uneasy")
        click().not_to_contain_text("uneasy", timeout=20_000)
        store.set_instruction(analysis, "by mood")
        cache.runner().submit("fit", "x", analysis_id=analysis)
        click().to_contain_text("two maps", timeout=20_000)
        expect(bo.locator(".st-key-guide_instruction input")).to_have_value("by mood", timeout=20_000)
        store.delete_analysis(analysis)
        bo.keyboard.press("s")
        expect(bo.locator(CARD)).to_have_count(0, timeout=20_000)
        assert bo.get_by_test_id("stException").count() == 0
