"""A check sample of 40 texts of the demo, labelled in the browser, and what the evidence page says of it."""

import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.evidence import check_estimate
from core.storage import load_fit
from core.utils import percent
from pages.common import cache
from tests.support.app_server import ROOT, choose, open_browser, running_app

pytestmark = pytest.mark.browser
CARD = ".st-key-guide_card"
ANSWERED = 40
LETTERS = ("n", "s")  # "none of these" for one text, a skip for another


@pytest.fixture
def demo():
    frame = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv")
    return build_corpus(Table("feedback.csv", frame, "UTF-8", ()), "text")


@pytest.fixture
def analysis(store, demo):
    """The demo by emotion, fitted to ten labels of each."""
    store.add_corpus(demo)
    cache.runner().submit("prepare", "x", corpus_key=demo.key, encoder="words")
    analysis = store.add_analysis(demo.key, "by what the customer feels")
    emotions = demo.metadata["emotion"]
    for name in emotions.unique():
        store.label_names.add(analysis, name)
    rows = emotions.groupby(emotions).sample(10, random_state=0)
    store.labels.give(analysis, {int(row): name for row, name in rows.items()}, "ada")
    cache.runner().submit("fit", "x", analysis_id=analysis)
    return analysis


def wait_for_another(page, before):
    page.wait_for_function(
        "([card, text]) => { const shown = document.querySelector(card)?.innerText;"
        " return shown && shown != text && !document.querySelector('[data-stale=true]'); }",
        arg=[CARD, before],
    )


def test_a_check_sample_is_labelled_and_read(analysis, store, demo, home, tmp_path):
    emotions, names = demo.metadata["emotion"].tolist(), store.label_names.current(analysis)
    rows = {text: row for row, text in enumerate(demo.texts.tolist())}
    fitted, guide = store.analysis(analysis).fit_key, store.labels.read(analysis)
    with running_app(home, log=tmp_path / "app.log") as address, open_browser() as page:
        page.goto(f"{address}/evidence")
        page.locator(".st-key-evidence_to_check button").first.click()
        page.locator(".st-key-guide_none button").first.wait_for()
        answers = {}
        for number in range(ANSWERED + 1):
            text = page.locator(CARD).inner_text()
            row = rows[text]  # the card shows the text and nothing else
            key = LETTERS[number] if number < len(LETTERS) else str(1 + names.index(emotions[row]))
            answers[row] = key
            page.keyboard.press(key)
            wait_for_another(page, text)
        last = page.locator(CARD).inner_text()
        page.keyboard.press("z")
        wait_for_another(page, last)
        assert page.locator(CARD).inner_text() == demo.texts[row]
        page.keyboard.press(key)
        wait_for_another(page, demo.texts[row])
        page.screenshot(path=tmp_path / "deck.png")

        checks = store.check_labels.read(analysis)
        assert (checks.n_checked, checks.n_skipped) == (ANSWERED, 1)
        assert [*checks.rows, *checks.skipped] == [
            *(row for row, key in answers.items() if key != "s"),
            *(row for row, key in answers.items() if key == "s"),
        ]
        assert checks.codes.tolist()[0] == -1
        assert [names[code] for code in checks.codes[1:]] == [emotions[row] for row in checks.rows[1:]]
        assert store.labels.read(analysis).codes.tolist() == guide.codes.tolist()
        assert store.analysis(analysis).fit_key == fitted

        page.locator(f"{CARD} ~ *, a").get_by_text("See the shares of the labels").first.click()
        section = page.locator(".st-key-evidence_check_sample")
        section.locator(".st-key-evidence_shares .main-svg").first.wait_for()
        said = section.inner_text()
        fit = load_fit(store.results(demo.key), fitted)
        accuracy = check_estimate(fit, guide, checks).accuracy
        for share in (accuracy.value, accuracy.low, accuracy.high):
            assert percent(share) in said
        assert f"{ANSWERED} texts answered" in said and "1 skipped" in said
        choose(page, "evidence_check_column", "topic")
        section.get_by_text("texts answered, too few to tell").wait_for()
        section.scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / "section.png")
