"""A server of embeddings on this machine, and a tiny sentence-transformers model."""

import pytest

from core.encoders import load_encoder
from core.encoders.compute import ways
from core.encoders.openai_endpoint import KEY_VARIABLE, EndpointEncoder
from tests.support.embeddings_server import EmbeddingsServer
from tests.support.tiny_models import save_sentence_model


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    server = EmbeddingsServer()
    yield server
    server.close()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def endpoint(server, pauses):
    return EndpointEncoder(server.name, pause=pauses.append)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Folder of a sentence-transformers model: two layers of width 32 with random weights, 16 tokens."""
    return save_sentence_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def tiny(tiny_model):
    return load_encoder(str(tiny_model))


@pytest.fixture
def bfloat16_offered(monkeypatch):
    """bfloat16 is offered on any processor: without packed layers where it cannot be packed."""
    if not ways.can_pack("bfloat16"):
        monkeypatch.setattr(ways, "can_pack", lambda dtype="float32": False)
