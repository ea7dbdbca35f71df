"""Label construction against a real HTTP server that plays the model: well-behaved, and in every bad mood."""

import json
import re
import threading
import time
from collections import Counter
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from core.errors import Cancelled, LanguageModelError, StoreError
from core.labels.annotation import KnownLabels, ReplyCache, annotate, estimate, retry, sample_rows
from core.labels.annotation import pipeline as annotation
from core.labels.annotation.pipeline import number_of_groups
from core.labels.annotation.prompts import (
    CATEGORY_TASK,
    REMINDERS,
    SORTING_TASK,
    SUMMARY_TASK,
    parse_category,
    parse_choice,
    parse_summary,
)
from core.labels.annotation.retry import NO_ANSWER, NOT_TAKEN, TOO_LONG
from core.tasks import annotate as annotation_task
from core.tasks import estimate_analysis, latest_report, model_cache
from core.tasks.annotate import annotate_analysis, known_labels, record_labels, replies_path
from core.utils import (
    KEY_VARIABLE,
    MODEL_VARIABLE,
    URL_VARIABLE,
    AnswerProblem,
    Completion,
    LanguageModel,
    configured,
    normalise,
)
from tests.conftest import FEELINGS, WordEncoder

EMPTY, CUT, REFUSED, LONG, OUTSIDE, NONE = AnswerProblem
INSTRUCTION = "by feeling"
NOTHING_KNOWN = KnownLabels()
FEELING_OF = {word: feeling for feeling, words in FEELINGS.items() for word in words.split()}


def n_failed(report):
    """Questions that got no answer of use."""
    return sum(sum(counts.failures.values()) for counts in report.steps.values())


class ChatServer:
    """A chat server on this machine; `mood` may answer a request before the good model does."""

    def __init__(self):
        self.asked = []
        self.mood = lambda step, text, body: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                system, user = (message["content"] for message in body["messages"])
                step = (
                    "summaries"
                    if system == SUMMARY_TASK
                    else "categories"
                    if system == CATEGORY_TASK
                    else "labels"
                )
                outer.asked.append((step, user))
                answer = outer.mood(step, user, body)
                answer = good(step, user) if answer is None else answer
                if isinstance(answer, str):
                    answer = (200, chat(answer))
                status, content = answer
                content = content if isinstance(content, bytes) else json.dumps(content).encode()
                declared = len(content)
                if status == "cut":
                    status, content = 200, content[: len(content) // 2]
                self.send_response(status)
                self.send_header("Content-Length", str(declared))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def counts(self):
        return Counter(step for step, _ in self.asked)


def chat(text, finish="stop"):
    return {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]}


def feelings_in(text):
    return Counter(FEELING_OF[word] for word in re.findall(r"\w+", text) if word in FEELING_OF)


def good(step, user):
    """What a model says that understands feelings."""
    if step == "summaries":
        words = [word for word in re.findall(r"\w+", user) if word in FEELING_OF]
        return " ".join(words)
    inside = user.partition("<outside>")[0]
    found = feelings_in(inside)
    return found.most_common(1)[0][0] if found else "none"


@pytest.fixture
def server():
    server = ChatServer()
    yield server
    server.close()


@pytest.fixture
def model(server):
    return LanguageModel(server.url, "small", "secret-key", pause=lambda seconds: None)


@pytest.fixture
def answers(tmp_path):
    with ReplyCache(tmp_path / "answers.sqlite") as answers:
        yield answers


@pytest.fixture
def texts(corpus):
    return list(corpus.texts[:24])


@pytest.fixture
def truth(corpus):
    return corpus.metadata["feeling"].tolist()


@pytest.fixture
def run(model, answers, texts):
    def run(known=NOTHING_KNOWN, instruction=INSTRUCTION, texts=texts, report=lambda *stage: None):
        return annotate(
            model,
            texts,
            np.arange(len(texts)),
            instruction,
            encode=WordEncoder().encode,
            cache=answers,
            known=known,
            report=report,
        )

    return run


