"""Linear models of three inputs, in every runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from registry.manifest import ModelManifest, load_manifest
from scripts.export import Value, torchscript_bytes
from tests.support.model_folders import write_folder
from tests.support.toy_runtimes import onnx_linear

WEIGHTS = np.array([[-1, 1], [0, 0], [0, 0]], dtype=np.float32)
"""Class 1 where the first of three elements is above the bias."""


class Linear(torch.nn.Module):
    """The same scores in PyTorch; of their logarithm if asked for."""

    def __init__(self, weights: np.ndarray[tuple[int, int], np.dtype[np.float32]], bias: list[float]) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(*weights.shape)
        self.linear.weight.data = torch.from_numpy(weights.T.copy())
        self.linear.bias.data = torch.tensor(bias)
        self.logarithm = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.linear(x)
        return scores.log() if self.logarithm else scores


def model(
    root: Path,
    runtime: str,
    data: bytes | None = None,
    *,
    bias: tuple[float, float] = (0.0, 0.0),
    logarithm: bool = False,
    fields: dict[str, Value] | None = None,
    tables: dict[str, dict[str, Value]] | None = None,
) -> ModelManifest:
    """Write a linear model of three inputs and read its manifest."""
    if data is None and runtime == "onnx":
        data = onnx_linear(WEIGHTS, list(bias), logarithm=logarithm)
    elif data is None:
        module = Linear(WEIGHTS, list(bias))
        module.logarithm = logarithm
        data = torchscript_bytes(module)
    folder = write_folder(
        root,
        "toy",
        data,
        fields={"runtime": runtime, **(fields or {})},
        input_table={"kind": "tensor", "shape": [3], "low": -1.0, "high": 1.0},
        tables=tables,
    )
    return load_manifest(folder)
