"""The page with nothing but the linked maps (tests/support/maps_page.py), served and in a browser."""

import contextlib
import os
import subprocess
import sys

import pytest

from tests.support.app_server import ROOT, free_port, open_browser, wait_for


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "tests/support/maps_page.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


@pytest.fixture(scope="module")
def browser_page():
    with open_browser(reduced_motion="reduce") as page:
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        yield page


@pytest.fixture
def page(browser_page, address):
    browser_page.goto(address)
    browser_page.locator('.linked-maps[data-panes="2"][data-state="drawn"]').wait_for()
    assert browser_page.locator(".linked-maps[data-played]").count() == 0  # less motion was asked for
    yield browser_page
    assert browser_page.errors == []
