import itertools
import os

import numpy as np
import pytest

from core.encoders import PrecomputedVectors
from core.errors import Cancelled, StoreError
from core.storage import (
    ArtifactStore,
    embeddings,
    encode_corpus,
    find_precomputed,
    load_answers,
    reencode_corpus,
    save_precomputed,
)
from tests.conftest import AskingEncoder, SpeakingEncoder

TEXTS = [f"angry van number {number % 5}" for number in range(8)]  # three copies


class Counting(AskingEncoder):
    def __init__(self):
        self.encoded = []

    def encode(self, texts, *, instruction=None, progress=None):
        self.encoded.append(list(texts))
        return super().encode(texts, instruction=instruction, progress=progress)


class Costly(SpeakingEncoder):
    """Writing answers costs more than encoding."""

    answers_cost_more = True


@pytest.fixture
def results(tmp_path):
    return ArtifactStore(tmp_path)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(embeddings, "PART_SIZE", 2)


def test_every_text_gets_its_vector_and_distinct_texts_are_encoded_once(results):
    encoder = Counting()
    counts = []
    key = reencode_corpus(results, "c", TEXTS, encoder, "angry", progress=lambda *count: counts.append(count))
    np.testing.assert_array_equal(
        results.load_array(f"{key}.vectors"), AskingEncoder().encode(TEXTS, instruction="angry")
    )
    assert [len(part) for part in encoder.encoded] == [2, 2, 1]
    assert counts == [(done, 5) for done in (1, 2, 3, 4, 5)]
    assert not list(results.folder.glob("*.part*"))
    assert load_answers(results, key) is None


def test_a_stopped_reencoding_goes_on_with_the_part_it_was_in(results):
    def stop(done, total):
        if done == 4:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        reencode_corpus(results, "c", TEXTS, Counting(), "angry", progress=stop)
    encoder = Counting()
    key = reencode_corpus(results, "c", TEXTS, encoder, "angry")
    assert [len(part) for part in encoder.encoded] == [2, 1]
    reencode_corpus(results, "c", TEXTS, encoder, "angry")
    assert len(encoder.encoded) == 2
    np.testing.assert_array_equal(
        results.load_array(f"{key}.vectors"), AskingEncoder().encode(TEXTS, instruction="angry")
    )


def test_encoding_that_was_stopped_goes_on_too(results, monkeypatch):
    monkeypatch.setattr(embeddings, "LARGE_PART_SIZE", 2)

    def stop(done, total):
        if done == 3:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        encode_corpus(results, "k", TEXTS, Counting(), stop)
    encoder, counts = Counting(), []
    encode_corpus(results, "k", TEXTS, encoder, lambda *count: counts.append(count))
    assert [len(part) for part in encoder.encoded] == [2, 1]
    assert counts == [(3, 5), (4, 5), (5, 5)]
    np.testing.assert_array_equal(results.load_array("k.vectors"), AskingEncoder().encode(TEXTS))
    # The document says that the encoder gives no views.
    assert {path.name for path in results.folder.iterdir()} == {"k.vectors.npy", "k.views.json"}
    encode_corpus(results, "k", TEXTS, None)  # which is there


def test_another_instruction_encoder_or_corpus_has_another_key(results):
    keys = {
        reencode_corpus(results, corpus_key, TEXTS, encoder, instruction)
        for corpus_key, encoder, instruction in (
            ("c", AskingEncoder(), "angry"),
            ("c", AskingEncoder(), "van"),
            ("c", SpeakingEncoder(), "angry"),
            ("d", AskingEncoder(), "angry"),
        )
    }
    assert len(keys) == 4


def test_answers_that_come_with_the_vectors_are_kept_for_every_text(results):
    key = reencode_corpus(results, "c", TEXTS, SpeakingEncoder(), "angry 3")
    assert load_answers(results, key) == ["3 angry" if text.endswith("3") else "angry" for text in TEXTS]


