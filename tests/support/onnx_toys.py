"""Small ONNX files with known answers: denoisers, and classifiers of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SHAPE = (3, 4, 4)
CLASSES = 5
Ends = Sequence[onnx.ValueInfoProto]


def end(name: str, shape: tuple[int | str, ...], kind: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    """An input or output."""
    return helper.make_tensor_value_info(name, kind, shape)


def written(
    nodes: list[onnx.NodeProto],
    inputs: Ends,
    outputs: Ends,
    tensors: dict[str, np.ndarray] | None = None,
    opset: int = 18,
    ir_version: int = 10,
) -> bytes:
    """Return a file of some nodes."""
    weights = [numpy_helper.from_array(values, name) for name, values in (tensors or {}).items()]
    graph = helper.make_graph(nodes, "toy", inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version)
    data: bytes = model.SerializeToString()
    return data


def denoiser(opset: int = 18, ir_version: int = 10, shape: tuple[int | str, ...] = SHAPE) -> bytes:
    """tanh(x) / 2, which is no linear function of its input."""
    nodes = [
        helper.make_node("Tanh", ["input"], ["hidden"]),
        helper.make_node("Mul", ["hidden", "weights"], ["output"]),
    ]
    ends = [end(name, ("n", *shape)) for name in ("input", "output")]
    return written(nodes, ends[:1], ends[1:], {"weights": np.array(0.5, np.float32)}, opset, ir_version)


def denoised(x: np.ndarray) -> np.ndarray:
    """What ``denoiser`` gives."""
    return np.asarray(np.tanh(x) / 2)


def weights_of_classifier() -> np.ndarray:
    """Weights of ``classifier``, shape (48, 5)."""
    return np.random.default_rng(3).standard_normal((int(np.prod(SHAPE)), CLASSES)).astype(np.float32)


def classifier() -> bytes:
    """Linear scores of an image; its names are those of ``denoiser``."""
    nodes = [
        helper.make_node("Flatten", ["input"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "weights"], ["output"]),
    ]
    inputs, outputs = [end("input", ("batch", *SHAPE))], [end("output", ("batch", CLASSES))]
    return written(nodes, inputs, outputs, {"weights": weights_of_classifier()})


def with_weights_at(place: str) -> bytes:
    """``denoiser``, with its one weight in another file: four bytes of a float32."""
    model = onnx.load_model_from_string(denoiser())
    (tensor,) = model.graph.initializer
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", place
    data: bytes = model.SerializeToString()
    return data


def fixed_denoiser(rows: int) -> bytes:
    """``denoiser`` for a fixed number of rows, which it reshapes on the way."""
    shapes = {"flat": np.array([rows, 48], np.int64), "whole": np.array([rows, *SHAPE], np.int64)}
    nodes = [
        helper.make_node("Reshape", ["input", "flat"], ["vector"]),
        helper.make_node("Tanh", ["vector"], ["hidden"]),
        helper.make_node("Mul", ["hidden", "weights"], ["half"]),
        helper.make_node("Reshape", ["half", "whole"], ["output"]),
    ]
    ends = [end(name, (rows, *SHAPE)) for name in ("input", "output")]
    return written(nodes, ends[:1], ends[1:], {"weights": np.array(0.5, np.float32), **shapes})


def half_denoiser() -> bytes:
    """``denoiser`` in float16."""
    nodes = [
        helper.make_node("Tanh", ["input"], ["hidden"]),
        helper.make_node("Mul", ["hidden", "weights"], ["output"]),
    ]
    ends = [end(name, ("n", *SHAPE), TensorProto.FLOAT16) for name in ("input", "output")]
    return written(nodes, ends[:1], ends[1:], {"weights": np.array(0.5, np.float16)})
