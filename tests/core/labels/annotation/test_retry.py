"""Requests to a server that is slow, busy, broken or gone."""

import threading
import time
from collections import Counter

import pytest

from core.errors import Cancelled
from core.labels.annotation import retry
from core.labels.annotation.prompts import REMINDERS, SORTING_TASK
from core.labels.annotation.retry import NO_ANSWER, NOT_TAKEN, TOO_LONG
from tests.support.chat_server import chat, good, n_failed


def test_a_run_waits_for_a_slow_server_and_can_be_cancelled(server, model, run):
    server.mood = lambda step, user, body: time.sleep(0.02)
    assert len(run().labels) == 24
    # Cancel while no answer comes at all: noticed without waiting for one.
    hold = threading.Event()
    server.mood = lambda step, user, body: hold.wait(20) and None
    before = len(server.asked)

    def report(stage, done, total):
        if len(server.asked) > before:
            raise Cancelled("Stopped.")

    start = time.monotonic()
    with pytest.raises(Cancelled):
        run(instruction="by something else", report=report)
    assert time.monotonic() - start < 5
    hold.set()
    time.sleep(0.2)
    assert len(server.asked) - before <= 8  # requests under way; nothing more is sent


@pytest.mark.parametrize("status", [429, 500, 503])
def test_requests_to_a_busy_server_are_repeated(server, run, status):
    seen = Counter()

    def mood(step, user, body):
        seen[user] += 1
        if seen[user] < 3:
            return status, {"error": {"message": "busy"}}

    server.mood = mood
    found = run()
    assert len(found.labels) == 24 and n_failed(found.report) == 0


def test_a_reply_that_was_cut_off_is_requested_again(server, run):
    seen = Counter()

    def mood(step, user, body):
        seen[user] += 1
        if seen[user] == 1:
            return "cut", chat(good(step, user))

    server.mood = mood
    found = run()
    assert len(found.labels) == 24 and n_failed(found.report) == 0 and not found.report.stopped


def test_one_text_that_never_gets_an_answer_does_not_stop_the_run(server, run, texts):
    server.mood = lambda step, user, body: (500, {"error": "crash"}) if texts[3] in user else None
    found = run()
    assert set(found.labels) == set(range(24)) - {3}
    for step in ("summaries", "labels"):
        assert found.report.steps[step].failures == {NO_ANSWER: 1}
        assert "crash" in found.report.steps[step].said
    assert not found.report.stopped and n_failed(found.report) == 2


def test_an_unusable_answer_is_requested_once_more_with_a_reminder_and_more_tokens(server, run):
    lengths = []

    def mood(step, user, body):
        if step == "labels":
            lengths.append(body["max_tokens"])
            if REMINDERS[SORTING_TASK] not in user:
                return 200, chat("let me think about", "length")

    server.mood = mood
    found = run()
    assert len(found.labels) == 24 and n_failed(found.report) == 0
    assert set(lengths) == {300, 2400}


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses the key"), (404, "knows no model"), (302, "could not answer")]
)
def test_a_permanent_error_stops_the_run(server, run, status, said):
    server.mood = lambda step, user, body: (status, {"error": {"message": "no, secret-key"}})
    found = run()
    assert said in found.report.stopped and "secret-key" not in found.report.stopped
    assert found.labels == {} and len(server.asked) <= 8


def test_a_reply_of_another_protocol_stops_the_run(server, run):
    server.mood = lambda step, user, body: (200, b"<html>hello</html>")
    assert "ends in /v1" in run().report.stopped


def test_several_refusals_in_a_row_stop_the_run(server, run):
    server.mood = lambda step, user, body: (400, {"error": "max_tokens is not supported"})
    found = run()
    assert "max_tokens is not supported" in found.report.stopped
    assert found.report.steps["summaries"].asked == retry.MAX_ERRORS_IN_A_ROW
    assert found.report.steps["summaries"].failures == {NOT_TAKEN: retry.MAX_ERRORS_IN_A_ROW}


def test_a_text_longer_than_the_context_is_sent_in_part(server, run, texts):
    texts = [f"{text} {'filler ' * 100}" for text in texts]
    long_text = texts[2] + " filler" * 1_000

    def mood(step, user, body):
        if len(user) > 2_000:
            return 400, {"error": {"message": "maximum context length is 512 tokens"}}

    server.mood = mood
    found = run(texts=[*texts[:2], long_text, *texts[3:]])
    assert len(found.labels) == 24 and n_failed(found.report) == 0
    assert found.report.n_cut == 1 and found.report.steps["labels"].shortened == 1


def test_a_context_too_short_for_anything_is_counted(server, run):
    def mood(step, user, body):
        if step == "labels":
            return 400, {"error": {"message": "the request exceeds the available context size"}}

    server.mood = mood
    found = run()
    assert found.labels == {} and found.report.steps["labels"].failures == {TOO_LONG: 24}
