"""One small classifier of 3 x 8 x 8 images as ONNX files in the styles in which people export networks.

Every file computes the same scores, up to the precision of its numbers: `truth`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ml_dtypes
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SHAPE = (3, 8, 8)
CLASSES = 5
_GENERATOR = np.random.default_rng(5)
KERNEL = _GENERATOR.normal(0, 0.5, (4, 3, 3, 3)).astype(np.float32)
WEIGHTS = _GENERATOR.normal(0, 0.2, (4 * 6 * 6, CLASSES)).astype(np.float32)
NUMPY: dict[int, type] = {
    TensorProto.FLOAT: np.float32,
    TensorProto.FLOAT16: np.float16,
    TensorProto.DOUBLE: np.float64,
    TensorProto.BFLOAT16: ml_dtypes.bfloat16,
}
Size = int | str


def truth(batch: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the scores, (rows, CLASSES), of a batch of images, channels first."""
    windows = np.lib.stride_tricks.sliding_window_view(batch.astype(np.float64), (3, 3), axis=(2, 3))
    hidden = np.maximum(np.einsum("nchwij,ocij->nohw", windows, KERNEL.astype(np.float64)), 0.0)
    scores: NDArray[np.float64] = hidden.reshape(len(batch), -1) @ WEIGHTS.astype(np.float64)
    return scores


