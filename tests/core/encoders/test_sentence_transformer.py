"""Sentence-transformers models: unit rows, batches, keys, number formats."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from core.encoders import (
    DEFAULT_ENCODER,
    continue_encoder,
    load_encoder,
    model_files,
)
from core.errors import Cancelled, EncoderUnavailable

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]


TEXTS = [
    "The tram was late.",
    "My parcel never came",
    "",
    "the tram came late",
    "a friendly driver",
    "🙂 中文",
]


@pytest.fixture(scope="session")
def default():
    return load_encoder(DEFAULT_ENCODER)


@pytest.fixture(params=["tiny", "default"])
def encoder(request):
    return request.getfixturevalue(request.param)


def test_an_encoder_gives_unit_rows(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.n_dims)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert encoder.encode([]).shape == (0, encoder.n_dims)


def test_vectors_follow_from_the_set_of_texts_alone(encoder):
    texts = [*TEXTS, *TEXTS[::-1], *(f"the tram {n} was late" for n in range(40))]
    order = np.random.default_rng(0).permutation(len(texts))
    vectors = encoder.encode(texts)
    assert encoder.encode([texts[row] for row in order]).tobytes() == vectors[order].tobytes()
    assert encoder.encode(np.array(texts, dtype=object)).tobytes() == vectors.tobytes()
    alone = encoder.encode([texts[0]])[0]
    assert alone @ vectors[0] > 0.999


def test_each_different_text_is_computed_once(tiny, monkeypatch):
    computed = []
    encode_batch = tiny._encode_batch
    monkeypatch.setattr(
        tiny, "_encode_batch", lambda texts, **prompt: computed.extend(texts) or encode_batch(texts, **prompt)
    )
    vectors = tiny.encode(["a", "late", "a", "a"])
    assert sorted(computed) == ["a", "late"]
    assert (vectors[[0, 0, 0]] == vectors[[0, 2, 3]]).all()


def test_progress_counts_all_texts_and_can_cancel(tiny, monkeypatch):
    monkeypatch.setattr(tiny, "_batch_tokens", 10)
    texts = [*TEXTS, *TEXTS[:2]]
    reports = []
    tiny.encode(texts, progress=lambda done, total: reports.append((done, total)))
    assert len(reports) > 2
    assert reports == sorted(set(reports))
    assert reports[-1] == (len(texts), len(texts))

    def cancel(done, total):
        calls.append(done)
        raise Cancelled("stopped")

    calls = []
    with pytest.raises(Cancelled):
        tiny.encode(texts, progress=cancel)
    assert len(calls) == 1


def test_where_memory_runs_out_batches_are_encoded_in_halves(tiny, monkeypatch):
    class OutOfMemoryError(RuntimeError):
        """As torch calls it."""

    expected, real, sizes = tiny.encode(TEXTS), tiny._encode_batch, []

    def read(texts, **how):
        if len(texts) > 2:
            raise OutOfMemoryError("CUDA out of memory")
        sizes.append(len(texts))
        return real(texts, **how)

    monkeypatch.setattr(tiny, "_encode_batch", read)
    np.testing.assert_allclose(tiny.encode(TEXTS), expected, atol=0.01)
    assert sum(sizes) == len(TEXTS) and 2 in sizes
    for error in (OutOfMemoryError(), MemoryError(), RuntimeError("can't allocate memory: 8 GB")):
        monkeypatch.setattr(tiny, "_encode_batch", lambda texts, error=error, **how: raise_(error))
        with pytest.raises(EncoderUnavailable, match="Memory ran out while a single text"):
            tiny.encode(TEXTS)
    monkeypatch.setattr(tiny, "_encode_batch", lambda texts, **how: raise_(RuntimeError("a mistake")))
    with pytest.raises(RuntimeError, match="a mistake"):
        tiny.encode(TEXTS)


def raise_(error):
    raise error


def test_the_default_encoder_puts_like_texts_together(default):
    assert (default.n_dims, default.max_tokens) == (384, 256)
    texts = ["My parcel never came.", "My parcel has not been delivered yet.", "I like green tea."]
    vectors = default.encode(texts)
    assert vectors[0] @ vectors[1] > 0.6 > 0.3 > vectors[0] @ vectors[2]


def test_the_vectors_are_those_of_a_plain_call(default):
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(model_files.packaged_folder()), device="cpu")
    texts = [*TEXTS, "word " * 100, "late " * 400]
    cosines = np.sum(plain.encode(texts, normalize_embeddings=True) * default.encode(texts), axis=1)
    assert cosines.min() > 0.9995


def test_a_text_of_a_megabyte_is_cut(default):
    start = time.perf_counter()
    long = default.encode(["the tram was late " * 55_000, "x" * 1_000_000])
    assert time.perf_counter() - start < 10
    # 256 tokens hold 254 words, begin and end marks aside.
    assert default.encode([" ".join(("the tram was late " * 64).split()[:254])])[0] @ long[0] > 0.999


def test_keys_follow_the_content(tiny, tiny_model, default, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tiny_model, copy)
    assert load_encoder(str(copy)).key == tiny.key != default.key
    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert load_encoder(str(copy)).key != tiny.key


@pytest.mark.usefixtures("bfloat16_offered")
def test_the_key_names_the_number_format(tiny):
    assert {str(parameter.dtype) for parameter in tiny._model.parameters()} == {"torch.float32"}
    (other,) = tiny.other_formats
    rounded = tiny.in_format(other)
    assert {str(parameter.dtype) for parameter in rounded._model.parameters()} == {"torch.bfloat16"}
    assert rounded.key == tiny.key_in(other, None) != tiny.key
    assert tiny.key == rounded.key_in("float32", None)
    assert np.sum(rounded.encode(TEXTS) * tiny.encode(TEXTS), axis=1).min() > 0.999


@pytest.mark.usefixtures("bfloat16_offered")
def test_what_was_begun_is_continued_in_its_number_format(tiny):
    (other,) = tiny.other_formats
    begun = {tiny.key_in(other, None)}
    assert continue_encoder(tiny, None, begun.__contains__).key in begun
    begun.add(tiny.key)
    assert continue_encoder(tiny, None, begun.__contains__) is tiny
    assert continue_encoder(tiny, None, set().__contains__) is tiny


def test_a_graphics_chip_that_fails_is_left_for_the_processor(tiny, tiny_model, monkeypatch):
    # "meta" stands for a chip: it takes a model, and has no numbers.
    monkeypatch.setattr("core.encoders.sentence_transformer.default_device", lambda: "meta")
    monkeypatch.setattr("core.encoders.compute.choice.time_on_texts", encode_one)
    encoder = load_encoder(str(tiny_model))
    assert encoder.device == "cpu" and encoder.key == tiny.key


def encode_one(model, ways):
    model.encode(["late"])
    return {ways[0].name: 1.0}


@pytest.mark.parametrize("wrong", ["late", [None], [("feeling", "late")]])
def test_what_is_no_list_of_texts_is_refused(tiny, wrong):
    with pytest.raises(TypeError, match="texts are"):
        tiny.encode(wrong)
