"""What README and CONTRIBUTING say is there, and works."""

import os
import re
import signal
import subprocess
import sys
import tomllib
from importlib.metadata import version

import pytest

from tests.conftest import ROOT
from tests.support.app_server import free_port, wait_for

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.model
def test_the_library_example_runs_as_it_stands():
    (code,) = blocks("python")
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    rows = re.findall(r"([\d.]+) +([\d.]+)", found.stdout)
    assert len(rows) == 6
    # The two texts without a label: an annoyed one and a glad one.
    assert float(rows[4][0]) > 0.5 and float(rows[5][1]) > 0.5


@pytest.mark.model
@pytest.mark.parametrize("command", [line for block in blocks("sh") for line in block.strip().splitlines()])
def test_every_command_names_what_exists(command):
    if command.startswith("make "):
        subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)
        return
    if command.startswith("python -m core "):
        quick = [sys.executable, *command.split()[1:], "--seeds", "1"]
        found = subprocess.run(quick, cwd=ROOT, check=True, capture_output=True, text=True)
        assert "V-measure" in found.stdout and "GuidedTransform" in found.stdout
        return
    install, run = command.split(" && ")
    if run == "refract":  # tests/test_package.py installs it
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        assert install == 'pip install ".[app]"' and "app" in project["optional-dependencies"]
        assert run in project["scripts"]
        return
    assert (ROOT / install.removeprefix("pip install -r ")).is_file()
    assert run.split()[:2] == ["streamlit", "run"] and (ROOT / run.split()[2]).is_file()


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
    targets = set(re.findall(r"`(?:make )?(bench[a-z-]*|test|lint|app)(?: DATA=folder)?`", README))
    assert targets > {"test", "lint", "bench", "bench-labels"}
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
    paths = [path for path in named if not path.startswith(("hkunlp", "BrandonZYW", "/"))]
    assert len(paths) > 25
    missing = [path for path in paths if not ((ROOT / path).exists() or path in ("page.py", "__init__.py"))]
    assert not missing


def test_newcomers_questions_take_at_most_three_files():
    section = CONTRIBUTING.partition("## Where is …?")[2].partition("\n## ")[0]
    questions = [row for row in section.splitlines() if row.startswith("| ") and "`" in row]
    assert len(questions) >= 8
    for question in questions:
        assert 1 <= len(re.findall(r"`[\w./]+\.(?:py|js)`", question)) <= 3, question
