"""The app as a server of its own, and a browser that looks at it; for browser tests and benchmarks."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

from core.storage import Store
from core.tasks import note_demo_removed
from tests.support.browser import find_browser

ROOT = Path(__file__).resolve().parents[2]
MOST_OPENED = 6  # times that something is opened
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def running_app(home, log=None, folder=ROOT, *, demo=False, script=ROOT / "app.py", environment=()):
    """Start the app from `folder`, its data in `home`; yields its address once it answers.

    Only with `demo` is the demo built unasked.
    """
    if not demo:
        note_demo_removed(Store(Path(home)))
    port = free_port()
    environment = {**os.environ, "REFRACT_HOME": str(home), "HF_HUB_OFFLINE": "1", **dict(environment)}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(open(log, "w")) if log else subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/_stcore/health", process)
            yield address
        finally:
            end(process, 10)


def end(process, seconds):
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()


def wait_for(address, process, seconds=60):
    end = time.monotonic() + seconds
    while True:
        assert process.poll() is None, f"the app ended with exit code {process.returncode}"
        assert time.monotonic() < end, f"{address} did not answer within {seconds} s"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.05)


@contextlib.contextmanager
def open_browser(**options):
    """Yield a page of a fresh browser; `options` go to its context (viewport, color_scheme, ...)."""
    browser_path = find_browser()
    assert browser_path, (
        "No Chromium was found: install Chromium or Chrome, or run `playwright install chromium`."
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_FLAGS)
        try:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)
            page = context.new_page()
            page.set_default_timeout(30_000)
            yield page
        finally:
            browser.close()


def choose(page, key, option):
    """Choose an option; a page that is drawn again meanwhile closes the list, so it is opened again."""
    field = page.locator(f".st-key-{key}").locator("input, [role=combobox], [data-baseweb=select]").first
    for _ in range(MOST_OPENED):
        field.click()
        try:
            page.get_by_role("option", name=option, exact=True).click(timeout=6_000)
            return
        except PlaywrightTimeout:
            page.keyboard.press("Escape")
    raise AssertionError(f"{key} offers no option {option}")


def open_until_seen(opener, inside):
    """Click until what opens is there; a page that is drawn again meanwhile closes it, as it does a list."""
    for _ in range(MOST_OPENED):
        opener.click()
        try:
            inside.wait_for(timeout=6_000)
            return
        except PlaywrightTimeout:
            continue
    raise AssertionError("a click opened nothing")
