"""Language models from folders: old, half, incomplete, with code of their own."""

import json
import shutil

import numpy as np
import pytest
import torch

from core.encoders import load_encoder
from core.encoders.inbedder import loading
from core.encoders.inbedder.encoder import InBedderEncoder
from core.encoders.inbedder.loading import number_format_of
from core.errors import EncoderUnavailable
from tests.core.encoders.inbedder.conftest import FEEL, TEXTS, open_encoder
from tests.support.tiny_models import save_causal, save_instructor

pytestmark = pytest.mark.model


@pytest.mark.parametrize("fast", [True, False])
def test_the_number_format_is_the_published_one_where_that_is_fast(fast, monkeypatch):
    monkeypatch.setattr(loading, "default_device", lambda: "cpu")
    monkeypatch.setattr(loading, "bfloat16_is_faster", lambda: fast)
    assert number_format_of("llama") == ("bfloat16" if fast else "float32")
    assert number_format_of("opt") == number_format_of("roberta") == "float32"


def test_the_saved_number_format_does_not_decide(folders, tmp_path):
    half = tmp_path / "half"
    shutil.copytree(folders["opt"], half)
    model = open_encoder(folders, "opt")._model.to(torch.float16)
    model.save_pretrained(half)
    assert str(InBedderEncoder("half", half)._model.dtype) == "torch.float32"


@pytest.mark.parametrize("kind", ["llama", "opt", "roberta"])
def test_checkpoints_of_old_are_read(folders, kind, tmp_path):
    from safetensors.torch import load_file

    old = tmp_path / kind
    shutil.copytree(folders[kind], old)
    weights = load_file(old / "model.safetensors")
    extra = "roberta.embeddings.position_ids" if kind == "roberta" else "model.layers.0.rotary_emb.inv_freq"
    torch.save(weights | {extra: torch.arange(4.0)}, old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    found, expected = (
        InBedderEncoder(kind, folder).encode(TEXTS, instruction=FEEL) for folder in (old, folders[kind])
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_without_a_pad_token_the_end_is_one(tmp_path):
    folder = save_causal(tmp_path / "no_pad", pad=False)
    encoder = InBedderEncoder("no_pad", folder, output="avg_gen")
    assert encoder._tokenizer.pad_token == "</s>"
    together = encoder.encode(TEXTS, instruction=FEEL)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text], instruction=FEEL)[0], together[row], atol=1e-5)


def test_what_is_no_whole_language_model_is_refused(folders, tmp_path):
    instructor = save_instructor(tmp_path)
    with pytest.raises(EncoderUnavailable, match="is no language model"):
        load_encoder(f"inbedder:{instructor}")
    bare = tmp_path / "bare-opt"
    shutil.copytree(folders["opt"], bare)
    (bare / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(EncoderUnavailable, match=r"cannot be read \(.+\): choose another"):
        load_encoder(str(bare))
    shutil.copytree(folders["llama"], tmp_path / "part")
    settings = json.loads((tmp_path / "part" / "config.json").read_text())
    (tmp_path / "part" / "config.json").write_text(json.dumps(settings | {"num_hidden_layers": 4}))
    with pytest.raises(EncoderUnavailable, match=r"is not complete \(no weights for model.layers.3"):
        load_encoder(str(tmp_path / "part"))


def test_code_that_a_model_brings_is_never_run(folders, tmp_path):
    brought = tmp_path / "brought"
    shutil.copytree(folders["llama"], brought)
    settings = json.loads((brought / "config.json").read_text())
    settings |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.C", "AutoModelForCausalLM": "evil.M"}}
    (brought / "config.json").write_text(json.dumps(settings))
    (brought / "evil.py").write_text("raise SystemExit('code was run')")
    with pytest.raises(EncoderUnavailable, match="brings code of its own, which Refract does not run"):
        load_encoder(str(brought))
