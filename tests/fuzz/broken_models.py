"""Model files that are broken in every way we know, each of two numbers in and two scores out."""

from __future__ import annotations

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import ArrayLike
from onnx import NodeProto, TensorProto, helper, numpy_helper

from scripts.export import torchscript_bytes

DEEP = 100_000
"""Brackets within brackets: more than the stack of PyTorch's parser holds."""
FORGED = 2**40


class HalfSpace(torch.nn.Module):
    """Class 1 where the first number is positive."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack((-x[:, 0], x[:, 0]), dim=1)


class Pair(torch.nn.Module):
    """Two tensors instead of one."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, x


class ThreeScores(torch.nn.Module):
    """A score too many."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((x, x[:, :1]), dim=1)


class ScoreTooManyOnNoise(torch.nn.Module):
    """Right on the trial batch, a score too many where an input is far out."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((x, x[:, :1]), dim=1) if bool(x.max() > 3.0) else x


class Whole(torch.nn.Module):
    """Integers instead of floats."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(torch.int64)


class NotANumber(torch.nn.Module):
    """NaN for every class."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * float("nan")


class TwoInputs(torch.nn.Module):
    """Asks for what no job has."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class RaisesOnNoise(torch.nn.Module):
    """Right on the trial batch, an error where an input is far out."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(x.max() > 3.0):
            raise ValueError("too far out")
        return x


class Marker:
    """Creates a folder when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return os.mkdir, (self.path,)


def onnx_file(
    nodes: Sequence[NodeProto],
    weights: Sequence[TensorProto] = (),
    *,
    width: int = 2,
    scores: Sequence[str] = ("scores",),
    opset: int = 18,
) -> bytes:
    """An ONNX file from ``input`` to ``scores``, not checked by anyone."""
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", width])
    exits = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in scores]
    graph = helper.make_graph(list(nodes), "broken", [entry], exits, list(weights))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    data: bytes = model.SerializeToString()
    return data


def weights(values: ArrayLike, name: str = "weights", kind: type = np.float32) -> TensorProto:
    return numpy_helper.from_array(np.asarray(values, dtype=kind), name)


def node(kind: str, inputs: str, outputs: str = "scores", **attributes: Any) -> NodeProto:
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


GOOD_ONNX = onnx_file([node("MatMul", "input weights")], [weights([[-1, 1], [0, 0]])])
GOOD_TORCHSCRIPT = torchscript_bytes(HalfSpace())


def external(location: str) -> bytes:
    """Weights in a file of their own, which the hash of the model's file does not cover."""
    values = TensorProto(name="weights", data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    values.dims.extend([2, 1000])
    for key, value in (("location", location), ("offset", "0"), ("length", "8000")):
        values.external_data.add(key=key, value=value)
    narrow = [weights([0], "from", np.int64), weights([2], "to", np.int64), weights([1], "axis", np.int64)]
    wide = [node("MatMul", "input weights", "wide"), node("Slice", "wide from to axis")]
    return onnx_file(wide, [values, *narrow])


def forged() -> bytes:
    """Weights of 2^40 rows, of which none is there."""
    values = TensorProto(name="weights", data_type=TensorProto.FLOAT, raw_data=b"\0" * 16)
    values.dims.extend([2, FORGED])
    return onnx_file([node("MatMul", "input weights")], [values])


def endless() -> bytes:
    """A loop that never ends."""
    turn = helper.make_tensor_value_info("turn", TensorProto.INT64, [])
    go_in = helper.make_tensor_value_info("go_in", TensorProto.BOOL, [])
    go_out = helper.make_tensor_value_info("go_out", TensorProto.BOOL, [])
    before = helper.make_tensor_value_info("before", TensorProto.FLOAT, None)
    after = helper.make_tensor_value_info("after", TensorProto.FLOAT, None)
    steps = [node("Identity", "go_in", "go_out"), node("Neg", "before", "after")]
    body = helper.make_graph(steps, "body", [turn, go_in, before], [go_out, after])
    return onnx_file(
        [node("Loop", "turns go input", body=body)],
        [weights(2**62, "turns", np.int64), weights(True, "go", np.bool_)],
    )


def fails_on_noise() -> bytes:
    """Right on the trial batch; where an input is far out, an index that there is not."""
    nodes = [
        node("Greater", "input far", "is_far"),
        node("Cast", "is_far", "index", to=TensorProto.INT64),
        node("Gather", "table index", "factor"),
        node("Mul", "input factor"),
    ]
    return onnx_file(nodes, [weights(3.0, "far"), weights([1.0], "table")])


def archive(change: Callable[[str, bytes], bytes], *, deflate: bool = False) -> bytes:
    """The good TorchScript archive with its records changed."""
    out = io.BytesIO()
    kind = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(GOOD_TORCHSCRIPT)) as source, zipfile.ZipFile(out, "w", kind) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return out.getvalue()


