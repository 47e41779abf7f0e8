"""Base classifiers with known answers, written into a models directory as TorchScript."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import torch


class HalfSpace(torch.nn.Module):
    """Class 1 where the first coordinate is positive, else class 0."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack((-x[:, 0], x[:, 0]), dim=1)


class SlowHalfSpace(torch.nn.Module):
    """The same function, taking some milliseconds a batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        ballast = torch.zeros(300, 300)
        for _ in range(8):
            ballast = torch.matmul(ballast, ballast)
        return torch.stack((-x[:, 0], x[:, 0]), dim=1) + ballast[0, 0]


class Raises(torch.nn.Module):
    """A model that fails on every batch."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[0] > 0:
            raise ValueError("this model never works")
        return x


class Hangs(torch.nn.Module):
    """A model that never answers."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        turns = 0
        while x.shape[0] > 0:
            turns += 1
        return x + turns


class Random(torch.nn.Module):
    """Votes that no input decides."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.rand(x.shape[0], 2)


class Drifts(torch.nn.Module):
    """The half-space, until after twenty batches its classes change places for good."""

    def __init__(self) -> None:
        super().__init__()
        self.batches = torch.nn.Parameter(torch.zeros(()), requires_grad=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.batches.add_(1)
        sign = 1.0 if bool(self.batches <= 20) else -1.0
        return torch.stack((-x[:, 0], x[:, 0]), dim=1) * sign


MODELS: dict[str, torch.nn.Module] = {
    "half-space": HalfSpace(),
    "slow-half-space": SlowHalfSpace(),
    "raises": Raises(),
    "hangs": Hangs(),
    "random": Random(),
    "drifts": Drifts(),
}


def write_models(directory: Path) -> dict[str, str]:
    """Write a folder for each of ``MODELS`` and return their weights' hashes."""
    return {name: _write_model(directory / name, module) for name, module in MODELS.items()}


def _write_model(folder: Path, module: torch.nn.Module) -> str:
    folder.mkdir(parents=True)
    weights = folder / "model.pt"
    with warnings.catch_warnings():
        # PyTorch advises torch.export; the service supports TorchScript files all the same.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(module).save(str(weights))  # type: ignore[no-untyped-call]  # untyped in PyTorch
    _leave_out_source_paths(weights)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    (folder / "model.toml").write_text(
        f"""
name = "{folder.name}"
description = "{type(module).__doc__}"
runtime = "torchscript"
file = "model.pt"
sha256 = "{digest}"
labels = ["negative", "positive"]
licence = "MIT"
source = "written by the tests"
batch_size = 256

[input]
kind = "tensor"
shape = [2]
low = -4.0
high = 4.0
"""
    )
    return digest


def _leave_out_source_paths(weights: Path) -> None:
    """Take away the paths of source files: a model's bytes, and so its noise, would depend on them."""
    reader = torch._C.PyTorchFileReader(str(weights))
    kept = {name: reader.get_record(name) for name in reader.get_all_records() if ".debug_pkl" not in name}
    del reader
    writer = torch._C.PyTorchFileWriter(str(weights))
    for name, content in kept.items():
        if name not in ("version", ".data/serialization_id", "byteorder"):
            writer.write_record(name, content, len(content))
    writer.write_end_of_file()
