"""Queues of several processes on one data folder show different texts; a killed process keeps none."""

import multiprocessing
import os
import signal
import time

import pytest

from core.labels import HandOuts
from core.labels.hand_out_file import ALIVE_SECONDS
from tests.core.labels.test_hand_outs import ROWS, Clock

FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


@pytest.fixture
def path(tmp_path):
    return tmp_path / "hand-outs.sqlite"


@pytest.fixture
def pair(path):
    """What two processes hold, and their clock."""
    clock = Clock()
    return HandOuts(path, clock=clock), HandOuts(path, clock=clock), clock


def test_queues_of_two_processes_show_different_texts(pair):
    one, two, _ = pair
    assert one.take("a", "ada", 1, ROWS) == 7
    assert two.take("b", "bo", 1, ROWS) == 8
    assert one.take("a", "ada", 1, ROWS) == 7
    assert two.held("b", 1) == {7: "ada"} and two.people("b") == {"ada"}
    assert two.take("c", "cy", 2, ROWS) == 7  # another analysis
    one.take("a", "ada", 1, ROWS[2:])
    assert two.take("b", "bo", 1, ROWS) == 7


def test_a_text_of_a_closed_tab_or_a_killed_process_comes_back(pair):
    one, two, clock = pair
    is_open = {"a"}
    one.take("a", "ada", 1, ROWS, is_open=lambda: "a" in is_open)
    is_open.clear()
    one.take("z", "ada", 1, [])  # the process goes on
    assert two.take("b", "bo", 1, ROWS) == 7
    two.take("b", "bo", 1, [9])
    one.take("c", "cy", 1, ROWS)
    clock.now += ALIVE_SECONDS + 1  # it has said nothing since: it was killed
    assert two.take("b", "bo", 1, ROWS) == 7


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_was_set_blocks_no_text(pair, seconds):
    one, two, clock = pair
    one.take("a", "ada", 1, ROWS)
    clock.now += seconds
    assert two.take("b", "bo", 1, ROWS) == 7


def test_a_process_says_that_its_open_queues_are_still_open(pair):
    one, two, clock = pair
    one.take("a", "ada", 1, ROWS)
    clock.now += ALIVE_SECONDS - 1
    one._tell()
    clock.now += ALIVE_SECONDS - 1
    assert two.take("b", "bo", 1, ROWS) == 8
    assert two.people("b") == {"ada"}


def test_it_is_said_without_a_click(path, monkeypatch):
    monkeypatch.setattr("core.labels.hand_outs.BEAT_SECONDS", 0.01)
    clock, is_open = Clock(), {"a"}
    one, two = HandOuts(path, clock=clock), HandOuts(path, clock=clock)
    one.take("a", "ada", 1, ROWS, is_open=lambda: "a" in is_open)
    is_open.clear()
    for _ in range(500):
        if not two.people("b"):
            break
        time.sleep(0.01)
    assert two.take("b", "bo", 1, ROWS) == 7


def test_a_name_under_which_two_processes_label_is_shared_until_both_end(pair, path):
    one, two, clock = pair
    one.take("a", "root", 1, ROWS)
    assert not one.is_shared("root")
    two.take("b", "root", 1, ROWS)
    assert one.is_shared("root") and two.is_shared("root") and not one.is_shared("ada")
    clock.now += ALIVE_SECONDS + 1
    assert not HandOuts(path, clock=clock).is_shared("root")


def test_the_file_may_be_removed_or_damaged_at_any_time(path):
    path.write_bytes(b"no database " * 100)
    clock = Clock()
    one, two = HandOuts(path, clock=clock), HandOuts(path, clock=clock)
    assert (one.take("a", "ada", 1, ROWS), two.take("b", "bo", 1, ROWS)) == (7, 8)
    path.write_bytes(b"no database " * 100)
    assert one.take("a", "ada", 1, ROWS) == 7
    assert one.held("c", 1) == {7: "ada"}


def test_without_a_usable_file_the_queues_of_the_process_are_known(tmp_path):
    (tmp_path / "hand-outs.sqlite").mkdir()
    outs = HandOuts(tmp_path / "hand-outs.sqlite")
    assert (outs.take("a", "ada", 1, ROWS), outs.take("b", "bo", 1, ROWS)) == (7, 8)
    assert not outs.is_shared("ada")


@pytest.mark.skipif(FORK is None, reason="processes that start at once are made by a fork")
def test_processes_that_take_at_once_and_are_killed_all_get_different_texts(path):
    answers = FORK.SimpleQueue()
    barrier = FORK.Barrier(4)

    def take(number):
        outs = HandOuts(path)
        barrier.wait(30)
        answers.put([outs.take(f"{number} {queue}", "ada", 1, range(200)) for queue in range(10)])
        signal.pause()

    processes = [FORK.Process(target=take, args=[number]) for number in range(4)]
    for process in processes:
        process.start()
    rows = [row for _ in processes for row in answers.get()]
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    assert sorted(rows) == list(range(40))
    assert HandOuts(path).take("z", "bo", 1, range(200)) == 40
    later = HandOuts(path, clock=lambda: time.time() + ALIVE_SECONDS + 1)
    assert later.take("z", "bo", 1, range(200)) == 0
