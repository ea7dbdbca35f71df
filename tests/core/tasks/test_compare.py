"""Systems compared on a person's texts and labels."""

import math
import tempfile
from datetime import datetime
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from core.encoders import PrecomputedVectors
from core.errors import Cancelled, EncoderUnavailable
from core.evidence import cross_validate
from core.evidence.comparison import measure as systems
from core.labels import encode_names, encode_names_like_corpus, label_phrases
from core.neighbours import build_graph
from core.storage import encode_corpus, load_space, load_views, save_precomputed
from core.tasks import compare as task
from core.tasks import latest_request, load_comparison
from core.utils import content_key
from tests.conftest import ViewingEncoder, WordEncoder
from tests.support.comparison import LOADED, READERS, FeelingEncoder, by_title
from tests.support.comparison import here as here  # the fixture
from tests.support.comparison import readers as readers  # the fixture
from tests.support.comparison import run as run  # the fixture
from tests.support.tiny_models import save_instructor

pytestmark = pytest.mark.model


@pytest.fixture
def vectors(store, prepared):
    return np.asarray(load_space(store.results(prepared), store.corpus_entry(prepared).embedding_key).vectors)


def same(found, expected):
    for name in ("gain_low", "gain_high", "verdict"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), nan_ok=True)
    return found.accuracy == pytest.approx(expected.reshaped)


