"""Train the small MNIST classifiers of the paper's experiments at three sigmas, and write them as ONNX.

    python -m scripts.build_small_mnist MODELS_FOLDER

``mnist-7x7-sigmaS``: digits averaged over blocks of 4x4 pixels, d = 49. ``mnist-10pc-sigmaS``: the first ten
principal components of these, d = 10, as tensors. The settings of section 5 and appendix B.2 of "Tight
Second-Order Certificates for Randomized Smoothing"; reduction and networks as in the code that its authors
published (https://github.com/alevine0/smoothing_second_order). Data: scripts/mnist_digits.py.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import nn

from scripts.export import Value, onnx_bytes, write_model
from scripts.mnist_digits import IMAGE_INPUT, LABELS, LICENCE, Digits, divided, shifted
from scripts.principal_components import FILE, Components, averaged
from scripts.training import Augment, measured, prepare, train

SEED: Final = 7
SIGMAS: Final = (0.12, 0.25, 0.5)
EPOCHS: Final = 60


@dataclass(frozen=True)
class Reduced:
    """One of the two reductions of a digit: what it is called, and how a model of it is trained.

    ``shape`` is that of one reduced digit; ``tables`` and ``words`` go to the manifest.
    """

    name: str
    words: str
    shape: tuple[int, ...]
    network: nn.Module
    reduce: Augment
    tables: dict[str, dict[str, Value]]


def averaged_network() -> nn.Module:
    """Return the network for 7x7 pixels in [0, 1]; 15,530 parameters."""
    return nn.Sequential(
        nn.Conv2d(1, 4, kernel_size=2),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(4 * 6 * 6, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )


def components_network() -> nn.Module:
    """Return the network for ten components; 12,210 parameters."""
    return nn.Sequential(
        nn.Linear(10, 100),
        nn.ReLU(),
        nn.Linear(100, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )


def reductions(components: Components) -> list[Reduced]:
    """Return both reductions, with untrained networks."""
    low, high = components.range()
    pixels = IMAGE_INPUT | {"shape": [1, 7, 7]}
    tensor: dict[str, Value] = {"kind": "tensor", "shape": [10], "low": low, "high": high}
    resize: dict[str, Value] = {"method": "shorter_side_center_crop", "filter": "box"}
    return [
        Reduced(
            "mnist-7x7",
            "Small CNN for handwritten digits of 7x7 pixels (d = 49)",
            (1, 7, 7),
            averaged_network(),
            lambda pixels, _: averaged(pixels),
            {"input": pixels, "input.resize": resize},
        ),
        Reduced(
            "mnist-10pc",
            f"Perceptron for ten principal components of digits of 7x7 pixels (d = 10; {FILE} has them)",
            (10,),
            components_network(),
            lambda pixels, _: components.of(averaged(pixels)),
            {"input": tensor},
        ),
    ]


def build(reduced: Reduced, sigma: float, train_on: Digits, held: Digits, folder: Path) -> None:
    """Train one model, measure it on the held-out digits, and write its folder."""
    train(
        reduced.network,
        train_on.pixels,
        train_on.labels,
        sigma=sigma,
        epochs=EPOCHS,
        batch=64,
        rate=3e-3,
        generator=torch.Generator().manual_seed(SEED),
        augment=lambda pixels, generator: reduced.reduce(shifted(pixels, generator), generator),
    )
    inputs = reduced.reduce(held.pixels, torch.Generator())
    facts = measured(reduced.network, inputs, held.labels, sigma=sigma)
    write_model(
        folder,
        "model.onnx",
        onnx_bytes(reduced.network, reduced.shape),
        {
            "description": f"{reduced.words}, trained with noise on {len(train_on.labels)} MNIST digits. "
            f"{facts}",
            "runtime": "onnx",
            "labels": LABELS,
            "trained_sigma": sigma,
            "licence": LICENCE,
            "source": "scripts/build_small_mnist.py",
        },
        reduced.tables,
    )


def main() -> None:
    """Train and write six models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder to write six model folders to")
    folder: Path = parser.parse_args().models
    train_on, held = divided()
    components = Components.fitted(averaged(train_on.pixels))
    for sigma in SIGMAS:
        prepare(SEED)  # the same initial weights at each sigma
        for reduced in reductions(components):
            target = folder / f"{reduced.name}-sigma{sigma}"
            build(reduced, sigma, train_on, held, target)
            if reduced.tables["input"]["kind"] == "tensor":
                np.save(target / FILE, components.table())


if __name__ == "__main__":
    main()
