"""Systems held against each other on a person's texts and labels."""

import dataclasses
import importlib
import itertools
import json
import math
import tempfile
import time
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.encoders import ReadyVectors
from core.errors import Cancelled, EncoderUnavailable, RefractError
from core.evidence import cross_validate, method_run
from core.evidence.comparison import (
    Comparison,
    System,
    SystemRow,
    headline,
    in_words,
    list_systems,
    sample_rows,
)
from core.evidence.comparison import measure as systems
from core.labels import encode_names, label_phrases
from core.neighbours import build_graph
from core.storage import keep_ready, load_space
from core.tasks import Trial, compare, estimate_comparison, latest_request, load_comparison
from core.tasks.compare import MEASURE
from core.tasks.model_cache import load_warm_corpus
from core.transforms import GSTransform, Method
from core.utils import child_process, content_key
from pages.charts import GAIN, SystemPoint, accuracy_by_seconds
from pages.charts.comparison import LETTER, NAME_HEIGHT
from pages.charts.name_placement import Box
from tests.conftest import AskingEncoder, WordEncoder
from tests.support.tiny_models import save_instructor

READERS = [("feeling", "")]
task = importlib.import_module("core.tasks.compare")  # the package shows the function of this name


class FeelingEncoder(AskingEncoder):
    """Reads nothing but the feeling, when it is told to."""

    name, key, n_dims = "feeling", "feeling-1", 2
    asked = []  # noqa: RUF012  over all, so that the test can look

    def encode(self, texts, *, instruction=None, progress=None):
        self.asked.append((len(texts), instruction))
        hits = [[word in text for word in ("furious", "lovely")] for text in texts]
        more = [[word in text for word in ("shouting", "thanks")] for text in texts]
        last = [[word in text for word in ("awful", "delight")] for text in texts]
        return np.sum([hits, more, last], axis=0, dtype=np.float32) + 0.01


class TaskEncoder(FeelingEncoder):
    follows_instructions, tasks = "fixed tasks", ("search", "clustering")


class PlainEncoder(FeelingEncoder):
    follows_instructions = "no"


def load(name, *, template=None):
    if name == "broken":
        raise EncoderUnavailable("The encoder broken cannot be read: choose another.")
    return LOADED.get(name, WordEncoder)()


LOADED = {"feeling": FeelingEncoder, "tasks": TaskEncoder, "plain": PlainEncoder}


@pytest.fixture(autouse=True)
def readers(monkeypatch):
    FeelingEncoder.asked.clear()
    monkeypatch.setattr(systems, "load_encoder", load)
    monkeypatch.setattr(systems, "model_folder", lambda name: Path("/nowhere"))
    monkeypatch.setattr(systems, "_load_libraries", lambda **_: None)
    quick = partial(GSTransform, max_epochs=3, n_hidden=8, n_components=4)
    monkeypatch.setattr(systems, "GSTransform", quick)
    monkeypatch.setattr(method_run, "GSTransform", quick)


@pytest.fixture
def here(monkeypatch):
    """Measured in this process; returns what was asked for."""
    asked = []

    def run_here(function, report, **arguments):
        assert function == MEASURE
        asked.append(arguments["method"]["encoder"] or arguments["method"]["kind"])
        try:
            found = task.measure_in_child(report, **json.loads(json.dumps(arguments)))
        except RefractError as error:
            if isinstance(error, Cancelled):
                raise
            raise child_process.ChildProcessFailed(str(error)) from error
        return json.loads(json.dumps(found))

    monkeypatch.setattr(task, "run_in_child", run_here)
    return asked


@pytest.fixture
def run(store, labelled, here):
    """Compare, and load what was found."""

    def run(encoders=READERS, n_texts=60, report=lambda *progress: None, **more):
        FeelingEncoder.asked.clear()
        compare(
            store, report, analysis_id=labelled, encoders=encoders, n_texts=n_texts,
            load_corpus=load_warm_corpus, **more,
        )  # fmt: skip
        return load_comparison(store, labelled, encoders, n_texts)

    return run


@pytest.fixture
def vectors(store, prepared):
    return np.asarray(load_space(store.results(prepared), store.corpus_entry(prepared).embedding_key).vectors)