# Reading answers


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("the customer is angry", "the customer is angry", None),
        ("Sure! Here is the summary:\n\n**Angry at the driver.**", "Angry at the driver.", None),
        ("Summary: “late van”\n\nI hope this helps.", "late van", None),
        ("sorry for the late parcel", "sorry for the late parcel", None),
        ("", "", EMPTY),
        ("**", "", EMPTY),
        ("I’m sorry, but I can’t help with that.", None, REFUSED),
        ("As an AI language model, I do not", None, REFUSED),
        ("word " * 80, None, LONG),
    ],
)
def test_summaries_are_read(text, value, problem):
    reading = parse_summary(Completion(text, True))
    assert reading.problem == problem
    assert value is None or reading.value == value


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("Angry customers", "Angry customers", None),
        ("Here is the category:\n*Angry customers*", "Angry customers", None),
        ("none", "", EMPTY),
        ("a category that says at great length what it is about", None, LONG),
        ("I cannot name this.", None, REFUSED),
    ],
)
def test_category_names_are_read(text, value, problem):
    reading = parse_category(Completion(text, True))
    assert reading.problem == problem
    assert value is None or reading.value == value


@pytest.mark.parametrize(
    ("text", "value", "problem"),
    [
        ("anger", "Anger", None),
        (" “ANGER.” ", "Anger", None),
        ("Category: anger", "Anger", None),
        ("The category is **anger**.\nIt shouts.", "Anger", None),
        ('{"category": "anger at staff"}', "anger at staff", None),
        ("# anger", "Anger", None),
        ("C#", "C#", None),
        ("c++", "C++", None),
        ("Anger or joy", "", OUTSIDE),
        ("anger\njoy", "", OUTSIDE),
        ("It is not anger, but something like it", "", OUTSIDE),
        ("The category “anger” does not fit", "", OUTSIDE),
        ("angry", "", OUTSIDE),
        ("blorp", "", OUTSIDE),
        ("None of these", "", NONE),
        ("none", "", NONE),
        ("", "", EMPTY),
        ("...", "", EMPTY),
        ("I'm sorry, I can't sort this.", "", REFUSED),
    ],
)
def test_a_choice_is_read_but_never_guessed(text, value, problem):
    reading = parse_choice(Completion(text, True), ["Anger", "anger at staff", "joy", "C#", "C++"])
    assert (reading.value, reading.problem) == (value, problem)


def test_a_cut_answer_counts_up_to_its_last_whole_line():
    assert parse_choice(Completion("anger\nsince the", False), ["anger", "joy"]).value == "anger"
    assert parse_choice(Completion("anger", False), ["anger", "joy"]).problem == CUT
    assert parse_summary(Completion("the customer", False)).problem == CUT
    assert parse_category(Completion("the customer", False)).problem == CUT


def test_a_category_may_be_called_none():
    assert parse_choice(Completion("None.", True), ["none", "joy"]).value == "none"


# The whole way


def test_all_five_steps_find_the_labels(server, run, truth):
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
    assert len(small) == 50 and len(large) == annotation.MOST_TEXTS and set(small) <= set(large)
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


def test_prose_around_answers_is_taken_away_and_counted(server, run, truth):
    server.mood = lambda step, user, body: f"Sure! Here it is:\n\n**{good(step, user)}**\n\nGood luck!"
    found = run()
    assert found.labels == {row: truth[row] for row in range(24)}
    assert found.report.steps["labels"].wordy == 24 and found.report.steps["summaries"].wordy == 24
    assert n_failed(found.report) == 0


def test_a_slow_server_is_waited_for_and_can_be_left(server, model, run):
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
    assert len(server.asked) - before <= 8  # those under way; nothing more is sent


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_and_nothing_is_lost(server, run, status):
    seen = Counter()

    def mood(step, user, body):
        seen[user] += 1
        if seen[user] < 3:
            return status, {"error": {"message": "busy"}}

    server.mood = mood
    found = run()
    assert len(found.labels) == 24 and n_failed(found.report) == 0