def net(
    batch: Size = "N",
    *,
    type_: int = TensorProto.FLOAT,
    opset: int = 17,
    ir: int = 8,
    flat: Sequence[int] = (-1, 4 * 6 * 6),
    last: Sequence[onnx.NodeProto] = (),
    outputs: Sequence[tuple[str, Sequence[Size]]] = (),
    channels_last: bool = False,
    given_type: int | None = None,
    more: Sequence[onnx.TensorProto] = (),
) -> onnx.ModelProto:
    """Return the classifier. ``flat``: the shape that the Reshape before the last layer asks for.

    ``last`` are nodes after the tensor of scores, ``y``; ``outputs``: names and shapes, default: y.
    """
    kind = NUMPY[type_]
    held = [
        numpy_helper.from_array(KERNEL.astype(kind), "kernel"),
        numpy_helper.from_array(WEIGHTS.astype(kind), "weights"),
        numpy_helper.from_array(np.array(flat, np.int64), "flat"),
        *more,
    ]
    nodes, image = [], "x"
    if channels_last:
        nodes.append(helper.make_node("Transpose", [image], ["first"], perm=[0, 3, 1, 2]))
        image = "first"
    if given_type is not None:
        nodes.append(helper.make_node("Cast", [image], ["cast"], to=type_))
        image = "cast"
    nodes += [
        helper.make_node("Conv", [image, "kernel"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("Reshape", ["r", "flat"], ["f"]),
        helper.make_node("MatMul", ["f", "weights"], ["y"]),
        *last,
    ]
    shape = (8, 8, 3) if channels_last else SHAPE
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", type_ if given_type is None else given_type, [batch, *shape])],
        [
            helper.make_tensor_value_info(name, type_, sizes)
            for name, sizes in (outputs or [("y", [batch, CLASSES])])
        ],
        held,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)


def softmax() -> onnx.ModelProto:
    """Probabilities instead of scores."""
    last = [helper.make_node("Softmax", ["y"], ["p"], axis=1)]
    return net(last=last, outputs=[("p", ["N", CLASSES])])


def pixels() -> onnx.ModelProto:
    """Bytes in, divided by 255 within."""
    model = net(given_type=TensorProto.UINT8)
    graph = model.graph
    graph.initializer.append(numpy_helper.from_array(np.array(255, np.float32), "white"))
    graph.node[1].input[0] = "shares"
    graph.node.insert(1, helper.make_node("Div", ["cast", "white"], ["shares"]))
    return model


def class_token() -> onnx.ModelProto:
    """A constant joined with the one row, as exporters write the class token of a transformer."""
    more = [
        numpy_helper.from_array(np.zeros((1, 7), np.float32), "token"),
        _ints("cut", (7,)),
        _ints("end", (1000,)),
    ]
    model = net(1, flat=(1, -1), more=[*more, _ints("axis", (1,))])
    graph = model.graph
    graph.node[-1].input[0] = "body"
    graph.node.insert(3, helper.make_node("Concat", ["token", "f"], ["joined"], axis=1))
    graph.node.insert(4, helper.make_node("Slice", ["joined", "cut", "end", "axis"], ["body"]))
    return model


def computed_shapes() -> onnx.ModelProto:
    """A Reshape and an Expand whose shapes the graph computes from sizes, for one row."""
    more = [
        numpy_helper.from_array(np.zeros((1, 7), np.float32), "token"),
        _ints("cut", (7,)),
        _ints("end", (999,)),
    ]
    model = net(
        1, more=[*more, _ints("axis", (1,)), _ints("one", (1,)), _ints("minus", (-1,)), _ints("none", (0,))]
    )
    graph = model.graph
    early = [
        helper.make_node("Shape", ["x"], ["whole"]),
        helper.make_node("Slice", ["whole", "none", "one"], ["rows"]),
        helper.make_node("Concat", ["rows", "minus"], ["asked"], axis=0),
        helper.make_node("Concat", ["rows", "cut"], ["wide"], axis=0),
        helper.make_node("Gather", ["asked", "none"], ["always"], axis=0),
        helper.make_node("Mul", ["asked", "always"], ["flat.asked"]),
        helper.make_node("Expand", ["token", "always"], ["tokens"]),
    ]
    graph.node[2].input[1] = "flat.asked"
    graph.node[3].input[0] = "body"
    graph.node.insert(3, helper.make_node("Concat", ["tokens", "f"], ["joined"], axis=1))
    graph.node.insert(4, helper.make_node("Slice", ["joined", "cut", "end", "axis"], ["body"]))
    for place, node in enumerate(early):
        graph.node.insert(place, node)
    return model


def recurrent(rows: int = 1) -> onnx.ModelProto:
    """Scores, and nothing of a GRU whose first state was written for the number of rows."""
    zeros = {"w": (1, 3 * CLASSES, CLASSES), "again": (1, 3 * CLASSES, CLASSES), "state": (1, rows, CLASSES)}
    more = [numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in zeros.items()]
    last = [
        helper.make_node("Unsqueeze", ["y", "front"], ["sequence"]),
        helper.make_node(
            "GRU", ["sequence", "w", "again", "", "", "state"], ["", "after"], hidden_size=CLASSES
        ),
        helper.make_node("Squeeze", ["after", "front"], ["nothing"]),
        helper.make_node("Add", ["y", "nothing"], ["z"]),
    ]
    return net(
        rows, flat=(rows, -1), last=last, outputs=[("z", [rows, CLASSES])], more=[*more, _ints("front", (0,))]
    )


def static_quantisation() -> onnx.ModelProto:
    """The scores rounded to levels of 1/64 between QuantizeLinear and DequantizeLinear."""
    more = [
        numpy_helper.from_array(np.array(1 / 8, np.float32), "step"),
        numpy_helper.from_array(np.array(0, np.int8), "zero"),
    ]
    last = [
        helper.make_node("QuantizeLinear", ["y", "step", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "step", "zero"], ["d"]),
    ]
    return net(last=last, outputs=[("d", ["N", CLASSES])], more=more)


def unbatched() -> onnx.ModelProto:
    """One image without an axis for the batch."""
    model = net(1, flat=(-1,), outputs=[("y", [CLASSES])])
    graph = model.graph
    graph.input[0].CopyFrom(helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE))
    graph.initializer.append(_ints("front", (0,)))
    graph.node[0].input[0] = "batch"
    graph.node.insert(0, helper.make_node("Unsqueeze", ["x", "front"], ["batch"]))
    return model


def functions(batch: Size = "N", flat: Sequence[int] = (-1, 144)) -> onnx.ModelProto:
    """The last layer as a function of the file's own."""
    model = net(batch, ir=9, flat=flat)
    model.graph.node[-1].domain, model.graph.node[-1].op_type = "own", "Layer"
    body = [helper.make_node("MatMul", ["a", "b"], ["c"])]
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("own", "Layer", ["a", "b"], ["c"], body, opsets))
    model.opset_import.append(helper.make_opsetid("own", 1))
    return model


def _ints(name: str, values: Sequence[int]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(values, np.int64), name)


def old(opset: int) -> onnx.ModelProto:
    """An old file: old operators, and the weights among the inputs."""
    model = net(1, flat=(1, -1), opset=opset, ir=3)
    for tensor in model.graph.initializer:
        model.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    return model


