"""Find operators in an ONNX graph through which rows may influence each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import onnx
from onnx import helper, inliner, numpy_helper, shape_inference

from registry import ModelManifest
from registry.manifest import read_weights
from worker.fixed_function.causes.finding import (
    BETWEEN_ROWS,
    DYNAMIC,
    OVER_ROWS,
    RANDOM,
    SEQUENCE,
    TRAINING,
    Finding,
)

OVER_ALL: Final = frozenset(
    f"Reduce{kind}"
    for kind in ("Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")
)
"""Operators that reduce over all axes if none are named."""
ONE_AXIS: Final[dict[str, tuple[int, str]]] = {
    "Softmax": (-1, OVER_ROWS),
    "LogSoftmax": (-1, OVER_ROWS),
    "Hardmax": (-1, OVER_ROWS),
    "LpNormalization": (-1, OVER_ROWS),
    "ArgMax": (0, OVER_ROWS),
    "ArgMin": (0, OVER_ROWS),
    "TopK": (-1, BETWEEN_ROWS),
    "LayerNormalization": (-1, OVER_ROWS),
}
"""Operators with an attribute ``axis``: its default, and what to do."""
QUANTISED: Final = frozenset({"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"})
RANDOM_OPS: Final = frozenset(
    {"RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli"}
)
RECURRENT: Final = frozenset({"LSTM", "GRU", "RNN"})
BATCH: Final = 7919
"""Rows of a batch while shapes are inferred: a prime, so that the size shows which axes are of rows."""
NO_CONTENT: Final = frozenset({"Shape", "Size"})
"""Operators whose results do not depend on the values of any row."""


def findings(manifest: ModelManifest) -> list[Finding]:
    """Return the findings in a file. Raises whatever ONNX's parser raises."""
    model = inliner.inline_local_functions(onnx.load_model_from_string(read_weights(manifest)))
    held = {tensor.name for tensor in model.graph.initializer}
    for value in (value for value in model.graph.input if value.name not in held):
        value.type.tensor_type.shape.dim[0].dim_value = BATCH
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    del model.graph.value_info[:]
    with suppress(shape_inference.InferenceError):  # then axes are recognised by their numbers only
        model = shape_inference.infer_shapes(model, data_prop=True)
    return list(_in_graph(model.graph, _Shapes.of(model.graph)))


@dataclass(slots=True)
class _Shapes:
    """Known facts about tensors: sizes of axes, small constants, and which ones depend on the input."""

    axes: dict[str, list[int]] = field(default_factory=dict)
    constants: dict[str, list[int]] = field(default_factory=dict)
    fed: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, graph: onnx.GraphProto) -> _Shapes:
        known = cls()
        for value in (*graph.input, *graph.value_info, *graph.output):
            if value.type.tensor_type.HasField("shape"):
                known.axes[value.name] = [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for tensor in graph.initializer:
            known.note(tensor.name, tensor)
        known.fed = {value.name for value in graph.input} - {tensor.name for tensor in graph.initializer}
        return known

    def note(self, name: str, tensor: onnx.TensorProto) -> None:
        """Keep a constant that may be a list of axes."""
        if tensor.data_type == onnx.TensorProto.INT64 and len(tensor.dims) < 2:
            self.constants[name] = [int(value) for value in numpy_helper.to_array(tensor).reshape(-1)]

    def is_batch(self, name: str, axis: int) -> bool:
        """Whether this axis of a tensor is known to be the axis of rows."""
        axes = self.axes.get(name)
        if axes is None:
            return axis == 0
        if not -len(axes) <= axis < len(axes):
            return False
        return axes[axis] % BATCH == 0 if axes[axis] else axis % len(axes) == 0


def _in_graph(graph: onnx.GraphProto, known: _Shapes) -> Iterator[Finding]:
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].HasField("t"):
            known.note(node.output[0], node.attribute[0].t)
        fed = any(name in known.fed for name in node.input)
        if fed and node.op_type not in NO_CONTENT:
            known.fed.update(node.output)
        attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        if fed or node.op_type in RANDOM_OPS:
            what = _judged(_Node(node, attributes, known))
            if what is not None:
                yield Finding(what[0], f"node {node.name!r}" if node.name else "", what[1])
        for inner in attributes.values():
            if isinstance(inner, onnx.GraphProto):
                known.fed.update(name for item in inner.node for name in item.input)
                yield from _in_graph(inner, known)


@dataclass(frozen=True, slots=True)
class _Node:
    """An operator with its attributes, and the known facts about its tensors."""

    proto: onnx.NodeProto
    attributes: dict[str, object]
    known: _Shapes

    @property
    def kind(self) -> str:
        return self.proto.op_type

    @property
    def entry(self) -> str:
        return self.proto.input[0] if self.proto.input else ""

    def numbers(self, index: int) -> list[int] | None:
        """Return an input that is a constant list of integers; None if it is missing or not constant."""
        name = self.proto.input[index] if len(self.proto.input) > index else ""
        return self.known.constants.get(name)


def _judged(node: _Node) -> tuple[str, str] | None:
    """Return the node's name for messages and the remedy; None if it cannot mix rows as far as is known."""
    if node.kind in RANDOM_OPS:
        return node.kind, RANDOM
    if node.kind in QUANTISED:
        return node.kind, DYNAMIC
    if node.kind in OVER_ALL:
        return _reduction(node)
    return _statistics(node) or _recurrent(node) or _along_axis(node)


def _statistics(node: _Node) -> tuple[str, str] | None:
    if node.kind == "BatchNormalization" and (
        node.attributes.get("training_mode") or len(node.proto.output) > 1
    ):
        return "BatchNormalization in training mode", TRAINING
    axes = _numbers(node.attributes.get("axes", [0, 2, 3]))
    if node.kind == "MeanVarianceNormalization" and 0 in axes:
        return "MeanVarianceNormalization over axis 0", OVER_ROWS
    return None


def _recurrent(node: _Node) -> tuple[str, str] | None:
    reads_rows = node.kind in RECURRENT and not node.attributes.get("layout")
    return (
        (f"{node.kind} over axis 0", SEQUENCE) if reads_rows and node.known.is_batch(node.entry, 0) else None
    )


def _along_axis(node: _Node) -> tuple[str, str] | None:
    if node.kind == "CumSum":
        over = any(node.known.is_batch(node.entry, axis) for axis in node.numbers(1) or [])
        return ("CumSum over axis 0", BETWEEN_ROWS) if over else None
    default, remedy = ONE_AXIS.get(node.kind, (0, ""))
    axis = node.attributes.get("axis", default)
    if not remedy or not isinstance(axis, int) or not node.known.is_batch(node.entry, axis):
        return None
    axes = len(node.known.axes.get(node.entry, [0]))
    if node.kind == "Softmax" and axis % axes > 0:
        return "attention (Softmax) over the batch", SEQUENCE
    return f"{node.kind} over axis 0", remedy


def _reduction(node: _Node) -> tuple[str, str] | None:
    held = node.attributes.get("axes")
    axes = node.numbers(1) if held is None else _numbers(held)
    if axes is None and len(node.proto.input) > 1:
        return None  # the axes are computed, so not known here
    if axes is None:
        kept = node.attributes.get("noop_with_empty_axes")
        return None if kept else (f"{node.kind} over all axes", OVER_ROWS)
    over = any(node.known.is_batch(node.entry, axis) for axis in axes)
    return (f"{node.kind} over axis 0", OVER_ROWS) if over else None


def _numbers(value: object) -> list[int]:
    return [int(item) for item in value] if isinstance(value, Iterable) else []
