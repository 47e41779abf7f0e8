"""ONNX models whose rows influence each other are refused, and the operator that does it is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper

from tests.support.mixing_models import weights
from tests.support.mixing_trials import onnx_file, refusal, tried

Nodes = list[NodeProto]
node = helper.make_node
TABLES = {
    "weights": weights().numpy(),
    "ones": np.ones(3, np.float32),
    "zeros": np.zeros(3, np.float32),
    "axis": np.array([0], np.int64),
    "zeroth": np.array(0, np.int64),
    "whole": np.array([0, 16], np.int64),
    "tokens": np.array([-1, 1, 16], np.int64),
    "two": np.array([2], np.int64),
}
NORM = ["linear", "ones", "zeros", "zeros", "ones"]
HONEST: Nodes = [node("Identity", ["linear"], ["scores"])]
MIXING: dict[str, tuple[Nodes, str]] = {
    "training norm": (
        [node("BatchNormalization", NORM, ["scores", "m", "v"], training_mode=1)],
        "BatchNormalization in training mode",
    ),
    "softmax": ([node("Softmax", ["linear"], ["scores"], axis=0)], "Softmax over axis 0"),
    "negative axis": ([node("Softmax", ["linear"], ["scores"], axis=-2)], "Softmax over axis 0"),
    "centred": (
        [node("ReduceMean", ["linear", "axis"], ["mean"]), node("Sub", ["linear", "mean"], ["scores"])],
        "ReduceMean over axis 0",
    ),
    "averaged": (
        [node("ReduceMean", ["linear", "axis"], ["mean"]), node("Add", ["linear", "mean"], ["scores"])],
        "ReduceMean over axis 0",
    ),
    "largest": (
        [node("ReduceMax", ["linear"], ["most"]), node("Div", ["linear", "most"], ["scores"])],
        "ReduceMax over all axes",
    ),
    "quantised": (
        [
            node("DynamicQuantizeLinear", ["linear"], ["q", "scale", "zero"]),
            node("DequantizeLinear", ["q", "scale", "zero"], ["scores"]),
        ],
        "DynamicQuantizeLinear",
    ),
    "cumulated": ([node("CumSum", ["linear", "zeroth"], ["scores"])], "CumSum over axis 0"),
    "attention": (
        [
            node("Reshape", ["flat", "tokens"], ["sequence"]),
            node("Transpose", ["sequence"], ["queries"], perm=[1, 0, 2]),
            node("Transpose", ["sequence"], ["keys"], perm=[1, 2, 0]),
            node("MatMul", ["queries", "keys"], ["product"]),
            node("Softmax", ["product"], ["attended"], axis=-1),
            node("MatMul", ["attended", "queries"], ["mixed"]),
            node("Reshape", ["mixed", "rows"], ["back"]),
            node("MatMul", ["back", "weights"], ["scores"]),
        ],
        "attention (Softmax) over the batch. The layer takes the batch for its sequence: build it with batch",
    ),
}


def content(nodes: Nodes) -> bytes:
    """Return an ONNX file: linear scores of 1 x 4 x 4 inputs, and what these nodes make of them."""
    before = [
        node("Flatten", ["input"], ["flat"]),
        node("MatMul", ["flat", "weights"], ["linear"]),
    ]
    shapes: dict[str, list[int | str | None]] = {"input": ["rows", 1, 4, 4], "scores": ["rows", 3]}
    ends = {
        name: helper.make_tensor_value_info(name, TensorProto.FLOAT, axes) for name, axes in shapes.items()
    }
    tables = TABLES | {"rows": np.array([-1, 16], np.int64)}
    held = [numpy_helper.from_array(table, name) for name, table in tables.items()]
    graph = helper.make_graph([*before, *nodes], "toy", [ends["input"]], [ends["scores"]], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize("rows", [2, 128])
@pytest.mark.parametrize("name", MIXING)
def test_what_mixes_is_refused_and_named(tmp_path: Path, name: str, rows: int) -> None:
    nodes, cause = MIXING[name]
    refused = refusal(onnx_file(tmp_path, content(nodes), rows))
    assert "at load, " in refused.detail
    assert f"Likely cause: {cause}" in refused.detail
    if name != "training norm":  # which ONNX Runtime updates as well: it changes from batch to batch
        assert refused.failure_type == "classifier_mixes_rows"
        assert "'toy' is not a function of one input" in refused.detail


@pytest.mark.parametrize("rows", [2, 128])
def test_what_they_are_made_of_is_accepted(tmp_path: Path, rows: int) -> None:
    tried(onnx_file(tmp_path, content(HONEST), rows))
