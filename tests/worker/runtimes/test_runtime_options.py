"""Options of a manifest that change the classifier: they take effect, and the identity says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper

from registry.manifest import load_manifest
from scripts.export import Value
from tests.support.model_folders import TENSOR, write_folder
from tests.support.script_models import AboveLimit, script
from worker.runtimes.runtime_errors import RuntimeLoadError
from worker.runtimes.runtime_loading import load_runtime


class ChannelsInnermost(torch.nn.Module):
    """Class 1 where the channels of its inputs lie beside each other in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        innermost = 1.0 if self.conv(x).stride()[1] == 1 and x.stride()[1] == 1 else -1.0
        return torch.full((len(x), 1), innermost) * torch.tensor([[-1.0, 1.0]])


@pytest.mark.parametrize(("precision", "vote"), [(None, 1), ("float32", 1), ("bfloat16", 0), ("float16", 0)])
def test_a_script_computes_in_the_precision_asked_for(
    tmp_path: Path, precision: str | None, vote: int
) -> None:
    """In float32 1.0003 is above 1.0001; in 16 bits both are 1, and a tie goes to the lowest class."""
    fields: dict[str, Value] = {} if precision is None else {"precision": precision}
    loaded = load_runtime(script(tmp_path, AboveLimit(), fields), "cpu", 1)
    batch = np.full((4, 3), 1.0003, np.float32)
    assert loaded.votes(batch).tolist() == [vote] * 4
    assert loaded.computation.precision == (precision or "as in the file")


@pytest.mark.parametrize("layout", ["contiguous", "channels_last"])
def test_a_script_gets_its_inputs_in_the_layout_asked_for(tmp_path: Path, layout: str) -> None:
    table: dict[str, Value] = {"kind": "tensor", "shape": [3, 4, 4], "low": 0.0, "high": 1.0}
    manifest = script(tmp_path, ChannelsInnermost(), {"memory_format": layout}, table)
    loaded = load_runtime(manifest, "cpu", 1)
    assert loaded.votes(np.zeros((4, 3, 4, 4), np.float32)).tolist() == [int(layout == "channels_last")] * 4
    assert loaded.computation.memory_format == layout


def test_a_script_that_cannot_compute_in_that_precision_is_refused(tmp_path: Path) -> None:
    class Mixed(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.mm(x, torch.ones(3, 2))

    with pytest.raises(RuntimeLoadError, match=r"a trial batch of .* failed"):
        load_runtime(script(tmp_path, Mixed(), {"precision": "bfloat16"}), "cpu", 1)


def half_inside() -> bytes:
    """An ONNX file with float32 inputs and scores that computes in float16."""
    limit = numpy_helper.from_array(np.array([1.0001, 0, 0], np.float16), "limit")
    weights = numpy_helper.from_array(np.array([[0, 1], [0, 0], [0, 0]], np.float16), "weights")
    nodes = [
        helper.make_node("Cast", ["input"], ["half"], to=TensorProto.FLOAT16),
        helper.make_node("Sub", ["half", "limit"], ["above"]),
        helper.make_node("MatMul", ["above", "weights"], ["narrow"]),
        helper.make_node("Cast", ["narrow"], ["scores"], to=TensorProto.FLOAT),
    ]
    return graph(nodes, [limit, weights])


def quantised() -> bytes:
    """An ONNX file with float32 inputs and scores whose weights and activations are int8, scale 1/64."""
    scale = numpy_helper.from_array(np.array(1 / 64, np.float32), "scale")
    zero = numpy_helper.from_array(np.array(0, np.int8), "zero")
    weights = numpy_helper.from_array(np.array([[-64, 64], [0, 0], [0, 0]], np.int8), "quantised_weights")
    nodes = [
        helper.make_node("QuantizeLinear", ["input", "scale", "zero"], ["levels"]),
        helper.make_node("DequantizeLinear", ["levels", "scale", "zero"], ["rounded"]),
        helper.make_node("DequantizeLinear", ["quantised_weights", "scale", "zero"], ["weights"]),
        helper.make_node("MatMul", ["rounded", "weights"], ["scores"]),
    ]
    return graph(nodes, [scale, zero, weights])


def graph(nodes: list[NodeProto], tables: list[TensorProto]) -> bytes:
    """Serialise a model of three inputs and two classes."""
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3])
    result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])
    made = helper.make_graph(nodes, "toy", [entry], [result], tables)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    data: bytes = model.SerializeToString()
    return data


@pytest.mark.parametrize(
    ("data", "input_", "vote"),
    [
        (half_inside(), 0.95, 0),
        (half_inside(), 1.05, 1),
        (quantised(), 0.005, 0),
        (quantised(), 0.012, 1),
    ],
)
def test_an_onnx_file_may_be_quantised_or_of_half_precision_inside(
    tmp_path: Path, data: bytes, input_: float, vote: int
) -> None:
    """Of the quantised model, inputs below half a step round to 0: a tie, which goes to the lowest class."""
    manifest = load_manifest(write_folder(tmp_path, "toy", data, input_table=TENSOR))
    loaded = load_runtime(manifest, "cpu", 1, 4)
    assert loaded.votes(np.full((4, 3), input_, np.float32)).tolist() == [vote] * 4
    assert loaded.computation.precision == "as in the file"
