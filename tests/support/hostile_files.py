"""Files that no import may take: damaged, of other kinds, or made to harm whoever opens them."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.support.onnx_styles import CLASSES, net


class Harm:
    """Makes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return exec, (f"open({str(self.target)!r}, 'w').close()",)


def pickled(target: Path) -> bytes:
    """Return a pickle that makes a file where it is opened."""
    return pickle.dumps({"weights": Harm(target)})


def zipped(**members: bytes) -> bytes:
    """Return a zip archive; in names of members, ``__`` stands for a slash."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return buffer.getvalue()


def torch_archive(target: Path, member: str) -> bytes:
    """Return an archive as PyTorch writes them, with a harmful pickle in the place of ``member``."""
    names = {
        "archive__data.pkl": pickled(target),
        "archive__version": b"3\n",
        "archive__byteorder": b"little",
    }
    return zipped(**{**names, member: pickled(target)})


def numpy_objects(target: Path) -> bytes:
    """Return a NumPy file of pickled objects."""
    buffer = io.BytesIO()
    np.save(buffer, np.array([Harm(target)], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def bomb(name: str) -> bytes:
    """Return an archive of a few hundred kilobytes with a member of 256 MiB."""
    return zipped(**{name: bytes(2**28)})


def safetensors(header: object, length: int | None = None) -> bytes:
    """Return a safetensors file without data; ``length``: what it says of its header, if not the truth."""
    text = json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text


def outside(location: str) -> onnx.ModelProto:
    """Return a network whose weights lie in another file."""
    model = net()
    for tensor in model.graph.initializer:
        if tensor.name == "weights":
            del tensor.external_data[:]
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=location)
    return model


def custom_operator() -> onnx.ModelProto:
    """Return a network with an operator of a library that is not ONNX's."""
    model = net()
    model.graph.node[1].domain = "com.example"
    model.graph.node[1].op_type = "FancyRelu"
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    return model


def dynamic_quantisation() -> onnx.ModelProto:
    """Return a network whose scale is found while it computes."""
    last = [
        helper.make_node("DynamicQuantizeLinear", ["y"], ["q", "s", "z"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
    ]
    return net(last=last, outputs=[("d", ["N", CLASSES])])


def several_inputs() -> onnx.ModelProto:
    """Return a network that also wants a mask."""
    model = net(last=[helper.make_node("Mul", ["y", "mask"], ["z"])], outputs=[("z", ["N", CLASSES])])
    model.graph.input.append(helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["N", CLASSES]))
    return model


def mixing_rows() -> onnx.ModelProto:
    """Return a network whose scores are centred on the batch."""
    last = [
        helper.make_node("ReduceMean", ["y"], ["m"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["y", "m"], ["z"]),
    ]
    return net(last=last, outputs=[("z", ["N", CLASSES])])


def random_scores() -> onnx.ModelProto:
    """Return a network that adds noise to its scores."""
    last = [helper.make_node("RandomNormalLike", ["y"], ["e"]), helper.make_node("Add", ["y", "e"], ["z"])]
    return net(last=last, outputs=[("z", ["N", CLASSES])])


def not_numbers() -> onnx.ModelProto:
    """Return a network with a weight that is no number."""
    model = net()
    for tensor in model.graph.initializer:
        if tensor.name == "weights":
            values = numpy_helper.to_array(tensor).copy()
            values[0, 0] = np.nan
            tensor.CopyFrom(numpy_helper.from_array(values, "weights"))
    return model


def pixelwise() -> onnx.ModelProto:
    """Return a network that gives scores for every pixel."""
    model = net()
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("r", TensorProto.FLOAT, ["N", 4, 6, 6]))
    return model


def tokens() -> onnx.ModelProto:
    """Return a network of whole numbers, as those of texts are."""
    return net(given_type=TensorProto.INT64)


def huge_result() -> onnx.ModelProto:
    """Return a network that asks for four terabytes."""
    shape = numpy_helper.from_array(np.array([2**20, 2**20], np.int64), "vast")
    last = [
        helper.make_node("ConstantOfShape", ["vast"], ["ones"]),
        helper.make_node("ReduceMax", ["ones"], ["one"], keepdims=0),
        helper.make_node("Add", ["y", "one"], ["z"]),
    ]
    return net(last=last, outputs=[("z", ["N", CLASSES])], more=[shape])


def newer_version() -> onnx.ModelProto:
    """Return a network in a version of ONNX's format that is not known yet."""
    return net(ir=99)


def newer_opset() -> onnx.ModelProto:
    """Return a network in operators that are not known yet."""
    return net(opset=99)
