"""The linear form in other programs' formats, read by these programs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.export import linear_to_onnx_bytes, linear_to_safetensors_bytes
from core.transforms import LinearForm
from tests.core.export.test_findings import ABOUT, FIT, LINEAR

X = np.array([[3.0, 4.0], [0.0, -2.0], [0.0, 0.0]], dtype=np.float32)
VIEWS = [np.array([[2.0], [-5.0], [1.0]], dtype=np.float32)]
WITH_VIEWS = replace(
    FIT,
    classifier={
        "view_weights": np.array([0.5, 0.5]),
        "view_centre_0": np.zeros(2),
        "view_centre_1": np.zeros(1),
    },
)
WIDE = LinearForm(np.arange(9, dtype=np.float32).reshape(3, 3), LINEAR.intercept, 0.5)


def test_safetensors_hold_the_form_and_what_it_is_of():
    from safetensors.numpy import load

    content = linear_to_safetensors_bytes(FIT, LINEAR, ABOUT)
    arrays = load(content)
    unit = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)
    assert np.allclose(unit @ arrays["weights"] + arrays["intercept"], LINEAR.transform(X))
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    found = json.loads(header["__metadata__"]["refract"])
    assert found == {"encoder": "words", "labels": ["sad", "glad"], "input_dims": [2], "agreement": "0.75"}


@pytest.mark.model  # loads torch
def test_pytorch_loads_the_form():
    from safetensors.torch import load

    tensors = load(linear_to_safetensors_bytes(FIT, LINEAR, ABOUT))
    np.testing.assert_array_equal(tensors["weights"].numpy(), LINEAR.weights)


@pytest.mark.parametrize(("fit", "linear", "views"), [(FIT, LINEAR, []), (WITH_VIEWS, WIDE, VIEWS)])
def test_onnxruntime_computes_the_same_vectors(fit, linear, views):
    import onnx
    import onnxruntime

    content = linear_to_onnx_bytes(fit, linear, ABOUT)
    onnx.checker.check_model(content)
    session = onnxruntime.InferenceSession(content)
    inputs = {f"layer_{number}": view for number, view in enumerate(views, start=1)} | {"vectors": X}
    assert {each.name for each in session.get_inputs()} == set(inputs)
    (found,) = session.run(["reshaped"], inputs)
    assert np.abs(found - linear.transform(X, views)).max() < 1e-5
    assert session.get_modelmeta().custom_metadata_map["encoder"] == "words"
