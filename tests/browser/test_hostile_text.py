"""Script, markup, markdown and turned letters in every text and name: shown as they are, on every page."""

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.maps.clusters import ClusterChoice, Edit, encode_edit
from pages.common import cache
from tests.conftest import make_frame
from tests.support.app_server import open_browser, running_app

pytestmark = pytest.mark.browser
LEAK = "leak.example"
TURNED = "\u202edesrever\u200b"
HEBREW, ARABIC = "\u05e9\u05dc\u05d5\u05dd", "\u0645\u0631\u062d\u0628\u0627"
FLOOD = "z" + "\u0301\u0316" * 30  # marks above and below one letter
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f3fd\ufe0f"
ODD = f"\u2067{HEBREW}\u202d{TURNED}\u200f\u2066 {ARABIC} {FLOOD} {FAMILY}\ufeff\u2028"
SCRIPT = "<script>window.__hit=1</script>"
HOSTILE = (
    f'{SCRIPT}<img src=x onerror="window.__hit=2"><img src="https://{LEAK}/a.png"> '
    f"![a](https://{LEAK}/b.png) [c](javascript:window.__hit=3) <https://{LEAK}/d> https://{LEAK}/e "
    f":red[alarm] :material/dangerous: $x^2$ {ODD} \U0001f600 \x00 `e` **f**"
)
ANGRY, PLEASED = "<img src=x onerror=window.__hit=4>", f"{HEBREW} ![g](https://{LEAK}/h) :red[i] $y$"
INSTRUCTION = f"by <svg onload=window.__hit=5> ![j](https://{LEAK}/k) :red[l] $z$ {TURNED} {ARABIC}"
COLUMN = f"<img src=x onerror=window.__hit=6> ![m](https://{LEAK}/n)"
FILE = f"<img src=x onerror=window.__hit=7> ![o](https:{LEAK} p).csv"
PERSON = f"<svg onload=window.__hit=8> :red[q] {HEBREW}"
MODEL = f"[r](javascript:window.__hit=9) ![s](https://{LEAK}/t)"
CLUSTER = f"<img src=x onerror=window.__hit=10> ![u](https://{LEAK}/v) :red[w] {ARABIC}"
TOPICS = ClusterChoice(method="k-means", k=3)
PHONE = {"width": 390, "height": 844}
PANELS = ("Texts", "Clusters", "Flows", "Moves", "Columns")
FURTHER = ("All analyses", "Label review", "New text")
FOUND = """() => ({
  hit: window.__hit ?? null,
  links: [...document.querySelectorAll("a")].map(a => a.getAttribute("href") || "")
    .filter(href => !href.startsWith("#") && /leak|javascript:/.test(href)),
  images: [...document.querySelectorAll("img, [style*=leak]")].map(each => each.outerHTML)
    .filter(html => /leak|src="?x"?[ >]/.test(html)),
  formulas: document.querySelectorAll(".katex").length,
  icons: [...document.querySelectorAll('[data-testid="stIconMaterial"]')]
    .filter(icon => icon.textContent == "dangerous").length,
  coloured: [...document.querySelectorAll(".stMarkdownColoredText")]
    .filter(each => /^(alarm|[ilqw])$/.test(each.textContent)).length,
  errors: document.querySelectorAll('[data-testid="stException"]').length,
  added: document.body.innerText.split("\u2060").length - 1,
  wider: document.documentElement.scrollWidth - innerWidth > 0,
  moved: moved(),
})"""
NOTHING = {"hit": None, "links": [], "images": [], "formulas": 0, "icons": 0, "coloured": 0, "errors": 0}
NOTHING |= {"added": 0, "wider": False, "moved": []}
MOVED = """window.moved = () => {
  // Words of the app that do not stand where the order of writing has them, beside a text that turns words.
  const odd = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069]/, blocks = new Map(), found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.data.trim() || !node.parentElement.checkVisibility()) continue;
    let block = node.parentElement;
    while (/^(inline|contents)$/.test(getComputedStyle(block).display)) block = block.parentElement;
    blocks.set(block, [...(blocks.get(block) ?? []), node]);
  }
  const lines = (node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()].filter(rect => rect.width > 0);
  };
  for (const nodes of blocks.values()) {
    if (!nodes.some(node => odd.test(node.data))) continue;
    nodes.forEach((node, place) => {
      if (place === 0 || (odd.test(node.data) && odd.test(nodes[place - 1].data))) return;
      const before = lines(nodes[place - 1]).at(-1), after = lines(node)[0];
      if (before && after && Math.abs(before.top - after.top) < 3 && after.left < before.right - 1)
        found.push(`${nodes[place - 1].data.slice(-30)} | ${node.data.slice(0, 30)}`);
    });
  }
  return found;
}"""


