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
