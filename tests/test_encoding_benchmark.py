"""Every way to encode is measured, at a tiny size."""

import json

import pytest

from benchmarks import encoding

pytestmark = pytest.mark.model


def test_every_way_to_encode_is_measured(tmp_path):
    out = tmp_path / "encoding.json"
    encoding.main(["--texts", "40", "--rounds", "1", "--out", str(out)])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["machine"] and found["chosen"] in found
    assert found[encoding.LIBRARY]["ratio"] == 1
    assert found["plain"]["nn_kept"] > 0.99