def by_title(comparison):
    return {row.system.title: row for row in comparison.rows}


def same(found, expected):
    for name in ("gain_low", "gain_high", "verdict"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), nan_ok=True)
    return found.accuracy == pytest.approx(expected.reshaped)


class TestSample:
    def test_labelled_texts_come_first_and_others_by_chance(self):
        given = np.full(1_000, -1)
        given[::100] = 1
        rows = sample_rows(given, 200)
        assert len(rows) == 200 and (np.diff(rows) > 0).all()
        assert set(np.flatnonzero(given >= 0)) <= set(rows)
        assert rows.std() > 200  # from all over the corpus
        assert set(rows) < set(sample_rows(given, 400))

    def test_of_more_labelled_texts_than_fit_some_are_drawn(self):
        given = np.zeros(100, dtype=int)
        given[90:] = -1
        rows = sample_rows(given, 20)
        assert len(rows) == 20 and (given[rows] == 0).all()
        assert len(sample_rows(given, 500)) == 100


class TestRows:
    def test_every_system_is_measured_on_the_same_texts_and_labels(
        self, run, store, labelled, vectors, corpus
    ):
        """As `cross_validate` says of the whole corpus, which is the sample here."""
        rows = by_title(run())
        labels, given = list(store.labels.read(labelled).names), store.labels.read(labelled).codes
        names = encode_names(WordEncoder(), label_phrases("by feeling", labels))
        guided = cross_validate(vectors, given, graph=build_graph(vectors), label_vectors=names)
        assert list(rows) == ["Generic", "GuidedTransform", "GSTransform", "feeling"]
        assert same(rows["GuidedTransform"], guided)
        assert rows["Generic"].accuracy == pytest.approx(guided.generic)
        recipe = cross_validate(vectors, given, transform=systems.GSTransform(random_state=0))
        assert same(rows["GSTransform"], recipe)
        read = FeelingEncoder().encode(corpus.texts)
        assert same(rows["feeling"], cross_validate(vectors, given, read=read))
        assert rows["feeling"].accuracy == 1
        assert math.isnan(rows["Generic"].gain_low) and rows["Generic"].verdict == ""

    def test_seconds_and_memory(self, run):
        rows = by_title(run())
        generic, guided, recipe, reading = rows.values()
        assert math.isnan(generic.second_seconds) and generic.first_seconds > 0
        for transform in (guided, recipe):
            assert transform.first_seconds > generic.first_seconds  # it stands on it
            assert 0 < transform.second_seconds < 5
        assert reading.first_seconds >= reading.second_seconds > 0
        assert all(row.peak_bytes > 50e6 and row.graphics_bytes == 0 for row in rows.values())
        assert len({row.run for row in rows.values()}) == 1

    def test_a_reading_reads_the_sample_under_the_instruction(self, run):
        comparison = run(n_texts=40)
        assert FeelingEncoder.asked == [(40, "by feeling")] * 2
        assert (comparison.n_texts, comparison.n_corpus) == (40, 60)
        assert (comparison.n_labels, comparison.n_classes) == (12, 2)
        assert all(row.n_texts == 40 for row in comparison.rows)

    def test_what_cannot_follow_the_instruction_says_so(self, run):
        rows = by_title(run([("plain", ""), ("tasks", "")]))
        assert list(dict.fromkeys(FeelingEncoder.asked)) == [(60, None), (60, "clustering")]
        assert "follows no instruction" in rows["plain"].note and "“clustering”" in rows["tasks"].note
        for title in ("plain", "tasks"):
            assert math.isnan(rows[title].second_seconds) and rows[title].first_seconds > 0
            assert rows[title].accuracy == 1

    def test_an_instruction_that_is_a_task_is_followed(self, run, store, labelled):
        store.set_instruction(labelled, "search")
        row = by_title(run([("tasks", "")]))["tasks"]
        assert set(FeelingEncoder.asked) == {(60, "search")}
        assert row.note == "" and row.second_seconds > 0

    def test_the_template_counts(self, run):
        rows = by_title(run([("feeling", ""), ("feeling", "Ask: {instruction}")]))
        assert {"feeling", "feeling, “Ask: {instruction}”"} < set(rows)

    @pytest.mark.parametrize(
        ("encoders", "titles"),
        [
            (["a/b/base", "a/c/base"], ["b/base", "c/base"]),
            (["one\\base", "other/base", "small"], ["one/base", "other/base", "small"]),
            (["instructor:/m/base", "/m/base"], ["instructor:/m/base", "/m/base"]),
            (["vectors:v.npy#1", "vectors:v.npy#2"], ["vectors:v.npy#1", "vectors:v.npy#2"]),
        ],
    )
    def test_models_of_one_name_are_told_apart(self, encoders, titles):
        systems = list_systems([(encoder, "") for encoder in encoders])
        assert [system.title for system in systems if system.method.reencodes] == titles

    def test_a_second_instruction_is_timed_without_what_happens_once(self, run, monkeypatch):
        class ColdEncoder(FeelingEncoder):
            def encode(self, texts, **how):
                if not self.asked:
                    time.sleep(0.3)
                return super().encode(texts, **how)

        monkeypatch.setitem(LOADED, "cold", ColdEncoder)
        *_, reading = run([("cold", "")]).rows
        assert reading.second_seconds < 0.1 and reading.first_seconds > 0.3
        server = "endpoint:http://127.0.0.1:9/v1#small"
        monkeypatch.setitem(LOADED, server, FeelingEncoder)
        run([(server, "")])
        assert len(FeelingEncoder.asked) == 1  # what is sent costs

    def test_with_too_few_labels_times_and_memory_are_left(self, run, store, labelled):
        store.labels.undo(labelled)
        assert store.labels.read(labelled).table.empty
        rows = by_title(run())
        assert not any(row.enough for row in rows.values())
        assert rows["GuidedTransform"].second_seconds > 0  # the names alone reshape
        assert rows["GuidedTransform"].verdict == "too few labels to tell"
        assert "two different labels are needed" in rows["GSTransform"].failure
        assert rows["feeling"].peak_bytes > 0

    def test_vectors_from_a_file_have_no_time(self, run, store, prepared, corpus):
        made = FeelingEncoder().encode(corpus.texts)
        name = keep_ready(store.results(prepared), prepared, "mine.npy", ReadyVectors(made, "order", "k"))
        row = by_title(run([(name, "")], n_texts=40))["vectors of mine.npy"]
        assert row.accuracy == 1 and math.isnan(row.first_seconds) and "come from a file" in row.note

    def test_vectors_from_a_file_need_no_instruction(self, run, store, labelled, prepared, corpus):
        made = FeelingEncoder().encode(corpus.texts)
        name = keep_ready(store.results(prepared), prepared, "mine.npy", ReadyVectors(made, "order", "k"))
        store.set_instruction(labelled, "")
        assert run([(name, "")]).rows[-1].accuracy == 1

    def test_a_corpus_of_ready_vectors_has_no_names_to_read(self, run, store, prepared, vectors):
        name = keep_ready(store.results(prepared), prepared, "mine.npy", ReadyVectors(vectors, "order", "k"))
        store.set_encoding(prepared, name, store.corpus_entry(prepared).embedding_key)
        rows = by_title(run())
        assert math.isnan(rows["Generic"].first_seconds) and "come from a file" in rows["Generic"].note
        assert math.isnan(rows["GuidedTransform"].first_seconds)
        assert rows["GuidedTransform"].second_seconds > 0 and rows["GuidedTransform"].enough

    def test_a_server_is_named_as_what_is_not_counted(self, run):
        row = run([("endpoint:http://127.0.0.1:9/v1#small", "")]).rows[-1]
        assert row.system.title == "small at 127.0.0.1:9"
        assert row.note.endswith("What it takes on the server is not counted.")


