"""Files with a failure run once more, alone; what fails twice fails."""

import pytest

from tests.support.twice import run_twice, without_processes

CODE = """
from pathlib import Path

def test_late_once():
    seen = Path("seen")
    there = seen.exists()
    seen.touch()
    assert there

def test_wrong():
    assert {right}
"""

OTHERS = """
from pathlib import Path

def test_good():
    with Path("runs").open("a") as runs:
        runs.write("x")
"""


@pytest.mark.parametrize(("right", "status"), [(True, 0), (False, 1)])
def test_a_test_that_was_late_once_passes_and_a_wrong_one_does_not(tmp_path, monkeypatch, right, status):
    (tmp_path / "test_some.py").write_text(CODE.format(right=right))
    (tmp_path / "test_others.py").write_text(OTHERS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)
    assert run_twice(["-q"]) == status
    assert (tmp_path / "runs").read_text() == "x"  # a file without a failure did not run again


def test_what_cannot_run_fails_at_once(tmp_path, monkeypatch):
    (tmp_path / "test_some.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    monkeypatch.chdir(tmp_path)
    assert run_twice(["-q"]) == 2


def test_the_second_run_has_one_process():
    assert without_processes(["-m", "not browser", "-n", "2", "--dist", "worksteal"]) == ["-m", "not browser"]
