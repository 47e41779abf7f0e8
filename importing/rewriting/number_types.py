"""Make a graph compute in float32 where it computes in types for which a CPU lacks operators."""

from __future__ import annotations

from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from importing.rewriting.onnx_graphs import TYPE_NAMES, every_graph, every_node

RARE: Final = frozenset({TensorProto.BFLOAT16, TensorProto.DOUBLE})
"""Types for which ONNX Runtime has few operators on a CPU."""


def rare_types(model: onnx.ModelProto) -> list[str]:
    """Return the names of the rare types of numbers in which a model's inputs, outputs or weights are."""
    kinds = {value.type.tensor_type.elem_type for value in (*model.graph.input, *model.graph.output)}
    for graph in every_graph(model.graph):
        kinds |= {tensor.data_type for tensor in graph.initializer}
    return sorted(TYPE_NAMES[kind] for kind in kinds & RARE)


def to_float32(model: onnx.ModelProto) -> None:
    """Change weights, constants and casts of the rare types to float32, in place."""
    for graph in every_graph(model.graph):
        for tensor in graph.initializer:
            _to_float32(tensor)
        for value in (*graph.input, *graph.output):
            if value.type.tensor_type.elem_type in RARE:
                value.type.tensor_type.elem_type = TensorProto.FLOAT
        del graph.value_info[:]
    for node in every_node(model):
        for attribute in node.attribute:
            if attribute.HasField("t"):
                _to_float32(attribute.t)
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i in RARE:
                attribute.i = TensorProto.FLOAT


def _to_float32(tensor: onnx.TensorProto) -> None:
    if tensor.data_type in RARE:
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
