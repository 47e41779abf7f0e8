"""The base classifiers measured: their folders, and the same weights as plain PyTorch modules."""

from __future__ import annotations

import shutil
from pathlib import Path

import onnx
import onnx.numpy_helper
import torch
from torch import nn

from models import ModelManifest
from scripts.build_mnist import network as mnist_network
from scripts.export import onnx_bytes, write_model

SHIPPED = Path(__file__).parent.parent / "models"
NAMES = ("mnist", "cifar-resnet", "efficientnet-lite0")
WEIGHTS_SEED = 20


class ModelMissing(Exception):
    """A model cannot be measured because its files are not there."""


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a shortcut (He et al., 2016)."""

    def __init__(self, channels_in: int, channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of shape ``(b, channels, h / stride, w / stride)``."""
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet20() -> nn.Module:
    """Return a ResNet-20 for 3x32x32 inputs and 10 classes with seeded random weights."""
    torch.manual_seed(WEIGHTS_SEED)
    layers: list[nn.Module] = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    width = 16
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        for index in range(3):
            layers.append(BasicBlock(width, channels, stride if index == 0 else 1))
            width = channels
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*layers).eval()


def prepare(models: Path, name: str) -> None:
    """Put the folder of a model into ``models``; raises ModelMissing, which says how to get it."""
    if name == "cifar-resnet":
        _write_resnet(models / name)
        return
    if not (SHIPPED / name / "model.toml").exists():
        raise ModelMissing(f"models/{name} is not there: run 'make {name}' first")
    shutil.copytree(SHIPPED / name, models / name)


def eager(manifest: ModelManifest) -> nn.Module:
    """Return a model as a plain PyTorch module on inputs in the model's own input space."""
    return nn.Sequential(Normalise(manifest), _network(manifest)).eval()


class Normalise(nn.Module):
    """The normalisation that a manifest states, if any."""

    def __init__(self, manifest: ModelManifest) -> None:
        super().__init__()
        norm = manifest.normalisation
        shape = (-1, *(1 for _ in manifest.input.shape[1:]))
        self.mean = None if norm is None else torch.tensor(norm.mean).reshape(shape)
        self.std = None if norm is None else torch.tensor(norm.std).reshape(shape)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``(x - mean) / std``."""
        return x if self.mean is None or self.std is None else (x - self.mean) / self.std


def _network(manifest: ModelManifest) -> nn.Module:
    match manifest.name:
        case "mnist":
            net = mnist_network()
            tensors = onnx.load(manifest.weights).graph.initializer
            weights = {tensor.name: torch.tensor(onnx.numpy_helper.to_array(tensor)) for tensor in tensors}
            net.load_state_dict({name: weights[name] for name in net.state_dict()})
            return net
        case "cifar-resnet":
            return resnet20()
        case "efficientnet-lite0":
            from scripts.export_efficientnet_lite0 import network  # noqa: PLC0415 - its packages are optional

            return network()
        case _:
            raise ModelMissing(f"{manifest.name} has no eager form in benchmarks/networks.py")


def _write_resnet(folder: Path) -> None:
    write_model(
        folder,
        "model.onnx",
        onnx_bytes(resnet20(), (3, 32, 32)),
        {
            "description": "ResNet-20 with random weights, for timing alone",
            "runtime": "onnx",
            "labels": [f"class {index}" for index in range(10)],
            "trained_sigma": 0.25,
            "licence": "as this project",
            "source": "benchmarks/networks.py",
        },
        {"input": {"kind": "tensor", "shape": [3, 32, 32], "low": 0.0, "high": 1.0}},
    )
