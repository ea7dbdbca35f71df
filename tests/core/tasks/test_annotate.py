"""Label construction as a task: what is stored, and who gave it."""

from functools import partial

import pytest

from core.errors import LanguageModelError
from core.labels.annotation import sample_rows
from core.tasks import annotate as annotation_task
from core.tasks import estimate_analysis, latest_report
from core.tasks.annotate import annotate_analysis, known_labels, record_labels, replies_path
from core.utils import KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE, LanguageModel
from tests.support.chat_server import INSTRUCTION, quick_model
from tests.support.chat_server import server as server  # the fixture


@pytest.fixture
def task(server, monkeypatch, store):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    monkeypatch.setenv(KEY_VARIABLE, "secret-key")
    monkeypatch.setattr(annotation_task, "configured", quick_model)
    return partial(annotate_analysis, store, lambda *stage: None)


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


def test_a_run_knows_what_labels_mean(store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    store.label_names.add_missing(analysis, ["angry", "pleased"])
    store.label_names.define(analysis, "angry", "upset about us")
    assert known_labels(store, analysis).definitions == {"angry": "upset about us"}