class TestRun:
    def test_no_text_is_left_in_a_temporary_file(self, run, tmp_path, monkeypatch):
        """A worker that is ended could not remove it."""
        folder = tmp_path / "temporary"
        folder.mkdir()
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        there = set()

        def look(*_):
            files = [file for file in folder.rglob("*") if file.is_file()]
            there.update(file for file in files if b"furious" in file.read_bytes())

        run(report=look)
        assert not there

    def test_one_that_fails_leaves_the_others_and_is_tried_again(self, run, here):
        comparison = run([("broken", ""), ("feeling", "")])
        rows = by_title(comparison)
        assert rows["broken"].failure == "The encoder broken cannot be read: choose another."
        assert rows["feeling"].enough and len(comparison.measured) == 4
        assert [system.method.encoder for system in comparison.missing] == ["broken"]
        here.clear()
        run([("broken", ""), ("feeling", "")])
        assert here == ["broken"]

    def test_a_stopped_run_goes_on_where_it_was(self, run, store, labelled, here):
        def stop(stage, done, total):
            if stage.startswith("GSTransform"):
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            run(report=stop)
        kept = load_comparison(store, labelled, READERS, 60)
        assert [row.system.title for row in kept.rows] == ["Generic", "GuidedTransform"]
        assert [system.title for system in kept.missing] == ["GSTransform", "feeling"]
        here.clear()
        comparison = run()
        assert here == ["gstransform", "feeling"] and not comparison.missing
        assert by_title(comparison)["GSTransform"].first_seconds > kept.rows[0].first_seconds
        assert latest_request(store, labelled) == (READERS, 60)

    def test_another_encoder_is_added_to_what_is_there(self, run, here):
        run()
        here.clear()
        assert len(run([*READERS, ("plain", "")]).rows) == 5
        assert here == ["plain"]

    def test_stages_name_the_system(self, run):
        said = set()
        run(report=lambda stage, *_: said.add(stage))
        assert {"GuidedTransform: reshaping", "feeling: loading the model", "feeling: starting"} <= said
        assert "Generic: checking by hidden labels" in said

    def test_another_label_or_instruction_asks_for_another_run(self, run, store, labelled):
        run()
        store.labels.give(labelled, {30: "angry"}, "ada")
        assert not load_comparison(store, labelled, READERS, 60).rows
        store.labels.undo(labelled)
        assert load_comparison(store, labelled, READERS, 60).rows
        store.set_instruction(labelled, "by topic")
        assert not load_comparison(store, labelled, READERS, 60).rows

    def test_measuring_again_keeps_what_is_there_until_it_is_measured_again(
        self, run, store, labelled, here, monkeypatch
    ):
        run([*READERS, ("plain", "")])
        before = load_comparison(store, labelled, [*READERS, ("plain", "")], 60).rows
        monkeypatch.setattr(task, "datetime", SimpleNamespace(now=lambda zone: datetime(2040, 1, 1)))
        here.clear()

        def stop(stage, done, total):
            if stage.startswith("GSTransform"):
                raise Cancelled("Stopped.")

        with pytest.raises(Cancelled):
            run(report=stop, again=True)
        after = load_comparison(store, labelled, [*READERS, ("plain", "")], 60)
        assert here == ["generic", "guided"] and not after.missing
        assert [row.run.startswith("2040") for row in after.rows] == [True, True, False, False, False]
        assert after.rows[-1] == before[-1]  # what was not asked for is left

    def test_a_generic_space_that_is_measured_later_completes_the_transforms(
        self, run, store, labelled, monkeypatch
    ):
        def fail(*_):
            raise EncoderUnavailable("The encoder cannot be read: choose another.")

        with monkeypatch.context() as offline:
            offline.setattr(systems, "_measure_generic", fail)
            comparison = run()
        assert comparison.rows[0].failure and math.isnan(comparison.rows[1].first_seconds)
        comparison = run()
        generic, guided, recipe, reading = comparison.rows
        assert guided.first_seconds > generic.first_seconds < recipe.first_seconds
        assert guided.generic == recipe.generic == reading.generic == generic.accuracy
        assert load_comparison(store, labelled, READERS, 60) == comparison  # it is added once

    def test_damaged_documents_are_measured_again(self, run, store, labelled, prepared):
        run()
        for file in store.results(prepared).folder.glob("*.json"):
            document = json.loads(file.read_text())
            if "system" in document:
                file.write_text('{"system": 1}')
        store.results(prepared).save_document(f"comparison.{labelled}", {"encoders": 3})
        assert not load_comparison(store, labelled, READERS, 60).rows
        assert latest_request(store, labelled) is None

    def test_without_an_instruction_nothing_is_read(self, run, store, labelled, here):
        store.set_instruction(labelled, "")
        rows = by_title(run())
        assert "no instruction to encode under" in rows["feeling"].failure
        assert rows["GuidedTransform"].enough and "feeling" not in here

    def test_without_two_labels_no_transform_is_tried(self, run, store, labelled, here):
        store.labels.undo(labelled)
        store.label_names.delete(labelled, "angry")
        rows = by_title(run())
        assert "Two labels are needed" in rows["GuidedTransform"].failure
        assert here == ["generic", "feeling"]
        assert not load_comparison(store, labelled, READERS, 60).missing  # going on would bring nothing
        store.label_names.add(labelled, "calm")
        assert len(load_comparison(store, labelled, READERS, 60).missing) == 4


