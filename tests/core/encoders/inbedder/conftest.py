"""Tiny InBedder models, of both kinds."""

import pytest

from core.encoders.inbedder import loading
from core.encoders.inbedder.encoder import InBedderEncoder
from tests.conftest import WordEncoder
from tests.support.tiny_models import save_causal, save_masked

TEXTS = ["the tram was late", "my parcel never came and the driver was late again", "", "a friendly driver"]
FEEL, NEED = "How does the customer feel?", "What does the customer need?"


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("models")
    return {
        "llama": save_causal(home / "llama"),
        "opt": save_causal(home / "opt", "opt"),
        "roberta": save_masked(home / "roberta"),
    }


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    """Numbers to compare with a plain computation."""
    monkeypatch.setattr(loading, "number_format_of", lambda model_type: "float32")


def open_encoder(folders, kind, output=""):
    return InBedderEncoder(kind, folders[kind], output=output, load_text_encoder=WordEncoder)


def pattern(text, question=FEEL):
    return f"### Input:\n{text}\n\n### Instruction:\n{question}\n\n### Response:"
