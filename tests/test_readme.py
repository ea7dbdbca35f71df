"""What README and CONTRIBUTING say is there; tests/test_docs.py runs what they show."""

import os
import re
import signal
import subprocess
import tomllib
from importlib.metadata import version

import pytest

from tests.conftest import ROOT
from tests.support.app_server import free_port, wait_for

MEASURED = (ROOT / "docs" / "measured.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.skipif(
    "MAKELEVEL" not in os.environ, reason="outside make there may be no .venv, and making one is slow"
)
def test_make_app_serves(tmp_path):
    port = free_port()
    environment = {
        **os.environ,
        "REFRACT_HOME": str(tmp_path),
        "STREAMLIT_SERVER_PORT": str(port),
        "STREAMLIT_SERVER_HEADLESS": "true",
    }
    process = subprocess.Popen(["make", "app"], cwd=ROOT, env=environment, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, seconds=300)  # it makes the demo first
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def test_the_make_targets_named_are_there():
    targets = set(re.findall(r"`?make ([a-z-]+)", README + CONTRIBUTING + MEASURED))
    assert targets > {"app", "test", "lint", "docs", "bench", "bench-labels"}
    for target in targets:
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_what_runs_is_what_is_pinned():
    pins = re.findall(r"^([\w-]+)==([\w.]+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert len(pins) > 10
    for name, pinned in pins:
        assert version(name).split("+")[0] == pinned, name


def test_the_server_listens_on_this_machine_only_and_tells_nobody():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["browser"]["gatherUsageStats"] is False


def test_every_path_named_exists():
    named = re.findall(r"`([\w./-]+/[\w./-]*|[\w.-]+\.(?:py|md|js))`", README + CONTRIBUTING)
    made = ("hkunlp", "BrandonZYW", "/", "docs/_build/")  # by others, or by make docs
    paths = [path for path in named if not path.startswith(made)]
    assert len(paths) > 25
    missing = [path for path in paths if not ((ROOT / path).exists() or path in ("page.py", "__init__.py"))]
    assert not missing


def test_newcomers_questions_take_at_most_three_files():
    section = CONTRIBUTING.partition("## Where is …?")[2].partition("\n## ")[0]
    questions = [row for row in section.splitlines() if row.startswith("| ") and "`" in row]
    assert len(questions) >= 8
    for question in questions:
        assert 1 <= len(re.findall(r"`[\w./]+\.(?:py|js)`", question)) <= 3, question