class TestApart:
    def test_a_tiny_instructor_in_a_process_of_its_own(self, store, labelled, corpus, tmp_path, monkeypatch):
        folder = save_instructor(tmp_path)
        encoders = [(f"instructor:{folder}", "")]
        kinds = {"generic": "Generic"}  # the others take as long again
        monkeypatch.setattr("core.evidence.comparison.systems.TRANSFORMS", kinds)
        stages = []
        compare(
            store, lambda stage, *_: stages.append(stage), analysis_id=labelled, encoders=encoders,
            n_texts=60, load_corpus=load_warm_corpus,
        )  # fmt: skip
        generic, reading = load_comparison(store, labelled, encoders, 60).rows
        assert generic.failure  # there is no model of the name “words”
        assert reading.failure == ""
        assert 0 <= reading.accuracy <= 1 and reading.verdict
        # Of loading libraries, which takes seconds, nothing is counted.
        assert 0 < reading.second_seconds < reading.first_seconds < 1.5
        assert reading.peak_bytes > 200e6  # torch was loaded there
        assert "saved: encoding" in stages


class TestEstimate:
    def test_only_what_is_missing_is_reckoned(self, run, store, labelled, corpus):
        estimates = estimate_comparison(store, corpus, labelled, READERS, 60)
        assert [estimate.system.title for estimate in estimates] == [
            "Generic", "GuidedTransform", "GSTransform", "feeling",
        ]  # fmt: skip
        assert all(estimate.seconds > 5 for estimate in estimates)
        run()
        assert not estimate_comparison(store, corpus, labelled, READERS, 60)

    def test_a_trial_here_counts_more_than_the_size_of_a_model(
        self, store, labelled, corpus, prepared, monkeypatch
    ):
        trial = Trial(3_600.0, 16, "", 2, 512, "cpu", [])
        known = {(prepared, "feeling", "", "by feeling"): trial}
        monkeypatch.setattr(
            "core.tasks.compare_estimate.load_trial", lambda results, *choice: known.get(choice)
        )
        *_, timed = estimate_comparison(store, corpus, labelled, READERS, 20)
        assert timed.timed and timed.whole_seconds == 3_600
        assert 1_200 < timed.seconds < 1_220  # a third of the texts
        *_, guessed = estimate_comparison(store, corpus, labelled, [("feeling", "Other: {instruction}")], 20)
        assert not guessed.timed and 0 < guessed.whole_seconds < 60

    def test_reading_grows_with_the_sample(self, store, labelled, corpus, monkeypatch):
        monkeypatch.setattr(
            "core.tasks.compare_estimate.estimate_seconds", lambda texts, name, prompt="": 4 + 10 * len(texts)
        )
        half, whole = (estimate_comparison(store, corpus, labelled, READERS, size)[-1] for size in (30, 60))
        assert whole.seconds - half.seconds == pytest.approx(300)
        assert half.whole_seconds == whole.whole_seconds == pytest.approx(604)

    def test_vectors_from_a_file_cost_nothing(self, store, labelled, corpus):
        *_, ready = estimate_comparison(store, corpus, labelled, [("vectors:mine.npy#k", "")], 60)
        assert ready.whole_seconds == 0 and ready.seconds < 20


