"""Label construction against an HTTP server in the place of the model."""

import re
import threading
import time

import numpy as np
import pytest

from core.labels.annotation import KnownLabels, sample_rows
from core.labels.annotation import pipeline as annotation
from core.labels.annotation.pipeline import number_of_groups
from core.utils import AnswerProblem, normalise
from tests.support.chat_server import INSTRUCTION, good, n_failed


def test_all_steps_find_the_labels(server, run, truth):
    stages = []
    found = run(report=lambda *stage: stages.append(stage))
    assert found.labels == {row: truth[row] for row in range(24)}
    report = found.report
    assert report.categories == {"angry": 12, "pleased": 12} and not report.stopped
    assert server.counts() == {"summaries": 24, "categories": report.n_clusters, "labels": 24}
    assert 2 <= report.n_clusters <= 12 and report.n_merged == report.n_clusters - 2
    assert n_failed(report) == 0 and (report.model, report.host) == ("small", server.url[7:-3])
    assert [stage for stage in dict.fromkeys(stage for stage, *_ in stages)] == [
        "Summarising texts",
        "Grouping the summaries",
        "Naming categories",
        "Sorting texts",
    ]
    assert ("Sorting texts", 24, 24) in stages
    for step, user in server.asked:
        assert INSTRUCTION in user or step == "labels"
    # The last step reads the texts themselves, not their summaries.
    assert {user.split("\n")[1] for step, user in server.asked if step == "labels"} == set(
        user.split("\n")[3] for step, user in server.asked if step == "summaries"
    )


def test_each_group_is_shown_beside_others(server, run, monkeypatch):
    monkeypatch.setattr(annotation, "SHOWN_SUMMARIES", 3)
    run()
    questions = [user for step, user in server.asked if step == "categories"]
    assert questions
    for question in questions:
        inside, outside = (re.findall(r"^- (.+)$", part, re.M) for part in question.split("<outside>"))
        assert 1 <= len(inside) <= 3 and len(outside) == 3 and not set(inside) & set(outside)


def test_the_number_of_groups_follows_the_number_of_texts():
    assert [number_of_groups(n) for n in (1, 2, 99, 100, 3_000)] == [1, 1, 49, 50, 50]


def test_samples_grow_without_losing_a_text():
    small, large = sample_rows(10_000, 50), sample_rows(10_000, 5_000)
    assert len(small) == 50 and len(large) == annotation.MAX_ANNOTATED_TEXTS and set(small) <= set(large)
    assert np.array_equal(small, sample_rows(10_000, 50)) and np.all(np.diff(large) > 0)
    assert np.array_equal(sample_rows(7, 50), np.arange(7))


def test_names_that_differ_by_case_and_punctuation_are_one_category(server, run, truth):
    number = iter(range(1000))

    def mood(step, user, body):
        if step == "categories":
            return [str.upper, str.title, lambda name: f"“{name}.”"][next(number) % 3](good(step, user))

    server.mood = mood
    found = run()
    assert {normalise(name) for name in found.report.categories} == {"angry", "pleased"}
    assert len(found.report.categories) == 2 and len(found.labels) == 24


def test_prose_around_answers_is_removed_and_counted(server, run, truth):
    server.mood = lambda step, user, body: f"Sure! Here it is:\n\n**{good(step, user)}**\n\nGood luck!"
    found = run()
    assert found.labels == {row: truth[row] for row in range(24)}
    assert found.report.steps["labels"].wordy == 24 and found.report.steps["summaries"].wordy == 24
    assert n_failed(found.report) == 0


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("", AnswerProblem.EMPTY),
        ("I'm sorry, but I can't help with that.", AnswerProblem.REFUSED),
        ("blorp", AnswerProblem.OUTSIDE),
        ("None", AnswerProblem.NONE),
    ],
)
def test_useless_choices_are_dropped_and_counted(server, run, texts, bad, problem):
    server.mood = lambda step, user, body: bad if step == "labels" and texts[5] in user else None
    found = run()
    assert set(found.labels) == set(range(24)) - {5}
    assert found.report.steps["labels"].failures == {problem: 1}
    again = sum(step == "labels" and texts[5] in user for step, user in server.asked)
    assert again == (2 if problem in (AnswerProblem.EMPTY, AnswerProblem.OUTSIDE) else 1)


def test_unusable_summaries_stop_the_run(server, run):
    server.mood = lambda step, user, body: "…!?"
    found = run()
    assert found.labels == {} and "None of the answers" in found.report.stopped
    assert found.report.steps["summaries"].failures == {AnswerProblem.EMPTY: 24}
    assert "start again" not in found.report.stopped


def test_unusable_choices_give_no_label_and_no_error(server, run):
    server.mood = lambda step, user, body: "qwertz uiop" if step == "labels" else None
    found = run()
    assert found.labels == {} and not found.report.stopped
    assert found.report.steps["labels"].failures == {AnswerProblem.OUTSIDE: 24}
    assert found.report.categories == {"angry": 0, "pleased": 0}


def test_a_single_category_stops_the_run(server, run):
    server.mood = lambda step, user, body: "letters" if step == "categories" else None
    found = run()
    assert found.labels == {} and "only one category, “letters”" in found.report.stopped
    assert server.counts()["labels"] == 0


def test_a_category_with_most_labels_is_reported(server, run):
    server.mood = lambda step, user, body: "angry" if step == "labels" else None
    found = run()
    assert found.report.swallowed_by == "angry" and len(found.labels) == 24
    server.mood = lambda step, user, body: None
    assert not run(instruction="by feeling, again").report.swallowed_by


def test_a_run_without_its_server_keeps_its_labels_and_can_be_resumed(server, run, truth):
    gone = threading.Event()

    def mood(step, user, body):
        if step == "labels" and (gone.is_set() or server.counts()["labels"] > 10):
            gone.set()
            return 503, {"error": "going down"}

    server.mood = mood
    found = run()
    assert "going down" in found.report.stopped and annotation.RESUME_HINT in found.report.stopped
    assert 5 <= len(found.labels) < 24
    assert all(truth[row] == label for row, label in found.labels.items())
    server.mood = lambda step, user, body: None
    time.sleep(0.2)  # for requests under way
    server.asked.clear()
    # The labels of the first run are labels of the analysis by now.
    rest = run(known=KnownLabels(names=["pleased", "angry"][: len(set(found.labels.values()))]))
    assert rest.labels == {row: truth[row] for row in range(24)}
    assert server.counts() == {"labels": 24 - len(found.labels)}
    assert rest.report.steps["labels"].kept == len(found.labels)


def test_existing_labels_are_categories_and_deleted_ones_are_not(server, run, truth):
    known = KnownLabels(
        names=["Angry!", "calm"],
        renamed={"pleased": None},
        by_person=frozenset([0, 1]),
        definitions={"calm": "no feeling"},
    )
    found = run(known=known)
    assert set(found.report.categories) == {"Angry!", "calm"}
    assert set(found.labels.values()) == {"Angry!"}
    assert not {0, 1} & set(found.labels) and found.report.n_by_person == 2
    assert found.report.steps["labels"].failures == {AnswerProblem.OUTSIDE: 12 - truth[:2].count("pleased")}
    asked = [user for step, user in server.asked if step == "categories"]
    said = "Categories that exist already: Angry!; calm\n\nWhat they mean:\n- calm: no feeling"
    assert asked and all(said in user for user in asked)
