"""The way from one page to the next while a job runs, on a slow connection."""

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.encoders import DEFAULT_ENCODER
from core.jobs import JobRunner
from core.storage import Store
from tests.conftest import make_frame
from tests.support.app_server import open_browser, running_app

pytestmark = [pytest.mark.browser, pytest.mark.model]

SLOW = """
    const delay = 1500;  // milliseconds; the timers of progress bars ask for a run every 300 and 1000
    const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
    Object.defineProperty(WebSocket.prototype, "onmessage", {
      ...own,
      set(handle) { own.set.call(this, handle && (event => setTimeout(() => handle(event), delay))); },
    });
    const listen = WebSocket.prototype.addEventListener;
    WebSocket.prototype.addEventListener = function (kind, handle, ...rest) {
      const later = kind === "message" ? event => setTimeout(() => handle(event), delay) : handle;
      return listen.call(this, kind, later, ...rest);
    };
"""


def test_the_maps_open_after_a_fit_on_a_slow_connection(tmp_path):
    """A timer asks for one more run of the guide while the maps are drawn: the page stayed white."""
    store = Store(tmp_path)
    corpus = build_corpus(Table("letters.csv", make_frame(), "UTF-8", ()), "text")
    store.add_corpus(corpus)
    runner = JobRunner(tmp_path)
    runner.wait(runner.submit("prepare", "x", corpus_key=corpus.key, encoder=DEFAULT_ENCODER), 120)
    runner.close()
    analysis = store.add_analysis(corpus.key, "by feeling")
    feelings = corpus.metadata["feeling"].tolist()
    for name in sorted(set(feelings)):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, dict(enumerate(feelings[:30])), "ada")
    errors = []
    with running_app(tmp_path) as address, open_browser() as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.add_init_script(SLOW)
        page.goto(f"{address}/guide")
        page.locator(".st-key-guide_fit button").first.click()
        page.locator('[data-panes="2"][data-state="drawn"]').wait_for(timeout=120_000)
        assert page.get_by_role("link", name="Guide").first.is_visible()
    assert errors == []
