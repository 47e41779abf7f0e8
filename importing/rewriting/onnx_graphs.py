"""Small tools for graphs of ONNX: what a name is, where it is read, and how nodes are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

MARK: Final = "certify."
"""Begins every name that is added, so that it meets no name of the file."""
TYPE_NAMES: Final[dict[int, str]] = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.DOUBLE: "float64",
    TensorProto.UINT8: "uint8",
    TensorProto.INT64: "int64",
}


def copied(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a copy of a model."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return copy


def true_inputs(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """Return the inputs that have no value in the file: old files list their weights among the inputs."""
    held = {tensor.name for tensor in graph.initializer} | {
        tensor.values.name for tensor in graph.sparse_initializer
    }
    return [value for value in graph.input if value.name not in held]


def every_graph(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Return a graph and all graphs within its nodes."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    yield from every_graph(inner)


def every_node(model: onnx.ModelProto) -> Iterator[onnx.NodeProto]:
    """Return the nodes of a model, also those within nodes and functions."""
    for graph in every_graph(model.graph):
        yield from graph.node
    for function in model.functions:
        yield from function.node


def opset(model: onnx.ModelProto) -> int:
    """Return the version of ONNX's own operators; 0 if the file names none."""
    versions = [entry.version for entry in model.opset_import if entry.domain in {"", "ai.onnx"}]
    return max(versions, default=0)


def sizes(value: onnx.ValueInfoProto) -> list[int | None] | None:
    """Return the sizes of a tensor's axes, None for those that are not fixed; None without a shape."""
    kind = value.type.tensor_type
    if not kind.HasField("shape"):
        return None
    return [
        axis.dim_value if axis.HasField("dim_value") and axis.dim_value > 0 else None
        for axis in kind.shape.dim
    ]


def constants(graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
    """Return the tensors of a graph that are fixed: its initialisers and what its Constant nodes hold."""
    found = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute:
            found[node.output[0]] = _held(node.attribute[0], node.output[0])
    return {name: tensor for name, tensor in found.items() if tensor is not None}


def _held(attribute: onnx.AttributeProto, name: str) -> onnx.TensorProto:
    if attribute.HasField("t"):
        return attribute.t
    return numpy_helper.from_array(np.asarray(helper.get_attribute_value(attribute)), name)


def integers(values: Iterable[int], name: str) -> onnx.TensorProto:
    """Return an initialiser of whole numbers."""
    return numpy_helper.from_array(np.asarray(list(values), np.int64), name)


def array(tensor: onnx.TensorProto) -> NDArray[np.generic]:
    """Return a tensor's values."""
    return numpy_helper.to_array(tensor)


def fed_names(graph: onnx.GraphProto, given: Iterable[str]) -> set[str]:
    """Return the names of all tensors that depend on the given ones."""
    fed = set(given)
    for node in graph.node:
        read = {*node.input, *_outer_names(node)}
        if fed & read:
            fed.update(node.output)
    return fed


def _outer_names(node: onnx.NodeProto) -> Iterator[str]:
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            for graph in every_graph(inner):
                for within in graph.node:
                    yield from within.input


def before(graph: onnx.GraphProto, nodes: Sequence[onnx.NodeProto]) -> None:
    """Put nodes at the beginning of a graph."""
    kept = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *kept])


def take_input(graph: onnx.GraphProto, value: onnx.ValueInfoProto) -> None:
    """Give a graph one input instead of those without a value, and list no weights among the inputs."""
    del graph.input[:]
    graph.input.append(value)


def give_output(graph: onnx.GraphProto, name: str, shape: Sequence[int | str | None]) -> None:
    """Give a graph one output of float32 instead of all others."""
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
