"""Who is next in the line of jobs."""

import itertools
import time

from hypothesis import given
from hypothesis import strategies as st

from core.jobs import Job, in_line
from core.jobs.job import AT_ONCE, BACKGROUND, LONG


def job(number, owner="", priority=AT_ONCE, **known):
    return Job(str(number), "fit", f"job {number}", {}, priority, owner, **known)


def ids(jobs):
    return [int(each.id) for each in jobs]


def test_one_person_with_ten_jobs_lets_another_go_between_them():
    ten = [job(number, "ada") for number in range(10)]
    assert ids(in_line([*ten, job(10, "ben"), job(11, "ben")])) == [0, 10, 1, 11, *range(2, 10)]


def test_whoever_was_served_last_waits():
    running = job(0, "ada", status="running", started=4)
    ended = job(1, "ben", status="done", started=3)
    waiting = [job(2, "ada"), job(3, "ben"), job(4, "cleo")]
    assert ids(in_line([running, ended, *waiting])) == [0, 4, 3, 2]


def test_urgent_work_goes_before_everything_else_that_waits():
    check, fit = job(0, "ada", BACKGROUND, shown_at=time.monotonic()), job(1, "ada", started=1)
    assert ids(in_line([check, fit])) == [1, 0]


def test_what_a_page_shows_goes_first_among_equals():
    now = time.monotonic()
    checks = [
        job(0, "ada", BACKGROUND),
        job(1, "ada", BACKGROUND, shown_at=now - 60),
        job(2, "ada", BACKGROUND, shown_at=now),
    ]
    assert ids(in_line(checks)) == [2, 0, 1]
    assert [each.urgency for each in checks] == [BACKGROUND, BACKGROUND, LONG]


def test_a_job_that_was_started_goes_on_before_equals_start():
    assert ids(in_line([job(0, "ben"), job(1, "ada", status="paused", started=1)])) == [1, 0]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([AT_ONCE, LONG, BACKGROUND])), max_size=12))
def test_everybody_is_in_line_once_and_no_one_waits_for_less_urgent_work(given):
    jobs = [job(number, owner, priority) for number, (owner, priority) in enumerate(given)]
    line = in_line(jobs)
    assert sorted(ids(line)) == list(range(len(jobs)))
    assert [each.priority for each in line] == sorted(each.priority for each in jobs)
    for one, other in itertools.pairwise(line):
        alone = {each.owner for each in line[line.index(one) :] if each.priority == one.priority}
        assert one.owner != other.owner or one.priority != other.priority or len(alone) == 1
