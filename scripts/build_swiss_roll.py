"""Train the two-dimensional Swiss Roll classifier and write it as ONNX.

    python -m scripts.build_swiss_roll MODELS_FOLDER

Data: two interleaved spirals in the square [-1, 1] x [-1, 1], made here; the second is the first turned by
half a turn. The setting of Figure 2 of "Tight Second-Order Certificates for Randomized Smoothing".
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from torch import nn

from scripts.export import onnx_bytes, write_model
from scripts.training import accuracy, prepare, train

SEED = 2
SIGMA = 0.05
"""A choice: a quarter of the distance between the arms of the two classes, 0.21 of input."""
POINTS = 4000
RADIUS = 4.5 * math.pi / 0.95
"""Angle at the outer end, scaled so that the spirals fill 95% of the square."""


def network() -> nn.Module:
    """Return a perceptron with two hidden layers of 64."""
    return nn.Sequential(
        nn.Linear(2, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 2),
    )


def spirals(points: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return points on the spirals, ``(points, 2)``, and their classes, in equal numbers."""
    labels = torch.arange(points) % 2
    angle = 1.5 * math.pi * (1 + 2 * torch.rand(points, generator=generator))
    turned = angle + math.pi * labels
    roll = torch.stack((angle * torch.cos(turned), angle * torch.sin(turned)), dim=1)
    return roll / RADIUS, labels


def main() -> None:
    """Train, measure and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder to write swiss-roll/ to")
    folder: Path = parser.parse_args().models
    generator = prepare(SEED)
    inputs, labels = spirals(POINTS, generator)
    net = network()
    train(net, inputs, labels, sigma=SIGMA, epochs=60, batch=64, rate=5e-3, generator=generator)
    fresh, classes = spirals(POINTS, generator)
    clean = accuracy(net, fresh, classes, sigma=0.0, draws=1, generator=generator)
    noisy = accuracy(net, fresh, classes, sigma=SIGMA, draws=20, generator=generator)
    print(f"fresh points: accuracy {clean:.3f}, under noise {noisy:.4f}")
    write_model(
        folder / "swiss-roll",
        "model.onnx",
        onnx_bytes(net, (2,)),
        {
            "description": "Two interleaved spirals in the plane; inputs are tensors of two coordinates. "
            f"On fresh points: {clean:.1%} right, {noisy:.1%} of their noisy copies at sigma {SIGMA}.",
            "runtime": "onnx",
            "labels": ["red", "blue"],
            "trained_sigma": SIGMA,
            "licence": "As this project",
            "source": "scripts/build_swiss_roll.py",
        },
        {"input": {"kind": "tensor", "shape": [2], "low": -1.0, "high": 1.0}},
    )


if __name__ == "__main__":
    main()
