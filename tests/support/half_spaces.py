"""The half-spaces of ``tests.support.models`` as ONNX files: workers that have no others import no PyTorch.

Its import takes each child of a worker seconds, and many tests start workers or kill their children.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from onnx import NodeProto, TensorProto, helper

from scripts.export import Value
from tests.support.model_folders import write_folder
from tests.support.onnx_toys import end, written

WIDTH: Final = 512
LAYERS: Final = 7
"""Of the slow model: as many units, and so many layers, take some milliseconds a batch."""
FIELDS: Final[dict[str, Value]] = {"labels": ["negative", "positive"], "batch_size": 256}
INPUT: Final[dict[str, Value]] = {"kind": "tensor", "shape": [2], "low": -4.0, "high": 4.0}


def write_half_spaces(directory: Path) -> None:
    """Write one that answers at once, one that takes milliseconds a batch, and one that never answers."""
    for name, nodes in (("half-space", _quick()), ("slow-half-space", _slow()), ("hangs", _endless())):
        weights = {
            "weights": np.array([[-1, 1], [0, 0]], np.float32),
            "spread": np.zeros((2, WIDTH), np.float32),
            "gather": np.zeros((WIDTH, 2), np.float32),
            "square": np.array([WIDTH, WIDTH]),
            "turns": np.array(np.iinfo(np.int64).max),
            "always": np.array(True),
        }
        used = {word for node in nodes for word in node.input}
        tensors = {word: values for word, values in weights.items() if word in used}
        data = written(nodes, [end("input", ("n", 2))], [end("scores", ("n", 2))], tensors)
        write_folder(directory, name, data, fields=FIELDS, input_table=INPUT)


def _quick(scores: str = "scores") -> list[NodeProto]:
    return [helper.make_node("MatMul", ["input", "weights"], [scores])]


def _slow() -> list[NodeProto]:
    """Add what comes through wide layers of zeros: nothing."""
    layers = [helper.make_node("MatMul", [f"wide {i}", "zeros"], [f"wide {i + 1}"]) for i in range(LAYERS)]
    return [
        *_quick("seen"),
        helper.make_node("ConstantOfShape", ["square"], ["zeros"]),
        helper.make_node("MatMul", ["input", "spread"], ["wide 0"]),
        *layers,
        helper.make_node("MatMul", [f"wide {LAYERS}", "gather"], ["nothing"]),
        helper.make_node("Add", ["seen", "nothing"], ["scores"]),
    ]


def _endless() -> list[NodeProto]:
    """Copy the scores again and again."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go on"], ["go on then"]),
            helper.make_node("Identity", ["state"], ["state then"]),
        ],
        "turn",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go on", TensorProto.BOOL, []),
            end("state", ("n", 2)),
        ],
        [helper.make_tensor_value_info("go on then", TensorProto.BOOL, []), end("state then", ("n", 2))],
    )
    return [*_quick("seen"), helper.make_node("Loop", ["turns", "always", "seen"], ["scores"], body=body)]
