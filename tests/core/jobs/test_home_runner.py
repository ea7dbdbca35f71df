"""The job runner of a shared server, as one person sees it."""

import threading

import pytest

from core.errors import RefractError
from core.jobs import HomeRunner, JobRunner


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    runner = JobRunner(tmp_path_factory.mktemp("jobs"), worker="tests.support.fake_worker")
    yield runner
    runner.close()


@pytest.fixture
def people(runner, tmp_path):
    for name in ("ada", "bo"):
        (tmp_path / name).mkdir()
    return [HomeRunner(runner, tmp_path / name, owner=name, most=2) for name in ("ada", "bo")]


def test_jobs_work_on_the_folder_of_their_person(runner, people):
    ada, bo = people
    first, second = ada.submit("count", "a", steps=3), bo.submit("count", "a", steps=3)
    assert first is not second
    for job in (first, second):
        runner.wait(job, 120)
    assert all((each.home / "counted-3").exists() for each in people)
    assert not (runner.home / "counted-3").exists()


def test_jobs_of_others_are_neither_seen_nor_stopped(runner, people):
    ada, bo = people
    long, waiting = ada.submit("stick", "secret title"), bo.submit("count", "b", steps=4)
    assert long not in bo.jobs() and waiting in bo.jobs()
    assert bo.before(waiting) == [None] and long in runner.before(waiting)
    for number in range(1, 40):
        if str(number) != waiting.id:
            bo.cancel(str(number))
    bo.show(long)
    assert long.active and not long.cancelled and long.shown_at is None
    ada.cancel(long.id)
    runner.wait(long, 120)
    runner.wait(waiting, 120)


def test_a_person_has_so_many_jobs_and_no_more(runner, people):
    ada, bo = people
    jobs = [ada.submit("stick", "1"), ada.submit("count", "2", steps=7)]
    with pytest.raises(RefractError, match="the most for one person"):
        ada.submit("count", "3", steps=8)
    assert ada.submit("count", "again", steps=7) is jobs[1]
    jobs.append(bo.submit("count", "4", steps=9))
    ada.cancel(jobs[0].id)
    for job in jobs:
        runner.wait(job, 120)
    runner.wait(ada.submit("count", "5", steps=6), 120)


def test_two_tabs_that_ask_at_once_get_no_more(runner, people):
    ada, begin, got = people[0], threading.Barrier(6), []

    def ask(number):
        begin.wait(30)
        try:
            got.append(ada.submit("count", "x", steps=20 + number))
        except RefractError:
            got.append(None)

    threads = [threading.Thread(target=ask, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    jobs = [job for job in got if job is not None]
    assert len(got) == 6 and len(jobs) == 2
    for job in jobs:
        runner.wait(job, 120)
