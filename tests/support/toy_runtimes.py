"""Toy base classifiers with known answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from jobs.plan import Computation
from worker.array_memory import HostMemory
from worker.runtimes.runtime import PassByPass

COMPUTATION = Computation(
    name="torchscript",
    version="0",
    provider="toy",
    precision="float32",
    rows=2,
    threads=1,
)
Floats = NDArray[np.float32]
Votes = NDArray[np.int64]


class OneHot(PassByPass):
    """Scores that only say which class is voted for."""

    memory = HostMemory()
    classes: int

    def scores(self, batch: Floats) -> Floats:
        return np.eye(self.classes, dtype=np.float32)[self.votes(batch)]


@dataclass
class HalfSpace(OneHot):
    """Class 1 where the first element is above ``threshold``; keeps what it was shown."""

    threshold: float = 0.0
    computation: Computation = COMPUTATION
    classes: int = 2
    rows: int | None = None
    shapes: set[tuple[int, ...]] = field(default_factory=set)
    addresses: set[int] = field(default_factory=set)

    def votes(self, batch: Floats) -> Votes:
        self.shapes.add(tuple(batch.shape))
        self.addresses.add(batch.ctypes.data)
        return (batch.reshape(len(batch), -1)[:, 0] > self.threshold).astype(np.int64)


@dataclass
class Recorder(OneHot):
    """Always class 0; keeps a copy of every batch."""

    computation: Computation = COMPUTATION
    classes: int = 4
    rows: int | None = None
    batches: list[Floats] = field(default_factory=list)

    def votes(self, batch: Floats) -> Votes:
        self.batches.append(batch.copy())
        return np.zeros(len(batch), np.int64)


@dataclass
class Bands(OneHot):
    """Class by the first element, cut at -0.1, 0 and 0.2."""

    computation: Computation = COMPUTATION
    classes: int = 4
    rows: int | None = None

    def votes(self, batch: Floats) -> Votes:
        cuts = np.array([-0.1, 0.0, 0.2], np.float32)
        return np.searchsorted(cuts, batch.reshape(len(batch), -1)[:, 0])


def onnx_linear(
    weights: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    bias: list[float],
    *,
    batch: int | str = "batch",
    logarithm: bool = False,
    outputs: int = 1,
    kind: int = TensorProto.FLOAT,
) -> bytes:
    """An ONNX file: scores = input @ weights + bias, of their logarithm if asked for (NaN below 0)."""
    d, classes = weights.shape
    tables = [
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.array(bias, dtype=np.float32), "bias"),
    ]
    nodes = [
        helper.make_node("Gemm", ["input", "weights", "bias"], ["linear"]),
        helper.make_node("Log" if logarithm else "Identity", ["linear"], ["scores"]),
    ]
    results = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [batch, classes])]
    if outputs == 2:
        results.append(helper.make_tensor_value_info("linear", TensorProto.FLOAT, [batch, classes]))
    entry = helper.make_tensor_value_info("input", kind, [batch, d])
    graph = helper.make_graph(nodes, "toy", [entry], results, tables)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    if kind == TensorProto.FLOAT:
        onnx.checker.check_model(model)
    data: bytes = model.SerializeToString()
    return data
