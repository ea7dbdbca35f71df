"""A key press in the labelling deck: seconds until the next text is on screen, measured in the browser.

The clock is the browser's: it starts at the key press and ends when the card shows another text.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
from playwright.sync_api import Page

from benchmarks.app import LONGEST_MS
from core.storage import Store

WARM_PRESSES = 6
PAUSE_S = 0.7  # to read a text, after it came
TIMER = """() => {
  const card = () => document.querySelector(".st-key-guide_card")?.innerText ?? "";
  window.deckSeconds = null;
  let started = null, before = null;
  const look = () => {
    const now = card();
    if (started !== null && now && now !== before) {
      window.deckSeconds = (performance.now() - started) / 1000;
      started = null;
    }
  };
  const root = document.body;
  new MutationObserver(look).observe(root, { childList: true, subtree: true, characterData: true });
  document.addEventListener("keydown", () => {
    window.deckSeconds = null;
    before = card();
    started = performance.now();
  }, { capture: true });
}"""


def measure_deck(
    page: Page, address: str, home: Path, corpus_key: str, presses: int, warm_seconds: float
) -> tuple[float, float]:
    """Return the seconds from a key press to the next text: median and 95th percentile.

    The worker compiles for `warm_seconds`, on the same processor. The corpus has labels of four kinds.
    """
    page.set_default_timeout(LONGEST_MS)
    Store(home).mark_opened(corpus_key)
    page.goto(f"{address}/guide")
    page.locator(".st-key-guide_label_0 button").wait_for()
    page.wait_for_timeout(1000 * warm_seconds)
    page.evaluate(TIMER)
    keys = np.random.default_rng(0).integers(1, 5, WARM_PRESSES + presses)
    seconds = [press(page, str(key)) for key in keys][WARM_PRESSES:]
    return statistics.median(seconds), float(np.quantile(seconds, 0.95))


def press(page: Page, key: str) -> float:
    """Return the seconds from pressing a key to the next text."""
    page.keyboard.press(key)
    page.wait_for_function("window.deckSeconds !== null")
    seconds = float(page.evaluate("window.deckSeconds"))
    page.wait_for_timeout(1000 * PAUSE_S)
    return seconds
