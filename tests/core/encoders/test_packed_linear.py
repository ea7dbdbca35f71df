"""Packed layers compute what plain ones do."""

from pathlib import Path

import numpy as np
import pytest

from core.encoders import (
    load_encoder,
)
from core.encoders.packed_linear import pack_linear_layers
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