def test_a_part_whose_answers_were_lost_is_encoded_again(results):
    def stop(done, total):
        if done == 4:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        reencode_corpus(results, "c", TEXTS, SpeakingEncoder(), "angry", progress=stop)
    for path in results.folder.glob("*.answers.json"):
        path.unlink()
    key = reencode_corpus(results, "c", TEXTS, SpeakingEncoder(), "angry")
    assert load_answers(results, key) == ["angry"] * len(TEXTS)


def test_answers_that_cost_more_are_written_for_a_part_of_the_texts(results, monkeypatch):
    monkeypatch.setattr(embeddings, "MOST_ANSWERED", 3)
    key = reencode_corpus(results, "c", TEXTS, Costly(), "angry")
    answers = load_answers(results, key)
    assert len({text for text, answer in zip(TEXTS, answers, strict=True) if answer}) == 3
    assert set(answers) == {"angry", ""}
    # A copy has the answer of its text.
    assert answers[:3] == answers[5:]
    (results.folder / f"{key}.answers.json").unlink()
    monkeypatch.setattr(Costly, "encode", None)  # hours of encoding are not spent again
    monkeypatch.setattr(Costly, "encode_and_answer", lambda self, texts, **how: (None, ["new"] * len(texts)))
    assert set(load_answers(results, reencode_corpus(results, "c", TEXTS, Costly(), "angry"))) == {
        "new",
        "",
    }


def test_precomputed_vectors_are_kept_under_a_name_that_finds_them(results):
    precomputed = PrecomputedVectors(np.eye(3, dtype=np.float32), "order", "k")
    name = save_precomputed(results, "c", "a#b.npy", precomputed)
    key = find_precomputed(results, name)
    np.testing.assert_array_equal(results.load_array(f"{key}.vectors"), np.eye(3))
    assert find_precomputed(results, "all-MiniLM-L6-v2") is None
    results.delete(key)
    with pytest.raises(StoreError, match=r"“a#b\.npy” are no longer kept"):
        find_precomputed(results, name)


def test_an_array_is_kept_under_two_keys(results):
    results.save_array("a.vectors", np.arange(3))
    results.link_array("a.vectors", "b.vectors")
    results.link_array("a.vectors", "b.vectors")
    results.delete("a")
    assert results.load_array("b.vectors").tolist() == [0, 1, 2]
    with pytest.raises(StoreError):
        results.link_array("a.vectors", "c.vectors")


def is_free(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False


def test_more_parts_than_a_process_may_open_are_joined(results):
    resource = pytest.importorskip("resource")
    texts = [f"angry van number {number}" for number in range(400)]  # 200 parts
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = next(itertools.islice(filter(is_free, itertools.count()), 100, None))  # other tests left some open
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    try:
        key = reencode_corpus(results, "c", texts + texts[::-1], AskingEncoder(), "angry")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    expected = AskingEncoder().encode(texts, instruction="angry")
    np.testing.assert_array_equal(results.load_array(f"{key}.vectors"), np.vstack([expected, expected[::-1]]))


class Formatted(Counting):
    """An encoder whose fastest number format may change."""

    def __init__(self, number_format, other):
        super().__init__()
        self.key, self.other_formats = f"words in {number_format}", (other,)

    def key_in(self, number_format, instruction):
        return Formatted(number_format, "").key_for(instruction)

    def in_format(self, number_format):
        self.other = Formatted(number_format, "")
        return self.other


def test_what_was_begun_in_another_number_format_is_completed_in_it(results):
    def stop(done, total):
        if done == 4:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        reencode_corpus(results, "c", TEXTS, Formatted("bfloat16", "float32"), "angry", progress=stop)
    encoder = Formatted("float32", "bfloat16")
    key = reencode_corpus(results, "c", TEXTS, encoder, "angry")
    assert encoder.encoded == [] and [len(part) for part in encoder.other.encoded] == [2, 1]
    again = Formatted("float32", "bfloat16")
    assert reencode_corpus(results, "c", TEXTS, again, "angry") == key
    assert again.encoded == again.other.encoded == []
    assert reencode_corpus(results, "c", TEXTS, again, "van") != key
    assert again.encoded