def two_heads() -> onnx.ModelProto:
    """Scores and, before them, features and the scores of an auxiliary head."""
    last = [
        helper.make_node("Neg", ["y"], ["aux_logits"]),
        helper.make_node("Softmax", ["y"], ["probabilities"]),
        helper.make_node("Identity", ["y"], ["logits"]),
    ]
    outputs: list[tuple[str, list[Size]]] = [
        ("f", ["N", 144]),
        ("aux_logits", ["N", 5]),
        ("probabilities", ["N", 5]),
        ("logits", ["N", 5]),
    ]
    return net(last=last, outputs=outputs)


def decisions() -> onnx.ModelProto:
    """The index of the class alone."""
    model = net(last=[helper.make_node("ArgMax", ["y"], ["class"], axis=1, keepdims=0)])
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("class", TensorProto.INT64, ["N"]))
    return model


def by_name() -> onnx.ModelProto:
    """A label, and probabilities by the names of the classes, as scikit-learn's exporter writes them."""
    last = [
        helper.make_node("Softmax", ["y"], ["p"], axis=1),
        helper.make_node("ArgMax", ["p"], ["label"], axis=1, keepdims=0),
        helper.make_node(
            "ZipMap", ["p"], ["chances"], domain="ai.onnx.ml", classlabels_strings=["a", "b", "c", "d", "e"]
        ),
    ]
    model = net(last=last)
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]))
    chance = helper.make_map_type_proto(
        TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, [])
    )
    model.graph.output.append(helper.make_value_info("chances", helper.make_sequence_type_proto(chance)))
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    return model


def spatial() -> onnx.ModelProto:
    """Scores of shape (batch, classes, 1, 1)."""
    last = [helper.make_node("Reshape", ["y", "square"], ["s"])]
    return net(last=last, outputs=[("s", ["N", CLASSES, 1, 1])], more=[_ints("square", (-1, CLASSES, 1, 1))])


STYLES: dict[str, tuple[Callable[[], onnx.ModelProto], str]] = {
    "dynamic batch": (net, ""),
    "batch of 1": (lambda: net(1), "fixed at 1, was freed"),
    "batch of 1 in a Reshape": (lambda: net(1, flat=(1, -1)), "fixed at 1, was freed"),
    "batch of 4 in a Reshape": (lambda: net(4, flat=(4, -1)), "fixed at 4, was freed"),
    "dynamic batch that is none": (lambda: net("N", flat=(1, -1)), "fixed at 1, was freed"),
    "class token": (class_token, "fixed at 1, was freed"),
    "class token, computed shapes": (computed_shapes, "batch's size alone was computed"),
    "recurrent state": (recurrent, "one input after another (Scan)"),
    "recurrent state of 2 rows": (lambda: recurrent(2), "one input after another (Scan)"),
    "no batch": (unbatched, "one input after another (Scan)"),
    "NHWC": (lambda: net(channels_last=True), "transposed to the file's NHWC"),
    "NHWC, batch of 1": (lambda: net(1, flat=(1, -1), channels_last=True), "transposed to the file's NHWC"),
    "float16": (lambda: net(type_=TensorProto.FLOAT16), "the file's float16"),
    "float16, batch of 1": (lambda: net(1, flat=(1, -1), type_=TensorProto.FLOAT16), "the file's float16"),
    "float64": (lambda: net(type_=TensorProto.DOUBLE), "float32 instead of float64"),
    "bfloat16": (lambda: net(type_=TensorProto.BFLOAT16), "float32 instead of bfloat16"),
    "uint8": (pixels, "cast to uint8"),
    "softmax": (softmax, ""),
    "several outputs": (two_heads, "the output 'logits' is kept"),
    "index of the class": (decisions, "gave way to the scores"),
    "probabilities by name": (by_name, "'chances' (ZipMap) gave way to the scores"),
    "scores of shape (N, classes, 1, 1)": (spatial, ""),
    "static quantisation": (static_quantisation, ""),
    "functions": (functions, ""),
    "functions, batch of 1": (lambda: functions(1, (1, -1)), "functions of the graph were written out"),
    "opset 7": (lambda: old(7), "converted from opset 7"),
    "opset 9": (lambda: old(9), "converted from opset 9"),
    "opset 11": (lambda: old(11), "converted from opset 11"),
    "opset 21": (lambda: net(1, opset=21, ir=10), "fixed at 1, was freed"),
}
"""Each style with a step that its import must record; empty if there is none."""
