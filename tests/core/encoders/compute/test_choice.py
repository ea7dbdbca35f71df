"""A way is timed once for each machine and model, and every way gives the vectors of the plain one."""

import copy
import json

import numpy as np
import pytest

from core.encoders import DEFAULT_ENCODER, load_encoder, packaged_folder
from core.encoders.compute import choice, choose_way, convert, encode_in_batches, token_counter, ways_on
from core.utils import hardware

pytestmark = pytest.mark.model

real_timing = choice.time_on_texts  # before the fixture `untimed`


@pytest.fixture(scope="module")
def model():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(packaged_folder()), device="cpu")


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
    return tmp_path


def start_again(monkeypatch):
    """As in a new process: what stands in memory is forgotten."""
    monkeypatch.setattr(choice, "_chosen", {})


@pytest.fixture(autouse=True)
def rounded(monkeypatch):
    """The processor is fast in bfloat16."""
    monkeypatch.setattr(choice, "bfloat16_is_faster", lambda: True)


@pytest.fixture
def timed(monkeypatch):
    """Names of the ways of each timing; float32 is found to be the fastest."""
    calls = []

    def time_on_texts(model, ways):
        calls.append([way.name for way in ways])
        return {way.name: 1.0 if way.name == "float32" else 2.0 for way in ways}

    monkeypatch.setattr(choice, "time_on_texts", time_on_texts)
    return calls


def test_every_way_gives_the_vectors_of_the_library(model):
    texts = [*choice.make_texts(40), "", "🙂 中文", "word " * 300]
    expected = model.encode(texts, normalize_embeddings=True)
    count_tokens = token_counter(copy.deepcopy(model.tokenizer))
    for way in ways_on("cpu"):
        found = encode_in_batches(convert(model, way), way, texts, count_tokens)
        cosines = np.sum(found * expected, axis=1)
        assert cosines.min() > (0.9999 if way.dtype == "bfloat16" else 0.999999), way.name
    # The model that was given is as it was.
    assert {str(parameter.dtype) for parameter in model.parameters()} == {"torch.float32"}
    np.testing.assert_allclose(model.encode(texts, normalize_embeddings=True), expected, atol=1e-6)


def test_the_ways_are_timed_once_for_each_machine_and_model(model, timed, monkeypatch, data_folder):
    for _ in range(2):
        assert choose_way(model, "a").name == "float32"
    start_again(monkeypatch)
    assert choose_way(model, "a").name == "float32"
    assert len(timed) == 1  # the choice was kept in a file
    choose_way(model, "b")
    assert len(timed) == 2
    start_again(monkeypatch)
    monkeypatch.setattr(hardware, "machine_key", lambda: "another machine")
    choose_way(model, "a")
    assert len(timed) == 3


def test_a_damaged_file_means_to_measure_again(model, timed, monkeypatch, data_folder):
    choose_way(model, "a")
    file = data_folder / hardware.CHOICES_FILE
    for content in ("", "{", "[1, null]", "{}", json.dumps([{"machine": "x"}])):
        file.write_text(content)
        start_again(monkeypatch)
        assert choose_way(model, "a").name == "float32"
    assert len(timed) == 6


def test_where_nothing_else_could_be_timed_nothing_is_kept(model, monkeypatch, data_folder):
    monkeypatch.setattr(choice, "time_on_texts", lambda model, ways: {"plain": 1.0})
    assert choose_way(model, "a").name == "plain"
    assert not (data_folder / hardware.CHOICES_FILE).exists()


def test_a_number_format_can_be_asked_for(model, timed):
    assert choose_way(model, "a", "float32").name == "float32"
    for way in ways_on("cpu"):
        assert choose_way(model, "a", way.number_format).number_format == way.number_format
    assert all("bfloat16" not in name for names in timed for name in names)


@pytest.mark.usefixtures("bfloat16_offered")
def test_bfloat16_is_not_timed_where_products_of_matrices_are_slow_in_it(model, timed, monkeypatch):
    choose_way(model, "a")
    monkeypatch.setattr(choice, "bfloat16_is_faster", lambda: False)
    choose_way(model, "a")
    with_it, without = timed
    assert [name for name in with_it if "bfloat16" not in name] == without != with_it


@pytest.mark.usefixtures("bfloat16_offered")
@pytest.mark.parametrize("fast", [True, False])
def test_a_large_model_is_not_timed(model, timed, fast, monkeypatch):
    monkeypatch.setattr(choice, "MOST_TIMED_BYTES", 0)
    monkeypatch.setattr(choice, "bfloat16_is_faster", lambda: fast)
    assert ("bfloat16" in choose_way(model, "a").name) is fast
    assert timed == []


def test_a_real_timing_ends_with_a_way_that_is_not_slower(tiny, monkeypatch):
    monkeypatch.setattr(choice, "LEAST_SECONDS", 0.001)
    seconds = real_timing(tiny._model, ways_on("cpu"))
    assert "plain" in seconds
    assert min(seconds.values()) <= seconds["plain"]


def test_texts_to_time_are_different_and_nearly_of_one_length(model):
    texts = choice.make_texts(300)
    assert len(set(texts)) == 300
    lengths = [len(text) for text in texts]
    assert max(lengths) < 1.2 * min(lengths)
    tokens = token_counter(copy.deepcopy(model.tokenizer))(texts)
    assert max(tokens) > 1.2 * min(tokens)  # as in a corpus


def test_the_packaged_encoder_says_how_it_computes():
    assert load_encoder(DEFAULT_ENCODER).way == "plain"
