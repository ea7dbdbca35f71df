"""The linear form of a Fit as a file for other programs: safetensors and ONNX."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from ..maps import Fit
from ..transforms import LinearForm

if TYPE_CHECKING:
    from onnx import NodeProto

OPSET, IR_VERSION = 17, 9  # that runtimes of 2023 read too
LEAST_LENGTH = 1e-12  # of a vector, so that one of zeros stays


def _input_dims(fit: Fit, linear: LinearForm) -> tuple[int, ...]:
    """Return the dimensions of the final vectors, and of each hidden layer that a Fit used, in order."""
    if not fit.n_views or fit.classifier is None:
        return (len(linear.weights),)
    return tuple(len(fit.classifier[f"view_centre_{number}"]) for number in range(fit.n_views + 1))


def linear_to_safetensors_bytes(fit: Fit, linear: LinearForm, about: dict[str, str]) -> bytes:
    """Write the linear form as safetensors: "weights" (n_inputs, n_reshaped) and "intercept" (n_reshaped,).

    The metadata has "refract", JSON of `about`, the label names and the dimensions of each part of the input.
    Unit vectors of all parts, side by side, times the weights plus the intercept are the reshaped vectors.
    """
    from safetensors.numpy import save

    parts = list(_input_dims(fit, linear))
    document = about | {"labels": fit.labels, "input_dims": parts, "agreement": repr(float(linear.agreement))}
    arrays = {
        "weights": np.ascontiguousarray(linear.weights),
        "intercept": np.ascontiguousarray(linear.intercept),
    }
    return save(arrays, metadata={"refract": json.dumps(document, ensure_ascii=False)})


def linear_to_onnx_bytes(fit: Fit, linear: LinearForm, about: dict[str, str]) -> bytes:
    """Write the linear form as an ONNX graph.

    Inputs, float32 (n, n_dims) each, of any length: "vectors", and "layer_1", "layer_2" and so on where the
    Fit used hidden layers. Output: "reshaped", float32 (n, n_reshaped), to compare by cosine. `about` becomes
    metadata.
    """
    from onnx import TensorProto, helper, numpy_helper

    parts = _input_dims(fit, linear)
    names = ["vectors", *(f"layer_{number}" for number in range(1, len(parts)))]
    nodes = [node for name in names for node in _unit(name)]
    joined = f"unit_{names[0]}"
    if len(names) > 1:
        joined = "joined"
        nodes.append(helper.make_node("Concat", [f"unit_{name}" for name in names], [joined], axis=1))
    nodes.append(helper.make_node("Gemm", [joined, "weights", "intercept"], ["reshaped"]))
    initial = {
        "weights": np.ascontiguousarray(linear.weights),
        "intercept": np.ascontiguousarray(linear.intercept),
        "least": np.float32(LEAST_LENGTH).reshape(()),
    }
    graph = helper.make_graph(
        nodes,
        "reshape",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
            for name, size in zip(names, parts, strict=True)
        ],
        [helper.make_tensor_value_info("reshaped", TensorProto.FLOAT, ["n", linear.weights.shape[1]])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in initial.items()],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="refract"
    )
    helper.set_model_props(model, about | {"labels": json.dumps(fit.labels, ensure_ascii=False)})
    return bytes(model.SerializeToString())


def _unit(name: str) -> list[NodeProto]:
    """Return the nodes that scale the rows of an input to length 1; a row of zeros stays."""
    from onnx import helper

    return [
        helper.make_node("ReduceL2", [name], [f"length_{name}"], axes=[1], keepdims=1),
        helper.make_node("Max", [f"length_{name}", "least"], [f"divisor_{name}"]),
        helper.make_node("Div", [name, f"divisor_{name}"], [f"unit_{name}"]),
    ]