def test_an_answer_cut_off_in_the_middle_is_asked_for_again(server, run):
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


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("", EMPTY),
        ("I'm sorry, but I can't help with that.", REFUSED),
        ("blorp", OUTSIDE),
        ("None", NONE),
    ],
)
def test_useless_choices_are_dropped_and_counted(server, run, texts, bad, problem):
    server.mood = lambda step, user, body: bad if step == "labels" and texts[5] in user else None
    found = run()
    assert set(found.labels) == set(range(24)) - {5}
    assert found.report.steps["labels"].failures == {problem: 1}
    again = sum(step == "labels" and texts[5] in user for step, user in server.asked)
    assert again == (2 if problem in (EMPTY, OUTSIDE) else 1)


def test_a_useless_answer_is_asked_for_once_more_in_firmer_words_and_with_more_room(server, run):
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


def test_nonsense_everywhere_is_said_and_gives_no_label(server, run):
    server.mood = lambda step, user, body: "…!?"
    found = run()
    assert found.labels == {} and "None of the answers" in found.report.stopped
    assert found.report.steps["summaries"].failures == {EMPTY: 24}
    assert "start again" not in found.report.stopped


def test_nonsense_in_the_last_step_gives_no_label_and_no_error(server, run):
    server.mood = lambda step, user, body: "qwertz uiop" if step == "labels" else None
    found = run()
    assert found.labels == {} and not found.report.stopped
    assert found.report.steps["labels"].failures == {OUTSIDE: 24}
    assert found.report.categories == {"angry": 0, "pleased": 0}


def test_one_category_for_everything_is_said(server, run):
    server.mood = lambda step, user, body: "letters" if step == "categories" else None
    found = run()
    assert found.labels == {} and "only one category, “letters”" in found.report.stopped
    assert server.counts()["labels"] == 0


def test_one_category_that_swallows_the_others_is_said(server, run):
    server.mood = lambda step, user, body: "angry" if step == "labels" else None
    found = run()
    assert found.report.swallowed_by == "angry" and len(found.labels) == 24
    server.mood = lambda step, user, body: None
    assert not run(instruction="by feeling, again").report.swallowed_by


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses the key"), (404, "knows no model"), (302, "could not answer")]
)
def test_what_fails_for_every_question_stops_at_once(server, run, status, said):
    server.mood = lambda step, user, body: (status, {"error": {"message": "no, secret-key"}})
    found = run()
    assert said in found.report.stopped and "secret-key" not in found.report.stopped
    assert found.labels == {} and len(server.asked) <= 8


def test_a_server_without_any_sense_of_the_protocol_is_said(server, run):
    server.mood = lambda step, user, body: (200, b"<html>hello</html>")
    assert "ends in /v1" in run().report.stopped


def test_a_server_that_takes_no_question_is_not_asked_all(server, run):
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


def test_a_server_gone_in_the_middle_keeps_what_is_there_and_can_go_on(server, run, truth):
    gone = threading.Event()

    def mood(step, user, body):
        if step == "labels" and (gone.is_set() or server.counts()["labels"] > 10):
            gone.set()
            return 503, {"error": "going down"}

    server.mood = mood
    found = run()
    assert "going down" in found.report.stopped and annotation.GO_ON in found.report.stopped
    assert 5 <= len(found.labels) < 24
    assert all(truth[row] == label for row, label in found.labels.items())
    server.mood = lambda step, user, body: None
    time.sleep(0.2)  # for those under way
    server.asked.clear()
    # The labels of the first run are labels of the analysis by now.
    rest = run(known=KnownLabels(names=["pleased", "angry"][: len(set(found.labels.values()))]))
    assert rest.labels == {row: truth[row] for row in range(24)}
    assert server.counts() == {"labels": 24 - len(found.labels)}
    assert rest.report.steps["labels"].kept == len(found.labels)


def test_a_run_that_was_cancelled_goes_on_where_it_was(server, run):
    def report(stage, done, total):
        if stage == "Summarising texts" and done >= 10:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(report=report)
    sent = server.counts()["summaries"]
    assert sent < 24
    found = run()
    assert len(found.labels) == 24
    kept = found.report.steps["summaries"].kept
    assert 10 <= kept < 24 and found.report.steps["summaries"].asked == 24 - kept