def row(kind, title, accuracy, second, first=9.0, **more):
    return SystemRow(System(Method(kind), title), 2_000, "now", accuracy=accuracy, second_seconds=second,
                     first_seconds=first, **more)  # fmt: skip


def found(*rows):
    return Comparison(2_000, 14_640, 60, 4, tuple(rows))


class TestWords:
    def test_the_headline_holds_guided_transform_against_what_reads_anew(self):
        guided, reading = (
            row("guided", "GuidedTransform", 0.752, 0.106),
            row("reencode", "INSTRUCTOR", 0.61, 74),
        )
        recipe, plain = row("gstransform", "GSTransform", 0.5, 2), row("reencode", "e5", 0.7, math.nan)
        said = headline(found(guided, recipe, reading, plain))
        assert said == (
            "GuidedTransform finds 75 % of the hidden labels in 0.1 s; INSTRUCTOR 61 % in 74 s, 700 times as "
            "long; e5 70 %."
        )

    def test_the_headline_names_those_that_find_most(self):
        guided, recipe = row("guided", "GuidedTransform", 0.6, 1), row("gstransform", "GSTransform", 0.7, 2)
        readings = [
            row("reencode", f"r{place}", share, 1)
            for place, share in enumerate((0.1, math.nan, 0.2, 0.9, 0.3))
        ]
        said = headline(found(guided, recipe, *readings))
        assert said == (
            "GuidedTransform finds 60 % of the hidden labels in 1.0 s; r2 20 % in 1.0 s, about as long; "
            "r3 90 % in 1.0 s, about as long; r4 30 % in 1.0 s, about as long; GSTransform 70 % in 2.0 s, "
            "2 times as long."
        )

    def test_without_an_encoder_it_is_held_against_the_recipe(self):
        guided, recipe = (
            row("guided", "GuidedTransform", 0.75, 0.1),
            row("gstransform", "GSTransform", 0.5, 0.11),
        )
        generic = row("generic", "Generic", 0.6, math.nan)
        assert headline(found(generic, guided, recipe)) == (
            "GuidedTransform finds 75 % of the hidden labels in 0.1 s; GSTransform 50 % in 0.1 s, about as "
            "long; Generic 60 %."
        )

    def test_it_claims_no_accuracy_that_was_not_measured(self):
        guided, reading = (
            row("guided", "GuidedTransform", math.nan, 0.2),
            row("reencode", "x*y", math.nan, 0.02),
        )
        said = headline(found(guided, reading), escape=lambda title: title.replace("*", "\\*"))
        assert said == "GuidedTransform takes 0.2 s; x\\*y takes 0.02 s, 10 times as fast."
        assert "%" not in said

    def test_there_is_no_headline_without_guided_transform(self):
        failed = row("guided", "GuidedTransform", 0.7, 0.1, failure="No.")
        assert headline(found(failed, row("reencode", "e5", 0.7, 2))) == headline(found()) == ""

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [
            (math.nan, "–"), (0.001, "less than 0.01 s"), (0.04, "0.04 s"), (0.0949, "0.09 s"),
            (0.12, "0.1 s"), (3.24, "3.2 s"), (9.96, "10 s"), (74, "74 s"), (99.6, "2 min"), (600, "10 min"),
            (5_399, "90 min"), (5_400, "1.5 h"), (40_000, "11 h"), (200_000, "2 days"),
        ],
    )  # fmt: skip
    def test_times_as_people_say_them(self, seconds, words):
        assert in_words(seconds) == words

    def test_time_for_the_whole_corpus(self):
        seconds = found().seconds_on_all
        assert seconds(row("reencode", "e5", 0.5, 10)) == pytest.approx(73.2)
        assert seconds(row("guided", "GuidedTransform", 0.5, 0.1)) == pytest.approx(0.732)
        assert seconds(row("gstransform", "GSTransform", 0.5, 3)) == 3
        # Loading is no part of a further instruction, and there is none.
        assert math.isnan(seconds(row("reencode", "plain", 0.5, math.nan, first=20)))
        assert math.isnan(seconds(row("generic", "Generic", 0.5, math.nan)))
        full = dataclasses.replace(found(), n_labels=2_000)
        assert math.isnan(full.seconds_on_all(row("gstransform", "GSTransform", 0.5, 3)))

    def test_rows_survive_json(self):
        before = row("reencode", "e5", 0.5, math.nan, note="so")
        after = SystemRow.from_document(json.loads(json.dumps(before.to_document())))
        assert dataclasses.replace(
            after, generic=0, gain_low=0, gain_high=0, second_seconds=0
        ) == dataclasses.replace(before, generic=0, gain_low=0, gain_high=0, second_seconds=0)
        assert math.isnan(after.second_seconds)


