import contextlib
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import RefractError
from core.jobs import Job, JobRunner
from core.jobs import runner as jobs

pytestmark = pytest.mark.model
PATIENCE = 120  # seconds, on a machine that is busy; nothing takes that long otherwise


@pytest.fixture(scope="module")
def shared_runner(tmp_path_factory):
    runner = JobRunner(tmp_path_factory.mktemp("jobs"), worker="tests.support.fake_worker")
    yield runner
    runner.close()


@pytest.fixture
def runner(shared_runner):
    return shared_runner


def wait_until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_job_reports_its_stages_and_leaves_its_result_on_disk(runner):
    job = runner.submit("count", "Counting", steps=40)
    seen = set()
    wait_until(lambda: seen.add((job.stage, job.done)) or not job.active)
    assert job.status == "done" and job.ended_at is not None
    assert {stage for stage, _ in seen} >= {"Counting"} and len(seen) > 2
    assert (runner.home / "counted-40").exists()


def test_jobs_run_one_after_the_other_and_the_same_one_is_not_queued_twice(runner):
    first = runner.submit("count", "first", steps=30)
    second = runner.submit("count", "second", steps=5)
    assert runner.submit("count", "first again", steps=30) is first
    assert second.status == "queued"
    runner.wait(second, PATIENCE)
    assert first.status == second.status == "done"
    assert first.ended_at <= second.ended_at


def test_a_failure_carries_its_sentence_and_the_next_job_runs(runner):
    assert runner.wait(runner.submit("refuse", "x"), PATIENCE).message == (
        "Two labels are needed, and one was given: label another text."
    )
    stumbled = runner.wait(runner.submit("stumble", "x"), PATIENCE)
    assert stumbled.status == "failed" and re.search(r"\(E-\w{6}\)", stumbled.message)
    assert runner.wait(runner.submit("count", "x", steps=1), PATIENCE).status == "done"


def test_what_libraries_print_is_not_taken_for_an_answer(runner):
    assert runner.wait(runner.submit("chatter", "x"), PATIENCE).status == "done"


def test_a_running_job_is_cancelled_at_its_next_report_in_the_same_process(runner):
    process = runner._process
    job = runner.submit("count", "x", steps=2000)
    wait_until(lambda: job.done > 0)
    runner.cancel(job.id)
    assert runner.wait(job, PATIENCE).status == "cancelled"
    assert runner._process is process
    assert not (runner.home / "counted-2000").exists()


def test_a_waiting_job_is_cancelled_at_once(runner):
    first = runner.submit("count", "first", steps=2, until="waiting-cancelled")
    waiting = runner.submit("count", "waiting", steps=3000)
    runner.cancel(waiting.id)
    assert waiting.status == "cancelled"
    (runner.home / "waiting-cancelled").touch()
    assert runner.wait(first, PATIENCE).status == "done"


