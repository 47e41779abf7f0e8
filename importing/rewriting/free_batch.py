"""Let a graph that was exported for a fixed number of rows take any number of them.

Exporters write that number into the constants of Reshape and Expand, and into constants that are joined with
the rows. Whether the result is the same function is not judged here: it is compared with the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import onnx
from onnx import helper, shape_inference

from importing.rewriting.onnx_graphs import (
    MARK,
    array,
    before,
    constants,
    copied,
    fed_names,
    integers,
    sizes,
)

BATCH = "batch"
"""Name of the axis of rows in every written file."""


def free_batch(model: onnx.ModelProto, name: str, rows: int) -> onnx.ModelProto:
    """Return a copy of a model in which the axis of rows of the input ``name``, of size ``rows``, is free."""
    known = _shapes(model, name, rows)
    freed = copied(model)
    graph = freed.graph
    fed = fed_names(graph, [name])
    held = constants(graph)
    added: list[onnx.NodeProto] = []
    for index, node in enumerate(graph.node):
        if not fed.intersection(node.input):
            continue
        if node.op_type == "Reshape" and node.input[1] in held:
            _free_shape(graph, node, index, known.get(node.output[0]), rows)
        elif node.op_type == "Expand" and node.input[1] in held:
            _free_expansion(graph, node, index, array(held[node.input[1]]).tolist(), rows)
        elif node.op_type == "Concat" and _axis(node) != 0:
            fixed = {one: held[one] for one in node.input if one in held and held[one].dims[:1] == [rows]}
            added += _repeat_constants(graph, node, f"{MARK}join.{index}", fixed, name)
    before(graph, added)
    _declare(graph, name)
    return freed


def _shapes(model: onnx.ModelProto, name: str, rows: int) -> dict[str, list[int | None]]:
    """Return the shape of every tensor that can be inferred at the fixed number of rows."""
    inferred = copied(model)
    _declare(inferred.graph, name)
    for value in inferred.graph.input:
        if value.name == name:
            value.type.tensor_type.shape.dim[0].dim_value = rows
    with suppress(Exception):  # what cannot be inferred stays unknown
        inferred = shape_inference.infer_shapes(inferred, data_prop=True)
    values = (*inferred.graph.input, *inferred.graph.value_info, *inferred.graph.output)
    return {value.name: shape for value in values if (shape := sizes(value)) is not None}


def _free_shape(
    graph: onnx.GraphProto, node: onnx.NodeProto, index: int, shape: list[int | None] | None, rows: int
) -> None:
    """Leave the first axis of a reshaped tensor open, if it counts rows, and fix all others."""
    if not shape or None in shape or (shape[0] or 0) % rows:
        return
    _constant_input(graph, node, index, [-1, *(size or 0 for size in shape[1:])])


def _free_expansion(
    graph: onnx.GraphProto, node: onnx.NodeProto, index: int, shape: list[int], rows: int
) -> None:
    """Let an Expand of rows keep their number: a size of 1 expands nothing."""
    if shape and shape[0] == rows:
        _constant_input(graph, node, index, [1, *shape[1:]])


def _constant_input(graph: onnx.GraphProto, node: onnx.NodeProto, index: int, values: Sequence[int]) -> None:
    node.input[1] = f"{MARK}shape.{index}"
    graph.initializer.append(integers(values, node.input[1]))


def _repeat_constants(
    graph: onnx.GraphProto, node: onnx.NodeProto, mark: str, fixed: dict[str, onnx.TensorProto], name: str
) -> list[onnx.NodeProto]:
    """Repeat constants that are joined with the rows, such as a class token, for each row there is.

    ``fixed``: the constants among the node's inputs that have a value for each row. Returns the nodes that
    do so.
    """
    nodes = []
    for place, one in enumerate(node.input):
        if one not in fixed:
            continue
        own = f"{mark}.{place}"
        rest, value = list(fixed[one].dims[1:]), onnx.TensorProto()
        value.CopyFrom(fixed[one])
        value.name = f"{own}.value"
        graph.initializer.extend([integers((0,), f"{own}.0"), integers(rest, f"{own}.rest"), value])
        nodes += [
            helper.make_node("Shape", [name], [f"{own}.whole"]),
            helper.make_node("Gather", [f"{own}.whole", f"{own}.0"], [f"{own}.rows"], axis=0),
            helper.make_node("Concat", [f"{own}.rows", f"{own}.rest"], [f"{own}.shape"], axis=0),
            helper.make_node("Gather", [value.name, f"{own}.0"], [f"{own}.first"], axis=0),
            helper.make_node("Expand", [f"{own}.first", f"{own}.shape"], [f"{own}.each"]),
        ]
        node.input[place] = f"{own}.each"
    return nodes


def _axis(node: onnx.NodeProto) -> int:
    return next((item.i for item in node.attribute if item.name == "axis"), 0)


def _declare(graph: onnx.GraphProto, name: str) -> None:
    """State that the first axis of the input is free, and nothing of tensors inside."""
    del graph.value_info[:]
    for value in graph.input:
        if value.name == name and value.type.tensor_type.shape.dim:
            value.type.tensor_type.shape.dim[0].dim_param = BATCH
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")
