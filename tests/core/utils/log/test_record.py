import os
import re
import subprocess
import sys
import threading

import pytest

from core.utils.log import log_failure, record

CANARY = "a text of Mrs Canary"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
    monkeypatch.setattr(record, "_written", {})
    return tmp_path


def failure(text=CANARY):
    try:
        raise KeyError(text)
    except KeyError as error:
        return error


def other_failure():
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        return error


def written(home):
    return "".join(file.read_text() for file in (home / "logs").glob("refract.log*"))


def test_a_failure_is_found_in_the_log_by_its_number(home, capsys):
    number = log_failure(failure(), "fit")
    assert re.fullmatch(r"E-[A-Z2-7]{6}", number)
    assert re.search(rf"^\S+Z {number} fit \[{os.getpid()}\]\nKeyError: …\n  tests/", written(home), re.M)
    assert number in capsys.readouterr().err
    assert "Canary" not in written(home)


def test_a_failure_that_repeats_is_written_once(home):
    assert {log_failure(failure(), "fit") for _ in range(50)} == {log_failure(failure(), "fit")}
    log_failure(other_failure(), "fit")
    assert written(home).count("KeyError") == 1 and written(home).count("ValueError") == 1


def test_the_log_is_rotated_and_keeps_its_latest(home, monkeypatch):
    monkeypatch.setattr(record, "MAX_BYTES", 2_000)
    monkeypatch.setattr(record, "REPEAT_SECONDS", 0.0)
    for number in range(200):
        log_failure(failure(), f"task {number}")
    files = sorted(path.name for path in (home / "logs").glob("refract.log*"))
    assert files == ["refract.log", *(f"refract.log.{number}" for number in range(1, 6))]
    assert all((home / "logs" / file).stat().st_size <= 2_000 for file in files)
    assert "task 199 " in (home / "logs" / "refract.log").read_text()


def test_a_log_that_cannot_be_written_raises_nothing(home, capsys):
    (home / "logs").write_text("a file in the place of the folder")
    number = log_failure(failure(), "fit")
    assert number in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device")
def test_a_full_disk_raises_nothing(home):
    (home / "logs").mkdir()
    (home / "logs" / "refract.log").symlink_to("/dev/full")
    assert log_failure(failure(), "fit").startswith("E-")


def test_what_ends_a_thread_is_logged_without_its_values(home, capsys, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    record.catch_uncaught("the app")
    thread = threading.Thread(target=int, args=[CANARY])
    thread.start()
    thread.join()
    assert "ValueError" in written(home)
    assert "Canary" not in written(home) + capsys.readouterr().err


@pytest.mark.model
def test_processes_that_write_at_once_lose_no_entry(home):
    code = (
        "from core.utils.log import log_failure, record\n"
        "import sys\n"
        "record.REPEAT_SECONDS, record.MAX_BYTES = 0.0, 20_000\n"
        "for number in range(150):\n"
        "    log_failure(ValueError(), f'process {sys.argv[1]} step {number} end')\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(each)], stderr=subprocess.DEVNULL)
        for each in range(4)
    ]
    assert [process.wait(60) for process in processes] == [0] * 4
    steps = re.findall(r"process (\d) step (\d+) end \[\d+\]\nValueError: …\n\n", written(home))
    assert len(steps) == len(set(steps)) == 600