def test_the_same_run_again_asks_nothing(server, run):
    first = run()
    n_asked = len(server.asked)
    second = run()
    assert len(server.asked) == n_asked
    assert second.labels == first.labels and second.report.categories == first.report.categories


def test_another_model_or_instruction_is_asked_anew(server, run, model, answers, texts):
    run()
    n_asked = len(server.asked)
    run(instruction="by mood")
    assert len(server.asked) > n_asked + 24
    n_asked = len(server.asked)
    other = LanguageModel(model.url, "large", pause=model.pause)
    annotate(other, texts, np.arange(24), INSTRUCTION, encode=WordEncoder().encode, cache=answers)
    assert len(server.asked) > n_asked + 24


def test_labels_there_are_are_categories_too_and_those_taken_away_stay_away(server, run, truth):
    known = KnownLabels(names=["Angry!", "calm"], renamed={"pleased": None}, by_person=frozenset([0, 1]))
    found = run(known=known)
    assert set(found.report.categories) == {"Angry!", "calm"}
    assert set(found.labels.values()) == {"Angry!"}
    assert not {0, 1} & set(found.labels) and found.report.n_by_person == 2
    assert found.report.steps["labels"].failures == {OUTSIDE: 12 - truth[:2].count("pleased")}
    asked = [user for step, user in server.asked if step == "categories"]
    assert all("Categories that exist already: Angry!; calm" in user for user in asked)


def test_the_estimate_comes_before_and_is_near(server, run, model, answers, texts):
    rows = np.arange(24)
    before = estimate(model, texts, rows, INSTRUCTION, answers)
    assert server.asked == [] and (before.n_texts, before.calls, before.kept) == (24, 24 + 12 + 24, 0)
    report = run().report
    assert sum(counts.asked for counts in report.steps.values()) <= before.calls
    after = estimate(model, texts, rows, INSTRUCTION, answers)
    assert after.calls == after.kept and after.tokens_in == after.tokens_out == 0
    real = sum(len(user) for _, user in server.asked) / 4
    assert real < before.tokens_in < 10 * real + 24 * 2 * 200  # the tasks come on top of the questions


def test_part_of_an_estimate_is_what_was_asked_already(server, run, model, answers, texts):
    def report(stage, done, total):
        if done >= 10:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        run(report=report)
    assert 10 <= estimate(model, texts, np.arange(24), INSTRUCTION, answers).kept < 24


def test_damaged_answers_are_said_in_a_sentence(tmp_path):
    path = tmp_path / "answers.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be used"):
        ReplyCache(path)


# The task


def quick_model():
    """The model that the environment names, without pauses."""
    model = configured()
    return model and replace(model, pause=lambda seconds: None)


@pytest.fixture
def task(server, monkeypatch, store):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    monkeypatch.setenv(KEY_VARIABLE, "secret-key")
    monkeypatch.setattr(annotation_task, "configured", quick_model)
    return partial(
        annotate_analysis,
        store,
        lambda *stage: None,
        load_corpus=model_cache.load_warm_corpus,
        load_encoder=model_cache.load_warm_encoder,
    )


def test_labels_land_as_one_step_marked_with_the_model(task, store, prepared, corpus, home):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    task(analysis_id=analysis, n_texts=30)
    guide = store.labels.read(analysis).table
    assert len(guide) == 30 and set(guide["source"]) == {"model"}
    assert set(guide["row"]) == set(sample_rows(60, 30).tolist())
    feelings = corpus.metadata["feeling"]
    assert all(feelings[row] == label for row, label in zip(guide["row"], guide["label"], strict=True))
    report = latest_report(store, prepared, analysis)
    assert sum(report.categories.values()) == 30 and report.steps["labels"].asked == 30
    secret = [path for path in home.rglob("*") if path.is_file() and b"secret-key" in path.read_bytes()]
    assert secret == []
    assert len(store.labels.undo(analysis)) == 30 and store.labels.read(analysis).table.empty


