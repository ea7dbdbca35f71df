"""What the README tells people to type works."""

import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


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


@pytest.mark.parametrize("command", [line for block in blocks("sh") for line in block.strip().splitlines()])
def test_every_command_names_what_exists(command):
    if command.startswith("make "):
        subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)
        return
    install, run = command.split(" && ")
    assert (ROOT / install.removeprefix("pip install -r ")).is_file()
    assert run.split()[:2] == ["streamlit", "run"] and (ROOT / run.split()[2]).is_file()


def test_the_make_targets_named_are_there():
    for target in set(re.findall(r"`make (\w+)`", README)):
        subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)


def test_what_runs_is_what_is_pinned():
    pins = re.findall(r"^([\w-]+)==([\w.]+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert len(pins) > 10
    for name, pinned in pins:
        assert version(name).split("+")[0] == pinned, name
