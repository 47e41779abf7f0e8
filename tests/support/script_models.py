"""TorchScript models with options."""

from __future__ import annotations

from pathlib import Path

import torch

from registry.manifest import ModelManifest, load_manifest
from scripts.export import Value, torchscript_bytes
from tests.support.model_folders import TENSOR, write_folder


class AboveLimit(torch.nn.Module):
    """Class 1 where the first element is above 1.0001, in whatever precision it computes."""

    def __init__(self) -> None:
        super().__init__()
        self.limit = torch.nn.Parameter(torch.tensor(1.0001))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack((self.limit.expand(len(x)), x[:, 0]), dim=1)


def script(
    root: Path,
    module: torch.nn.Module,
    fields: dict[str, Value],
    table: dict[str, Value] | None = None,
) -> ModelManifest:
    """Write a TorchScript model with these options and read its manifest."""
    fields = {"runtime": "torchscript", "batch_size": 4, **fields}
    data = torchscript_bytes(module)
    return load_manifest(write_folder(root, "toy", data, fields=fields, input_table=table or TENSOR))
