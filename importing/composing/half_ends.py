"""Let a graph whose input and output are float16 take and give float32, and compute in float16 inside."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from importing.rewriting.onnx_graphs import MARK, before, copied


def with_float32_ends(model: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """Return a copy of a model with one output, in which the input ``name`` and the output are cast."""
    made = copied(model)
    graph, output = made.graph, made.graph.output[0]
    taken, given = f"{MARK}taken", f"{MARK}given"
    before(graph, [helper.make_node("Cast", [taken], [name], to=TensorProto.FLOAT16)])
    graph.node.append(helper.make_node("Cast", [output.name], [given], to=TensorProto.FLOAT))
    for value in graph.input:
        if value.name == name:
            value.name, value.type.tensor_type.elem_type = taken, TensorProto.FLOAT
    output.name, output.type.tensor_type.elem_type = given, TensorProto.FLOAT
    return made