def test_a_person_wins(task, server, store, prepared, corpus):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    for name in ("angry", "pleased", "mine"):
        store.label_names.add(analysis, name)
    first, second, third = sample_rows(60, 30)[:3].tolist()
    store.labels.give(analysis, {first: "mine", second: None}, "ada")
    late = corpus.texts[third]

    def mood(step, user, body):
        if step == "labels" and late in user:  # labelled by a person while the model is at it
            store.labels.give(analysis, {third: "mine"}, "ada")

    server.mood = mood
    task(analysis_id=analysis, n_texts=30)
    given = store.labels.read(analysis).table.set_index("row")
    assert given["label"][[first, third]].tolist() == ["mine", "mine"]
    assert given["label"][second] is None
    assert given["given_by"][[first, second, third]].tolist() == ["ada"] * 3
    assert (given["source"] == "model").sum() == 27
    asked = {user.split("\n")[1] for step, user in server.asked if step == "labels"}
    assert corpus.texts[first] not in asked and corpus.texts[second] not in asked


def test_what_a_person_rejected_does_not_come_back(task, store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    task(analysis_id=analysis, n_texts=30)
    row = int(store.labels.read(analysis).table["row"][0])
    store.labels.give(analysis, {row: None}, "ada")
    n_entries = len(store.labels.history(analysis))
    task(analysis_id=analysis, n_texts=30)
    given = store.labels.read(analysis).table.set_index("row")
    assert given["label"][row] is None
    assert len(store.labels.history(analysis)) == n_entries  # nothing is said twice


def test_a_merged_label_stays_merged(task, store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    task(analysis_id=analysis, n_texts=30)
    store.label_names.rename(analysis, "angry", "Wrath")
    store.label_names.add(analysis, "other")
    store.label_names.merge(analysis, ["pleased"], "other")
    assert known_labels(store, analysis).renamed == {"pleased": "other"}
    task(analysis_id=analysis, n_texts=40)
    assert "pleased" not in store.label_names.current(analysis)


def test_a_server_lost_in_the_middle_fails_the_job_and_keeps_its_labels(task, server, store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)

    def mood(step, user, body):
        if step == "labels" and server.counts()["labels"] > 12:
            return 500, {"error": "down"}

    server.mood = mood
    with pytest.raises(LanguageModelError, match="start again to go on"):
        task(analysis_id=analysis, n_texts=30)
    n_labels = len(store.labels.read(analysis).table)
    assert 5 <= n_labels < 30
    assert "down" in latest_report(store, prepared, analysis).stopped
    left = estimate_analysis(
        store, store.load_corpus(prepared), analysis, 30, LanguageModel(server.url, "small")
    )
    assert left.calls - left.kept == 30 - n_labels
    server.mood = lambda step, user, body: None
    task(analysis_id=analysis, n_texts=30)
    assert len(store.labels.read(analysis).table) == 30
    assert not latest_report(store, prepared, analysis).stopped


def test_without_a_model_or_an_instruction_nothing_is_sent(task, server, store, prepared, monkeypatch):
    analysis = store.add_analysis(prepared, "")
    with pytest.raises(LanguageModelError, match="no instruction"):
        task(analysis_id=analysis, n_texts=30)
    monkeypatch.delenv(MODEL_VARIABLE)
    with pytest.raises(LanguageModelError, match="No language model"):
        task(analysis_id=analysis, n_texts=30)
    assert server.asked == []


def test_a_damaged_report_is_none(task, store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    assert latest_report(store, prepared, analysis) is None
    store.results(prepared).save_document(f"annotation.{analysis}", {"model": "x"})
    assert latest_report(store, prepared, analysis) is None


def test_two_spellings_of_one_name_are_recorded_as_the_label_there_is(store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    store.label_names.add(analysis, "Angry")
    record_labels(store, analysis, {1: "angry", 2: "new"}, "small")
    assert store.label_names.current(analysis) == ["Angry", "new"]
    assert record_labels(store, analysis, {1: "angry", 2: "new"}, "small") == []


def test_answers_are_removed_with_their_corpus(task, store, prepared):
    analysis = store.add_analysis(prepared, INSTRUCTION)
    task(analysis_id=analysis, n_texts=30)
    assert replies_path(store, prepared).exists()
    store.delete_corpus(prepared)
    assert not replies_path(store, prepared).exists()