def in_record(end: str, data: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, old: data if name.endswith(end) else old


def nested(name: str, data: bytes) -> bytes:
    """Code whose answer stands in very many brackets."""
    if not name.endswith(".py") or b"return " not in data:
        return data
    head, answer = data.rsplit(b"return ", 1)
    return head + b"return " + b"(" * DEEP + answer.rstrip() + b")" * DEEP + b"\n"


def plain_pickle(marker: str) -> bytes:
    """What ``torch.save`` writes, of an object that acts when it is read."""
    stream = io.BytesIO()
    torch.save(Marker(marker), stream)
    return stream.getvalue()


def forged_size() -> bytes:
    """An archive whose directory says that its first record has 2^32 - 2 bytes."""
    data = bytearray(GOOD_TORCHSCRIPT)
    entry = data.index(b"PK\x01\x02")
    data[entry + 20 : entry + 28] = struct.pack("<II", 2**32 - 2, 2**32 - 2)
    return bytes(data)


def broken_files(marker: str, outside: str) -> dict[str, tuple[str, bytes]]:
    """Runtime and bytes of each broken model; ``outside`` is a file of weights in the worker's folder."""
    script, good = torchscript_bytes, GOOD_ONNX
    onnx_files = {
        "empty": b"",
        "truncated": good[: len(good) // 2],
        "random-bytes": np.random.Generator(np.random.PCG64(1)).bytes(500),
        "a-text": b"This is no model.",
        "no-graph": onnx.ModelProto(ir_version=10).SerializeToString(),
        "torchscript-as-onnx": GOOD_TORCHSCRIPT,
        "absent-operator": onnx_file([node("Frobnicate", "input")]),
        "foreign-operator": onnx_file([node("Relu", "input", domain="com.example")]),
        "future-opset": onnx_file([node("Relu", "input")], opset=9999),
        "cycle": onnx_file([node("Add", "input b", "a"), node("Neg", "a", "b"), node("Neg", "a")]),
        "dangling-input": onnx_file([node("Add", "input nowhere")]),
        "no-outputs": onnx_file([node("Relu", "input", "a")], scores=()),
        "two-outputs": onnx_file([node("Relu", "input"), node("Neg", "input", "b")], scores=("scores", "b")),
        "three-inputs": onnx_file([node("Relu", "input")], width=3),
        "three-scores": onnx_file([node("MatMul", "input weights")], [weights(np.eye(2, 3))]),
        "weights-do-not-fit": onnx_file([node("MatMul", "input weights")], [weights(np.eye(7))]),
        "nan-weights": onnx_file([node("MatMul", "input weights")], [weights(np.full((2, 2), np.nan))]),
        "whole-scores": onnx_file([node("Cast", "input", to=TensorProto.INT64)]),
        "huge-declared": onnx_file([node("Relu", "input")], width=FORGED),
        "huge-forged": forged(),
        "huge-answer": onnx_file(
            [
                node("ConstantOfShape", "shape", "zeros"),
                node("ReduceSum", "zeros", "zero", keepdims=0),
                node("Add", "input zero"),
            ],
            [weights([2**31, 2**29], "shape", np.int64)],
        ),
        "outside-above": external("../" * 20 + outside.lstrip("/")),
        "outside-absolute": external(outside),
        "outside-beside": external(Path(outside).name),
        "fails-on-noise": fails_on_noise(),
        "endless": endless(),
    }
    scripts = {
        "script-empty": b"",
        "script-truncated": GOOD_TORCHSCRIPT[: len(GOOD_TORCHSCRIPT) // 2],
        "script-no-archive": b"PK\x03\x04" + b"\0" * 100,
        "script-empty-archive": b"PK\x05\x06" + b"\0" * 18,
        "script-forged-size": forged_size(),
        "script-no-code": archive(in_record(".py", b"")),
        "script-bad-code": archive(in_record(".py", b"import os\nos.abort()\n")),
        "script-bad-pickle": archive(in_record("data.pkl", b"\x80\x02garbage")),
        "script-acting-pickle": archive(in_record("data.pkl", pickle.dumps(Marker(marker), protocol=2))),
        "script-plain-pickle": plain_pickle(marker),
        "script-zip-bomb": archive(in_record("constants.pkl", b"\0" * 2**26), deflate=True),
        "script-two-outputs": script(Pair()),
        "script-three-scores": script(ThreeScores()),
        "script-whole-scores": script(Whole()),
        "script-nan": script(NotANumber()),
        "script-two-inputs": script(TwoInputs()),
        "script-raises-on-noise": script(RaisesOnNoise()),
        "script-other-shape-on-noise": script(ScoreTooManyOnNoise()),
        "script-crashes": archive(nested),
    }
    return {
        **{name: ("onnx", data) for name, data in onnx_files.items()},
        **{name: ("torchscript", data) for name, data in scripts.items()},
    }