def test_a_task_that_reports_nothing_is_ended_with_its_process(runner, monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_UNTIL_KILLED", 0.2)
    process = runner._process
    job = runner.submit("stick", "x")
    wait_until(lambda: job.stage == "Stuck")
    runner.cancel(job.id)
    assert runner.wait(job, PATIENCE).status == "cancelled"
    assert process.wait(PATIENCE) != 0
    assert runner.wait(runner.submit("count", "x", steps=2), PATIENCE).status == "done"


def found_by(runner, name):
    """Steps that `measure` kept, and the processes that found them."""
    lines = [line.split() for line in (runner.home / f"found-{name}").read_text().splitlines()]
    return [int(step) for step, _ in lines], {process for _, process in lines}


def test_a_background_job_pauses_for_one_that_somebody_waits_for(runner):
    check = runner.submit("measure", "Checking", name="paused", steps=6, until="all-counted")
    for steps in (11, 12):
        wait_until(lambda: check.status == "running" and check.done > 2)
        count = runner.submit("count", "Counting", steps=steps, until=f"seen-{steps}")
        wait_until(lambda count=count: count.stage)
        assert check.status == "paused" and check.stage == "Checking"
        (runner.home / f"seen-{steps}").touch()
        assert runner.wait(count, PATIENCE).status == "done"
        assert check.active
    (runner.home / "all-counted").touch()
    assert runner.wait(check, PATIENCE).status == "done"
    steps, processes = found_by(runner, "paused")
    assert steps == list(range(6)) and len(processes) == 1


def test_the_most_urgent_job_that_waits_is_next(runner):
    first = runner.submit("count", "first", steps=2, until="all-submitted")
    check = runner.submit("measure", "Checking", name="next", steps=3)
    prepare = runner.submit("prepare", "Encoding", steps=3)
    last = runner.submit("count", "last", steps=3)
    (runner.home / "all-submitted").touch()
    runner.wait(check, PATIENCE)
    assert first.ended_at <= last.ended_at <= prepare.ended_at <= check.ended_at


def test_a_job_that_somebody_asks_for_again_becomes_more_urgent(runner):
    first = runner.submit("measure", "Checking", name="asked-1", steps=2, until="asked-again")
    wanted = runner.submit("measure", "Checking", name="asked-2", steps=3)
    assert runner.submit("measure", "Checking", priority=jobs.AT_ONCE, name="asked-2", steps=3) is wanted
    assert runner.submit("measure", "Checking", name="asked-2", steps=3) is wanted  # no less urgent again
    runner.wait(wanted, PATIENCE)
    (runner.home / "asked-again").touch()
    runner.wait(first, PATIENCE)
    assert wanted.ended_at <= first.ended_at


def test_a_long_job_pauses_a_background_job_and_is_paused_itself(runner):
    check = runner.submit("measure", "Checking", name="three", steps=20, until="three-began")
    wait_until(lambda: check.done > 2)
    prepare = runner.submit("prepare", "Encoding", steps=20, until="three-began")
    wait_until(lambda: prepare.done > 2)
    count = runner.submit("count", "Counting", steps=20, until="three-began")
    wait_until(lambda: count.stage)
    assert (check.status, prepare.status) == ("paused", "paused")
    (runner.home / "three-began").touch()
    runner.wait(check, PATIENCE)
    assert count.ended_at <= prepare.ended_at <= check.ended_at
    assert found_by(runner, "three")[0] == list(range(20))


def test_time_spent_paused_does_not_slow_the_estimate(runner):
    prepare = runner.submit("prepare", "Encoding", steps=8, until="paused-once")
    wait_until(lambda: prepare.done > 2)
    started = prepare.stage_started_at
    runner.wait(runner.submit("count", "Counting", steps=2, seconds=0.5), PATIENCE)
    wait_until(lambda: prepare.status == "running")
    assert prepare.stage_started_at - started > 0.75  # of about a second that does not count for the rate
    (runner.home / "paused-once").touch()
    runner.wait(prepare, PATIENCE)


@pytest.mark.parametrize("cancel_first", [True, False])
def test_a_background_job_that_was_cancelled_does_not_go_on(runner, cancel_first):
    check = runner.submit("measure", "Checking", name=f"cancelled-{cancel_first}", steps=2000)
    wait_until(lambda: check.done > 2)
    if cancel_first:
        runner.cancel(check.id)
    count = runner.submit("count", "Counting", steps=7)
    if not cancel_first:
        runner.cancel(check.id)
    assert runner.wait(count, PATIENCE).status == "done"
    assert runner.wait(check, PATIENCE).status == "cancelled"


def test_paused_jobs_are_run_again_when_their_process_is_ended(runner, monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_UNTIL_KILLED", 0.2)
    for number, (task, status) in enumerate((("stick", "cancelled"), ("die", "failed"))):
        check = runner.submit("measure", "Checking", name=f"ended-{number}", steps=6, until=f"end-{number}")
        wait_until(lambda check=check: check.done > 2)
        other = runner.submit(task, "x")
        wait_until(lambda other=other: other.stage or not other.active)
        runner.cancel(other.id)
        assert runner.wait(other, PATIENCE).status == status
        (runner.home / f"end-{number}").touch()
        assert runner.wait(check, PATIENCE).status == "done"
        steps, processes = found_by(runner, f"ended-{number}")
        assert steps == list(range(6)) and len(processes) == 2


def test_a_job_that_reports_nothing_and_was_cancelled_is_ended_for_the_next_one(runner, monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_UNTIL_KILLED", 0.2)
    stuck = runner.submit("stick", "Checking", priority=jobs.PRIORITIES["measure"])
    wait_until(lambda: stuck.stage)
    runner.cancel(stuck.id)
    assert runner.wait(runner.submit("count", "Counting", steps=8), PATIENCE).status == "done"
    assert stuck.status == "cancelled"


def test_a_worker_that_dies_fails_its_job_and_is_replaced(runner):
    job = runner.wait(runner.submit("die", "x"), PATIENCE)
    assert job.status == "failed"
    assert job.message.startswith("The worker stopped in the middle (exit code 9)")
    assert runner.wait(runner.submit("count", "x", steps=3), PATIENCE).status == "done"


def test_a_query_is_answered_while_a_job_runs(runner):
    job = runner.submit("count", "x", steps=5000)
    wait_until(lambda: job.done > 0)
    answer = runner.query("double", number=21)
    assert answer["number"] == 42 and answer["thread"] != "MainThread"
    assert job.status == "running"
    runner.cancel(job.id)
    runner.wait(job, PATIENCE)


def test_queries_at_once_each_get_their_own_answer(runner):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: runner.query("double", number=number)["number"], range(40)))
    assert answers == [2 * number for number in range(40)]
    assert runner._queries == {}


def test_a_query_that_fails_says_why(runner):
    with pytest.raises(RefractError, match=r"^Two labels are needed, and one was given"):
        runner.query("refuse_query")
    with pytest.raises(RefractError, match=r"\(E-\w{6}\)"):
        runner.query("stumble_query")
    with pytest.raises(RefractError, match=r"\(E-\w{6}\)"):
        runner.query("nobody knows this")
    assert runner.query("double", number=1)["number"] == 2


def test_a_late_answer_is_not_taken_for_another(runner):
    with pytest.raises(RefractError, match="No answer came within 0 s"):
        runner.query("wait", timeout=0.05, seconds=0.3)
    assert runner.query("double", number=4)["number"] == 8


def test_a_query_fails_with_its_worker_and_the_next_is_answered(runner):
    with pytest.raises(RefractError, match="restarted before it had answered"):
        runner.query("die_query")
    assert runner.query("double", number=3)["number"] == 6
    assert runner.wait(runner.submit("count", "x", steps=2), PATIENCE).status == "done"


def test_a_query_to_a_worker_that_died_with_its_job_harms_no_job(runner):
    job = runner.submit("die", "x")
    with contextlib.suppress(RefractError):  # before or after the process was replaced
        runner.query("double", number=3)
    assert runner.wait(job, PATIENCE).message.startswith("The worker stopped in the middle")
    assert runner.query("double", number=3)["number"] == 6


def test_a_query_fails_when_its_worker_is_ended_for_a_job(runner, monkeypatch):
    monkeypatch.setattr(jobs, "SECONDS_UNTIL_KILLED", 0.2)
    job = runner.submit("stick", "x")
    wait_until(lambda: job.stage == "Stuck")
    runner.cancel(job.id)
    with pytest.raises(RefractError, match="restarted"):
        runner.query("wait", seconds=600)
    assert job.status == "cancelled"


def test_closing_ends_the_process(tmp_path):
    runner = JobRunner(tmp_path, worker="tests.support.fake_worker")
    process = runner._process
    runner.close()
    assert process.returncode is not None


def test_the_worker_ends_with_the_app(tmp_path):
    runner = JobRunner(tmp_path, worker="tests.support.fake_worker")
    wait_until(lambda: runner.wait(runner.submit("count", "x", steps=1), PATIENCE).status == "done")
    runner._process.stdin.close()  # what happens when the app is killed
    assert runner._process.wait(PATIENCE) == 0
    runner._closed = True


def test_rate_and_time_left_follow_from_the_counts():
    job = Job(id="1", task="encode", title="x", arguments={}, status="running", done=100, total=400)
    job.stage_started_at = job.reported_at - 10
    assert job.rate == pytest.approx(10)
    assert job.seconds_left == pytest.approx(30)


def test_what_an_earlier_run_left_does_not_count_as_speed():
    job = Job(id="1", task="fit", title="x", arguments={}, status="running", done=300, total=400)
    job.done_before, job.stage_started_at = 200, job.reported_at - 10
    assert job.rate == pytest.approx(10)
    assert job.seconds_left == pytest.approx(10)


def test_what_a_run_reported_does_not_count_when_the_job_is_run_again():
    job = Job(id="1", task="encode", title="x", arguments={})
    job.start(1)
    job.follow("Encoding", 0, 400)
    job.follow("Encoding", 300, 400)
    job.pause()
    job.put_back()
    assert job.stage == "Encoding"  # it goes on, and does not start
    job.start(1)
    assert (job.stage, job.done) == ("", 0)
    job.follow("Encoding", 300, 400)
    assert job.done_before == 300 and job.rate is None


def test_there_is_no_rate_before_it_is_known():
    job = Job(id="1", task="encode", title="x", arguments={}, done=0, total=400)
    assert job.rate is None and job.seconds_left is None


def test_people_take_turns(runner):
    first = runner.submit("count", "first", owner="ada", steps=2, until="turns-taken")
    own = [runner.submit("count", "x", owner="ada", steps=steps) for steps in (3, 4, 6)]
    other = runner.submit("count", "x", owner="ben", steps=7)
    (runner.home / "turns-taken").touch()
    for job in (*own, other):
        runner.wait(job, PATIENCE)
    assert first.ended_at <= other.ended_at <= own[0].ended_at <= own[1].ended_at


def test_the_check_on_screen_does_not_wait_for_that_of_another_analysis(runner):
    other = runner.submit("measure", "Checking", name="other", steps=8, until="was-shown")
    wait_until(lambda: other.done > 2)
    shown = runner.submit("measure", "Checking", name="shown", steps=5)
    assert shown.status == "queued"
    runner.show(shown)
    runner.wait(shown, PATIENCE)
    assert other.active
    (runner.home / "was-shown").touch()
    assert runner.wait(other, PATIENCE).status == "done"
    assert found_by(runner, "other")[0] == list(range(8))