class TestRows:
    def test_every_system_is_measured_on_the_same_texts_and_labels(
        self, run, store, labelled, vectors, corpus
    ):
        """As `cross_validate` says of the whole corpus, which is the sample here."""
        rows = by_title(run())
        labels, given = list(store.labels.read(labelled).names), store.labels.read(labelled).codes
        names = encode_names(WordEncoder(), label_phrases("by feeling", labels))
        guided = cross_validate(vectors, given, graph=build_graph(vectors), label_vectors=names)
        assert list(rows) == ["Generic", "Reshape", "GSTransform", "feeling"]
        assert same(rows["Reshape"], guided)
        assert rows["Generic"].accuracy == pytest.approx(guided.generic)
        gstransform = cross_validate(vectors, given, transform=systems.GSTransform(random_state=0))
        assert same(rows["GSTransform"], gstransform)
        reencoded = FeelingEncoder().encode(corpus.texts)
        assert same(rows["feeling"], cross_validate(vectors, given, reencoded=reencoded))
        assert rows["feeling"].accuracy == 1
        assert math.isnan(rows["Generic"].gain_low) and rows["Generic"].verdict == ""

    def test_views_of_the_corpus_and_of_the_names_are_used(self, run, store, labelled, prepared, here):
        run()
        here.clear()
        results, key = store.results(prepared), store.corpus_entry(prepared).embedding_key
        texts = store.load_corpus(prepared).texts.tolist()
        encode_corpus(results, key, texts, ViewingEncoder())  # views join the vectors that are there
        LOADED["words"] = ViewingEncoder
        try:
            rows = by_title(run())
        finally:
            del LOADED["words"]
        assert here == ["guided"]  # the others know no views: their rows stay
        labels, given = list(store.labels.read(labelled).names), store.labels.read(labelled).codes
        names, name_views = encode_names_like_corpus(ViewingEncoder(), label_phrases("by feeling", labels))
        vectors, views = np.asarray(results.load_array(f"{key}.vectors")), load_views(results, key)
        known = {"label_vectors": names, "label_views": name_views, "graph": build_graph(vectors)}
        assert same(rows["Reshape"], cross_validate(vectors, given, views=views, **known))

    def test_seconds_and_memory(self, run, monkeypatch):
        # Each timed step takes one second.
        monkeypatch.setattr(systems, "time", SimpleNamespace(perf_counter=count().__next__))
        rows = run().rows
        generic = 1 + 1  # to load and to encode
        guided = 1 + 1  # neighbours and transform
        assert [row.first_seconds for row in rows] == [generic, generic + guided, generic + 1, 1 + 1]
        assert math.isnan(rows[0].second_seconds)
        assert [row.second_seconds for row in rows[1:]] == [1, 1, 1]
        assert all(row.peak_bytes > 50e6 and row.graphics_bytes == 0 for row in rows)
        assert len({row.run for row in rows}) == 1

    def test_the_sample_is_encoded_under_the_instruction(self, run):
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

    def test_a_second_instruction_is_timed_without_what_happens_once(self, run, monkeypatch):
        now = [0.0]
        monkeypatch.setattr(systems, "time", SimpleNamespace(perf_counter=lambda: now[0]))

        class ColdEncoder(FeelingEncoder):
            def encode(self, texts, **how):
                now[0] += 1 if self.asked else 1.5
                return super().encode(texts, **how)

        monkeypatch.setitem(LOADED, "cold", ColdEncoder)
        *_, reencoding = run([("cold", "")]).rows
        assert (reencoding.first_seconds, reencoding.second_seconds) == (1.5, 1)
        server = "endpoint:http://127.0.0.1:9/v1#small"
        monkeypatch.setitem(LOADED, server, FeelingEncoder)
        run([(server, "")])
        assert len(FeelingEncoder.asked) == 1  # what is sent costs

    def test_with_too_few_labels_times_and_memory_are_left(self, run, store, labelled):
        store.labels.undo(labelled)
        assert store.labels.read(labelled).table.empty
        rows = by_title(run())
        assert not any(row.enough for row in rows.values())
        assert rows["Reshape"].second_seconds > 0  # the names alone reshape
        assert rows["Reshape"].verdict == "not checked"
        assert "two different labels are needed" in rows["GSTransform"].failure
        assert rows["feeling"].peak_bytes > 0

    def test_vectors_from_a_file_have_no_time(self, run, store, prepared, corpus):
        made = FeelingEncoder().encode(corpus.texts)
        name = save_precomputed(
            store.results(prepared), prepared, "mine.npy", PrecomputedVectors(made, "order", "k")
        )
        row = by_title(run([(name, "")], n_texts=40))["vectors of mine.npy"]
        assert row.accuracy == 1 and math.isnan(row.first_seconds) and "come from a file" in row.note

    def test_vectors_from_a_file_need_no_instruction(self, run, store, labelled, prepared, corpus):
        made = FeelingEncoder().encode(corpus.texts)
        name = save_precomputed(
            store.results(prepared), prepared, "mine.npy", PrecomputedVectors(made, "order", "k")
        )
        store.set_instruction(labelled, "")
        assert run([(name, "")]).rows[-1].accuracy == 1

    def test_a_corpus_of_precomputed_vectors_has_no_names_to_encode(self, run, store, prepared, vectors):
        name = save_precomputed(
            store.results(prepared), prepared, "mine.npy", PrecomputedVectors(vectors, "order", "k")
        )
        store.set_encoding(prepared, name, store.corpus_entry(prepared).embedding_key)
        rows = by_title(run())
        assert math.isnan(rows["Generic"].first_seconds) and "come from a file" in rows["Generic"].note
        assert math.isnan(rows["Reshape"].first_seconds)
        assert rows["Reshape"].second_seconds > 0 and rows["Reshape"].enough

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
        assert [row.system.title for row in kept.rows] == ["Generic", "Reshape"]
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
        assert {"Reshape: reshaping", "feeling: loading the model", "feeling: starting"} <= said
        assert "Generic: checking by hidden labels" in said

    def test_another_label_or_instruction_needs_another_run(self, run, store, labelled):
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
        assert after.rows[-1] == before[-1]  # the encoder that was left out keeps its row

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
        generic, guided, gstransform, reencoding = comparison.rows
        assert guided.first_seconds > generic.first_seconds < gstransform.first_seconds
        assert guided.generic == gstransform.generic == reencoding.generic == generic.accuracy
        assert load_comparison(store, labelled, READERS, 60) == comparison  # it is added once

    def test_damaged_documents_are_measured_again(self, run, store, labelled, prepared):
        run()
        results = store.results(prepared)
        for file in results.folder.glob("*.json"):
            if "system" in results.load_document(file.stem):
                results.save_document(file.stem, {"system": 1})
        store.results(prepared).save_document(f"comparison.{labelled}", {"encoders": 3})
        assert not load_comparison(store, labelled, READERS, 60).rows
        assert latest_request(store, labelled) is None

    def test_without_an_instruction_nothing_is_encoded(self, run, store, labelled, here):
        store.set_instruction(labelled, "")
        rows = by_title(run())
        assert "no instruction to encode under" in rows["feeling"].failure
        assert rows["Reshape"].enough and "feeling" not in here

    def test_without_two_labels_no_transform_is_tried(self, run, store, labelled, here):
        store.labels.undo(labelled)
        store.label_names.delete(labelled, "angry")
        rows = by_title(run())
        assert "Two labels are needed" in rows["Reshape"].failure
        assert here == ["generic", "feeling"]
        assert not load_comparison(store, labelled, READERS, 60).missing  # going on would bring nothing
        store.label_names.add(labelled, "calm")
        assert len(load_comparison(store, labelled, READERS, 60).missing) == 4


class TestChildProcess:
    def test_a_tiny_instructor_in_a_process_of_its_own(self, store, labelled, corpus, tmp_path, monkeypatch):
        folder = save_instructor(tmp_path)
        encoders = [(f"instructor:{folder}", "")]
        kinds = {"generic": "Generic"}  # the others take as long again
        monkeypatch.setattr("core.evidence.comparison.systems.TRANSFORMS", kinds)
        stages = []
        asked = {"analysis_id": labelled, "encoders": encoders, "n_texts": 60}
        task.compare(store, lambda stage, *_: stages.append(stage), **asked)
        generic, reencoding = load_comparison(store, labelled, encoders, 60).rows
        assert generic.failure  # there is no model of the name “words”
        assert reencoding.failure == ""
        assert 0 <= reencoding.accuracy <= 1 and reencoding.verdict
        assert reencoding.first_seconds > 0 and reencoding.second_seconds > 0
        assert reencoding.peak_bytes > 200e6  # torch was loaded there
        assert "saved: encoding" in stages


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
