import itertools
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs import Job, in_line
from core.jobs.job import BACKGROUND
from pages.common import cache
from pages.common.jobs import stopped_by_fit


@pytest.mark.parametrize(
    ("status", "order", "again"),
    [("cancelled", "check fit", True), ("cancelled", "fit check", False), ("failed", "check fit", False)],
)
def test_a_check_that_a_new_fit_stopped_starts_again_by_itself(monkeypatch, status, order, again):
    check = Job("1", "measure", "", {"analysis_id": 7, "fit_key": "a"}, status=status)
    submitted = {"check": check, "fit": Job("2", "fit", "", {"analysis_id": 7})}
    runner = SimpleNamespace(jobs=lambda: [submitted[name] for name in order.split()])
    monkeypatch.setattr(cache, "runner", lambda: runner)
    assert stopped_by_fit(check) is again


def line_page():
    from pages.common import jobs

    jobs.draw_line()


def made_up(listed):
    return SimpleNamespace(
        jobs=lambda: list(listed),
        before=lambda job: list(itertools.takewhile(lambda each: each is not job, in_line(listed))),
        cancel=lambda job_id: None,
        show=lambda job: None,
    )


@pytest.fixture
def line(monkeypatch):
    """Draw the job line of the jobs of a made-up runner; return what it says, and its buttons."""

    def draw(*listed):
        runner = made_up(listed)
        monkeypatch.setattr(cache, "runner", lambda: runner)
        app = AppTest.from_function(line_page).run()
        assert not app.exception
        said = [element.value for element in (*app.markdown, *app.caption)]
        return said, [button.key for button in app.button]

    return draw


def test_a_job_that_waits_says_for_which_one_in_a_quiet_line(line):
    fit = Job("2", "fit", "Reshaping by tone", {"analysis_id": 2}, status="running", stage="Drawing")
    check = Job(
        "1", "measure", "Checking", {"analysis_id": 1}, BACKGROUND, started=1, status="paused", stage="Fold 3"
    )
    waiting = Job("3", "fit", "Reshaping by cause", {"analysis_id": 3})
    said, buttons = line(check, fit, waiting)
    assert buttons == ["cancel_job_2", "cancel_job_3", "cancel_job_1"]  # in the order in which they run
    assert said[0] == "**Reshaping by tone**"
    assert sum("Goes on after “Reshaping by cause”, 2nd in line" in each for each in said) == 1
    assert sum("Starts after “Reshaping by tone”" in each for each in said) == 1


def test_jobs_of_the_same_title_are_told_apart(line, monkeypatch):
    instructions = {1: "by tone", 2: "by cause"}
    find = lambda analysis_id: SimpleNamespace(instruction=instructions[analysis_id])  # noqa: E731
    monkeypatch.setattr(cache, "store", lambda: SimpleNamespace(analysis=find))
    checks = [
        Job(str(number), "measure", "Checking", {"analysis_id": number}, status=status)
        for number, status in ((1, "running"), (2, "queued"))
    ]
    said, _ = line(*checks)
    assert any("by tone" in each for each in said) and any("by cause" in each for each in said)
    assert any("Starts after “Checking, by tone”" in each for each in said)


def followed_page():
    from pages.common import cache, jobs

    jobs.draw_line()
    for job in cache.runner().jobs()[:1]:
        jobs.draw_job(job, cancel_key="cancel_here")


def test_a_job_has_its_progress_in_one_place(monkeypatch):
    listed = [
        Job("1", "prepare", "Encoding", {"corpus_key": "a"}, status="running", stage="Encoding"),
        Job("2", "measure", "Checking", {"analysis_id": 1}, status="paused"),
        Job("3", "time_encoder", "Timing", {"encoder": "x"}),
    ]
    runner = made_up(listed)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    app = AppTest.from_function(followed_page).run().run()  # the second run knows what the page shows
    assert [button.key for button in app.button] == ["cancel_job_2", "cancel_here"]


def test_a_stage_named_as_its_job_is_said_once(line):
    said, _ = line(Job("1", "measure", "Checking", {}, status="running", stage="Checking", done=1, total=4))
    assert said == ["**Checking**", "25 %"]


def waited_for_page():
    from pages.common import cache, jobs

    jobs.draw_job(cache.runner().jobs()[-1], cancel_key="cancel_here")


def test_an_instruction_in_a_progress_bar_is_plain_text(monkeypatch):
    listed = [
        Job("1", "fit", "Reshaping by [tone](http://a.example)", {}, status="running"),
        Job("2", "fit", "Reshaping by cause", {}),
    ]
    runner = made_up(listed)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    app = AppTest.from_function(waited_for_page).run()
    (bar,) = app.get("progress")
    assert r"\[tone\]\(http\:/:color[/]a\.example\)" in bar.proto.text
