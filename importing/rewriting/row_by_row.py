"""Run a graph on one row after another, with ONNX's Scan, where its batch cannot be freed."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

from importing.rewriting.file_input import FileInput
from importing.rewriting.onnx_graphs import MARK, copied, integers

ROW, ANSWER = f"{MARK}row", f"{MARK}answer"
ROWS, EACH = f"{MARK}rows.given", f"{MARK}each"
"""Names of the input and of the output."""


def row_by_row(
    model: onnx.ModelProto, given: FileInput, rows: int, output: str, size: int, answer_type: int
) -> onnx.ModelProto:
    """Return a model that computes ``output``, ``size`` numbers, for each row of the input ``given``.

    The graph gets each row as often as it takes rows (``rows``; 0: without an axis for them), and its first
    answer counts. Weights are kept once, outside. The input is called ``ROWS``, the output ``EACH``.
    """
    body = copied(model).graph
    weights = list(body.initializer)
    del body.initializer[:], body.input[:], body.output[:], body.value_info[:]
    body.name = "row"
    shape, first, flat = f"{MARK}row.shape", f"{MARK}row.first", f"{MARK}row.flat"
    nodes = [helper.make_node("Expand", [ROW, shape], [given.name]), *body.node]
    nodes += [
        helper.make_node("Reshape", [output, flat], [f"{MARK}row.table"]),
        helper.make_node("Gather", [f"{MARK}row.table", first], [ANSWER], axis=0),
    ]
    del body.node[:]
    body.node.extend(nodes)
    body.input.append(helper.make_tensor_value_info(ROW, given.type, given.shape))
    body.output.append(helper.make_tensor_value_info(ANSWER, answer_type, [size]))
    expanded = given.shape if rows == 0 else (rows, *given.shape)
    held = [integers(expanded, shape), integers((-1, size), flat)]
    held.append(helper.make_tensor(first, TensorProto.INT64, [], [0]))
    scan = helper.make_node("Scan", [ROWS], [EACH], body=body, num_scan_inputs=1)
    batch = helper.make_tensor_value_info(ROWS, given.type, ["batch", *given.shape])
    each = helper.make_tensor_value_info(EACH, answer_type, ["batch", size])
    outer = copied(model)
    outer.graph.CopyFrom(helper.make_graph([scan], "rows", [batch], [each], [*weights, *held]))
    return outer
