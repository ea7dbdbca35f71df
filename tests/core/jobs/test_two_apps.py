"""Two apps on one data folder: the same work is done once, and both see its end."""

import os
import signal
import time

import pytest

from core.jobs import JobRunner

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def pair(home):
    runners = [JobRunner(home, worker="tests.support.fake_worker") for _ in range(2)]
    for runner, job in [(runner, runner.submit("count", "started", steps=1)) for runner in runners]:
        runner.wait(job, 60)
    yield runners
    for runner in runners:
        runner.close()


def found(home, name):
    """Return the process that found each of the results."""
    lines = [line.split() for line in (home / f"found-{name}").read_text().splitlines()]
    assert [int(step) for step, _ in lines] == list(range(len(lines)))
    return [process for _, process in lines]


def is_busy(job):
    return job.stage in ("Checking", "Stuck")  # of the tasks themselves


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_the_same_task_is_done_once_and_ends_in_both(home, pair):
    jobs = [runner.submit("measure", "x", name="once", steps=60) for runner in pair]
    for runner, job in zip(pair, jobs, strict=True):
        assert runner.wait(job, 60).status == "done"
    assert len(found(home, "once")) == 60 and len(set(found(home, "once"))) == 1
    assert list((home / "jobs").iterdir()) == []


def test_other_tasks_do_not_wait(pair):
    first, second = pair
    long = first.submit("stick", "x")
    wait_until(lambda: is_busy(long))
    assert second.wait(second.submit("count", "x", steps=2), 60).status == "done"
    waiting = second.submit("stick", "x")
    wait_until(lambda: waiting.stage and not is_busy(waiting))
    urgent = second.wait(second.submit("count", "x", priority=-1, steps=3), 60)
    assert urgent.status == "done"  # what waits lets others go first
    second.cancel(waiting.id)
    assert second.wait(waiting, 60).status == "cancelled"
    assert long.active
    first.cancel(long.id)
    first.wait(long, 60)


def test_two_that_pause_each_others_work_both_end(home, pair):
    first, second = pair
    paused = [
        first.submit("measure", "x", name="left", steps=200),
        second.submit("measure", "x", name="right", steps=200),
    ]
    wait_until(lambda: all(is_busy(job) for job in paused))
    crossed = [
        first.submit("measure", "x", priority=0, name="right", steps=200),
        second.submit("measure", "x", priority=0, name="left", steps=200),
    ]
    for runner, job in [*zip(pair, crossed, strict=True), *zip(pair, paused, strict=True)]:
        assert runner.wait(job, 60).status == "done"


def test_the_other_goes_on_where_a_killed_worker_stood(home, pair):
    first, second = pair
    one = first.submit("measure", "x", name="killed", steps=80)
    wait_until(lambda: one.done > 5)
    two = second.submit("measure", "x", name="killed", steps=80)
    wait_until(lambda: two.stage)
    assert not is_busy(two)
    os.kill(first._process.pid, signal.SIGKILL)
    assert second.wait(two, 60).status == "done"
    assert len(found(home, "killed")) == 80 and len(set(found(home, "killed"))) == 2
    wait_until(lambda: not one.active)
    assert one.status == "failed"
