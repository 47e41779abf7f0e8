"""The measured base classifiers: their folders, and the same weights as plain PyTorch modules."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import onnx
import onnx.numpy_helper
import torch
from torch import nn

from registry import ModelManifest
from scripts.build_mnist import network as mnist_network
from scripts.export import onnx_bytes, write_model

SHIPPED = Path(__file__).parent.parent / "models"
COMPARED = ("mnist", "cifar-resnet", "efficientnet-lite0")
NAMES = (*COMPARED, "resnet50")
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


class Bottleneck(nn.Module):
    """A 3x3 convolution between two of 1x1, with a shortcut (He et al., 2016)."""

    def __init__(self, channels_in: int, width: int, stride: int) -> None:
        super().__init__()
        channels = 4 * width
        self.body = nn.Sequential(
            *_convolution(channels_in, width, 1, 1),
            nn.ReLU(),
            *_convolution(width, width, 3, stride),
            nn.ReLU(),
            *_convolution(width, channels, 1, 1),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(*_convolution(channels_in, channels, 1, stride))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return features of shape ``(b, 4 width, h / stride, w / stride)``."""
        return torch.relu(self.body(x) + self.shortcut(x))


def _convolution(channels_in: int, channels: int, kernel: int, stride: int) -> tuple[nn.Module, nn.Module]:
    """Return a convolution and its batch normalisation."""
    return nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(channels)


def resnet50() -> nn.Module:
    """Return a ResNet-50 for 3x224x224 inputs and 1,000 classes with seeded random weights."""
    torch.manual_seed(WEIGHTS_SEED)
    layers: list[nn.Module] = [*_convolution(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for width, blocks, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for index in range(blocks):
            layers.append(Bottleneck(channels, width, stride if index == 0 else 1))
            channels = 4 * width
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000)]
    return nn.Sequential(*layers).eval()


RANDOM: dict[str, tuple[Callable[[], nn.Module], tuple[int, int, int], int]] = {
    "cifar-resnet": (resnet20, (3, 32, 32), 10),
    "resnet50": (resnet50, (3, 224, 224), 1000),
}
"""Networks with random weights, for timing only: constructor, shape of an input, number of classes."""


def prepare(models: Path, name: str) -> None:
    """Put the folder of a model into ``models``; raises ModelMissing, which says how to get it."""
    if name in RANDOM:
        _write_random(models / name)
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
        self.mean: torch.Tensor | None
        self.std: torch.Tensor | None
        # Buffers, so that they take on the precision of the module.
        self.register_buffer("mean", None if norm is None else torch.tensor(norm.mean).reshape(shape))
        self.register_buffer("std", None if norm is None else torch.tensor(norm.std).reshape(shape))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return ``(x - mean) / std``."""
        return x if self.mean is None or self.std is None else (x - self.mean) / self.std


def _network(manifest: ModelManifest) -> nn.Module:
    if manifest.name in RANDOM:
        return RANDOM[manifest.name][0]()
    match manifest.name:
        case "mnist":
            net = mnist_network()
            tensors = onnx.load(manifest.weights).graph.initializer
            weights = {tensor.name: torch.tensor(onnx.numpy_helper.to_array(tensor)) for tensor in tensors}
            net.load_state_dict({name: weights[name] for name in net.state_dict()})
            return net
        case "efficientnet-lite0":
            from scripts.export_efficientnet_lite0 import network  # noqa: PLC0415 - its packages are optional

            return network()
        case _:
            raise ModelMissing(f"{manifest.name} has no eager form in benchmarks/networks.py")


def _write_random(folder: Path) -> None:
    make, shape, classes = RANDOM[folder.name]
    write_model(
        folder,
        "model.onnx",
        onnx_bytes(make(), shape),
        {
            "description": "Random weights, for timing alone",
            "runtime": "onnx",
            "labels": [f"class {index}" for index in range(classes)],
            "trained_sigma": 0.25,
            "licence": "as this project",
            "source": "benchmarks/networks.py",
        },
        {"input": {"kind": "tensor", "shape": list(shape), "low": 0.0, "high": 1.0}},
    )
