"""Packed layers compute what plain ones do."""

import pytest

from core.encoders.compute import ways
from core.encoders.compute.packed_linear import can_pack, pack_linear_layers

pytestmark = pytest.mark.model


@pytest.mark.parametrize(("number_format", "error"), [("float32", 1e-5), ("bfloat16", 0.05)])
def test_packed_layers_compute_what_plain_ones_do(number_format, error):
    import torch
    from transformers.activations import GELUActivation

    if not can_pack(number_format):
        pytest.skip("torch packs no such weights on this machine")
    torch.manual_seed(0)
    block = torch.nn.Module()
    block.dense, block.intermediate_act_fn = torch.nn.Linear(16, 24), GELUActivation()
    block.to(getattr(torch, number_format))
    x = torch.randn(3, 5, 16).to(getattr(torch, number_format))
    with torch.inference_mode():
        expected = block.intermediate_act_fn(block.dense(x))
        pack_linear_layers(block)
        found = block.intermediate_act_fn(block.dense(x))
    assert type(block.dense) is not torch.nn.Linear
    torch.testing.assert_close(found, expected, atol=error, rtol=error)


def test_without_the_packing_operators_no_way_packs(monkeypatch):
    import torch

    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert not can_pack()
    names = [way.name for way in ways.ways_on("cpu")]
    assert names == ["plain", "float32", "bfloat16"]


def test_where_only_float32_is_packed_bfloat16_is_not_offered(monkeypatch):
    monkeypatch.setattr(ways, "can_pack", lambda dtype="float32": dtype == "float32")
    assert [way.name for way in ways.ways_on("cpu")] == ["plain", "packed float32", "float32"]
