"""Files of models: in a folder, downloaded, missing, damaged."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.encoders import (
    count_too_long,
    describe_encoder,
    files_signature,
    load_encoder,
    model_folder,
)
from core.errors import EncoderUnavailable
from tests.support.tiny_models import save_causal

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[4]


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
def test_without_network_an_unknown_name_is_refused_at_once(settings, tmp_path):
    code = (
        "import sys\n"
        "from core.encoders import download_model\n"
        "from core.errors import EncoderUnavailable\n"
        "try:\n"
        "    download_model('no-such-owner/no-such-model')\n"
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


def test_a_downloaded_model_is_found_without_network(tiny_model, tmp_path, monkeypatch):
    from huggingface_hub import constants

    revision = "0" * 40
    kept = tmp_path / "models--sentence-transformers--tiny"
    shutil.copytree(tiny_model, kept / "snapshots" / revision)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(revision)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert model_folder("tiny") == kept / "snapshots" / revision
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


def test_offline_the_model_and_its_folder_are_named(tmp_path, monkeypatch):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderUnavailable) as caught:
        load_encoder("hkunlp/instructor-base")
    assert "hkunlp/instructor-base is not on this machine" in str(caught.value)
    assert str(tmp_path / "hub") in str(caught.value)


def test_the_licence_is_read_from_the_card(tmp_path):
    folder = save_causal(tmp_path / "mine")
    assert describe_encoder(str(folder)).licence == ""
    for card, licence in {
        "---\ntags: [a]\nlicense: mit\n---\n# Mine": "mit",
        "---\nlicense: 'llama2'\n---": "llama2",
        "---\ntags: [a]\n---\nlicense: mit": "",
        "license: mit": "",
    }.items():
        (folder / "README.md").write_text(card)
        assert describe_encoder(str(folder)).licence == licence


def test_weights_that_are_there_twice_count_once(tmp_path):
    folder = save_causal(tmp_path / "mine")
    once = describe_encoder(str(folder)).gigabytes
    (folder / "pytorch_model.bin").write_bytes(b"0" * 10**6)
    assert describe_encoder(str(folder)).gigabytes == once
    (folder / "model.safetensors").rename(folder / "other.safetensors_")
    assert describe_encoder(str(folder)).gigabytes > 0.001


def test_the_messages_name_no_library_where_any_kind_of_model_is_meant(tmp_path):
    for name in ("/no/such/folder", str(tmp_path)):
        with pytest.raises(EncoderUnavailable) as caught:
            load_encoder(f"inbedder:{name}")
        assert "sentence-transformers model" not in str(caught.value)