class TestFigure:
    def points(self, *places):
        points = []
        for number, (seconds, accuracy) in enumerate(places):
            low, high = accuracy - 0.1, min(1, accuracy + 0.1)
            points.append(SystemPoint(f"<s{number}>", seconds, accuracy, low, high, "m", own=number == 0))
        return points

    def test_accuracies_stand_with_their_intervals_on_a_logarithmic_axis(self):
        figure = accuracy_by_seconds(self.points((0.1, 0.75), (74, 0.95)), generic=0.6)
        drawn = figure.data[0]
        assert drawn.x == (0.1, 74) and drawn.y == (0.75, 0.95)
        assert drawn.error_y.array == pytest.approx((0.1, 0.05))
        assert drawn.error_y.arrayminus == pytest.approx((0.1, 0.1))
        assert drawn.marker.color[0] == GAIN != drawn.marker.color[1]
        axis = figure.layout.xaxis
        assert axis.type == "log" and axis.range[0] < -1 and axis.range[1] > np.log10(74)
        assert axis.ticktext[axis.tickvals.index(3_600)] == "1 h"
        assert figure.layout.yaxis.range[0] < 0.6
        assert figure.layout.shapes[0].y0 == 0.6

    def test_names_are_plain_and_stand_towards_the_middle(self):
        figure = accuracy_by_seconds(self.points((0.1, 0.75), (74, 0.95)), generic=math.nan)
        fast, slow = sorted(figure.layout.annotations, key=lambda name: name.x)
        assert (fast.xanchor, slow.xanchor) == ("left", "right")
        assert fast.text == "<b>&lt;s0> 75 %</b>" and slow.text == "&lt;s1> 95 %"
        assert not figure.layout.shapes

    def test_names_of_like_systems_do_not_lie_upon_each_other(self):
        close = [(0.1, 0.7), (0.11, 0.7), (0.09, 0.71), (0.1, 0.69), (0.12, 0.7), (0.1, 0.71), (0.1, 0.7)]
        figure = accuracy_by_seconds(self.points(*close), generic=0.7)
        (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
        boxes = []
        for name in figure.layout.annotations[1:]:
            width = LETTER * len(name.text.removeprefix("<b>").removesuffix("</b>").replace("&lt;", "<"))
            x, y = (name.x - left) / (right - left), (name.y - low) / (high - low)
            start = x if name.xanchor == "left" else x - width
            boxes.append(Box(start, y - NAME_HEIGHT / 2, start + width, y + NAME_HEIGHT / 2))
        assert len(boxes) == 7 and all(box.low > 0 and box.high < 1 for box in boxes)
        assert not any(one.meets(other) for one, other in itertools.combinations(boxes, 2))
        assert len(figure.layout.shapes) > 1  # lines to those that were moved away

    def test_one_system_has_a_chart_with_room(self):
        figure = accuracy_by_seconds(self.points((2, 1.0)), generic=1.0)
        left, right = figure.layout.xaxis.range
        assert right - left > 1 and left < np.log10(2) < right
        assert figure.layout.yaxis.range[1] > 1


class TestEarlierVersions:
    def test_a_row_of_an_earlier_version_is_found(self, run, store, labelled, prepared):
        run()
        inputs = task.comparison_inputs(store, labelled, READERS, 60)
        system = inputs.systems[-1]
        flat = {"kind": "reading", "encoder": "feeling", "template": "", "title": "feeling"}
        signature = task.files_signature("feeling")
        key = f"{inputs.key}.{content_key('row', 'reading', 'feeling', '', signature)}"
        results = store.results(prepared)
        assert results.has_document(key)
        results.save_document(key, results.load_document(key) | {"system": flat})
        assert load_comparison(store, labelled, READERS, 60).rows[-1].system == system