@pytest.fixture
def hostile_home(store, home):
    """A data folder whose every text and name is hostile, labelled by a person and a model, and fitted."""
    frame = make_frame().drop(columns=["feeling"])
    frame["text"] = [f"{text} {HOSTILE}" for text in frame["text"]]
    frame.loc[0, "text"] = "w" * 10_000_000
    frame.loc[1, "text"] = f"{HEBREW} {'w' * 10_000}"
    frame["topic"] = [f"{topic} {HOSTILE}" for topic in frame["topic"]]
    frame = frame.rename(columns={"topic": COLUMN})
    corpus = build_corpus(Table(FILE, pd.DataFrame(frame), "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    analysis = store.add_analysis(corpus.key, INSTRUCTION)
    names = [store.label_names.add(analysis, name) for name in (ANGRY, PLEASED)]
    store.labels.give(analysis, {row: names[row // 3 % 2] for row in range(24)}, PERSON)
    store.labels.give(
        analysis, {row: names[row % 2] for row in range(24, 30)}, MODEL, source="model", started_by=PERSON
    )
    cache.runner().submit("fit", "x", analysis_id=analysis)
    for owner in (None, analysis):
        store.clusters.set_choice(corpus.key, owner, TOPICS.to_text())
        for topic in range(3):
            edit = Edit("name", (np.arange(topic, len(frame), 3),), (f"{CLUSTER} {topic}",), cut=TOPICS.cut)
            store.clusters.add_edit(corpus.key, owner, encode_edit(edit), PERSON)
    store.mark_opened(corpus.key)
    return home


@pytest.fixture
def page(hostile_home, tmp_path):
    with running_app(hostile_home, log=tmp_path / "app.log") as address, open_browser() as page:
        page.set_default_timeout(30_000)
        page.add_init_script(MOVED)
        page.left, page.dialogs, page.address = [], [], address
        page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: page.left.append(request.url) if LEAK in request.url else None)
        page.route(f"**/*{LEAK}*/**", lambda route: route.abort())
        yield page


def settle(page):
    """Wait until nothing is drawn any more."""
    page.wait_for_timeout(300)
    page.wait_for_function("() => !document.querySelector('[data-stale=true], [data-testid=stStatusWidget]')")


def nothing_ran(page, where):
    settle(page)
    assert (where, page.evaluate(FOUND)) == (where, NOTHING)
    assert (where, page.left, page.dialogs) == (where, [], [])


def open_page(page, name):
    page.goto(f"{page.address}/{name}")
    page.locator(".st-key-page_head h4").filter(has_text=name.capitalize()).wait_for()


def test_nothing_runs_on_the_pages(page):
    open_page(page, "corpus")
    page.locator("[data-testid=stMain]").get_by_text("onerror=window.__hit=7").first.wait_for()
    nothing_ran(page, "corpus")
    open_page(page, "guide")
    card = page.locator(".st-key-guide_card")
    card.get_by_text(SCRIPT).wait_for()
    for text in (SCRIPT, f"![a](https://{LEAK}/b.png)", ":red[alarm]", ":material/dangerous:", "$x^2$"):
        assert text in card.inner_text()
    nothing_ran(page, "guide")
    page.keyboard.press("1")
    nothing_ran(page, "guide, labelled")
    page.locator(".st-key-guide_label_0").get_by_text(ANGRY).wait_for()
    for option in ("Least sure of a label", "Given by a model", "Check sample", "Possible mistakes"):
        choose_mode(page, option)
        nothing_ran(page, f"guide, {option}")
    page.locator(".st-key-guide_more summary").first.click()
    nothing_ran(page, "guide, more")
    for name in ("evidence", "export"):
        open_page(page, name)
        nothing_ran(page, name)
    page.set_viewport_size(PHONE)
    for name in ("corpus", "guide", "evidence", "export"):
        open_page(page, name)
        nothing_ran(page, f"{name} on a phone")


def choose_mode(page, option):
    page.locator(".st-key-guide_mode").locator("input, [data-baseweb=select]").first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_nothing_runs_on_the_maps(page):
    page.goto(f"{page.address}/maps")
    page.locator('.linked-maps[data-state="drawn"]').wait_for(timeout=120_000)
    nothing_ran(page, "maps")
    page.locator(".st-key-maps_texts .open").nth(1).click()
    nothing_ran(page, "an open text")
    box = page.locator(".linked-maps canvas").first.bounding_box()
    for share in np.linspace(0.2, 0.8, 13):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
    nothing_ran(page, "hover")
    for panel in PANELS:
        page.locator(".st-key-maps_tabs").get_by_text(panel, exact=True).click()
        nothing_ran(page, panel)
        if panel == "Clusters":
            assert "onerror=window.__hit=10" in page.locator(".st-key-maps_side").inner_text()
    page.locator(".st-key-maps_tabs").get_by_text("More", exact=True).click()
    for panel in FURTHER:
        page.locator(".st-key-maps_more").get_by_text(panel, exact=True).click()
        nothing_ran(page, panel)
    field = page.locator(".st-key-maps_search input")
    for typed in (HOSTILE.replace("\x00", ""), "onerror"):
        field.fill(typed)
        field.press("Enter")
        nothing_ran(page, f"search for {typed[:20]}")
    page.set_viewport_size(PHONE)
    nothing_ran(page, "maps on a phone")
