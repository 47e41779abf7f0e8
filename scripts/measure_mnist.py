"""Measure the shipped MNIST classifiers on the held-out digits, as the workers run them.

    python -m scripts.measure_mnist MODELS_FOLDER

prints the rows of the table in docs/models.md: accuracy on the digits as they are, and on 20 noisy copies of
each. A model that was trained without noise is measured at sigma 0.25. Data: scripts/mnist_digits.py.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Final

import torch

from registry import ModelManifest, Registry
from scripts.mnist_digits import divided
from scripts.principal_components import FILE, Components, averaged
from scripts.training import Accuracies, accuracies, prepare
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime

PREFIX: Final = "mnist"
UNTRAINED_SIGMA: Final = 0.25
ROWS: Final = 1000


def reduced(manifest: ModelManifest, pixels: torch.Tensor) -> torch.Tensor:
    """Return digits of shape (digits, 1, 28, 28) as inputs of a model."""
    if manifest.input.kind == "tensor":
        return Components.read(manifest.folder / FILE).of(averaged(pixels))
    return pixels if manifest.input.shape == tuple(pixels.shape[1:]) else averaged(pixels)


def row(manifest: ModelManifest, found: Accuracies, sigma: float) -> str:
    """Return a model's row of the table."""
    trained = "none" if manifest.trained_sigma is None else f"{manifest.trained_sigma:g}"
    size = f"{manifest.weights.stat().st_size / 1000:.0f} kB"
    shares = f"{found.clean:.1%} | {found.noisy:.1%} at {sigma:g}"
    return f"| `{manifest.name}` | {manifest.d} | {trained} | {shares} | {size} |"


def _scores(runtime: Runtime, inputs: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(runtime.scores(inputs.numpy()))


def main() -> None:
    """Print a row for each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder with the shipped models")
    registry = Registry(parser.parse_args().models)
    prepare(0)
    _, held = divided()
    for name in registry.names():
        if name.startswith(PREFIX):
            manifest = registry.get(name)
            sigma = manifest.trained_sigma or UNTRAINED_SIGMA
            runtime = load_runtime(manifest, "cpu", 1, ROWS)
            found = accuracies(
                partial(_scores, runtime),
                reduced(manifest, held.pixels),
                held.labels,
                sigma,
            )
            print(row(manifest, found, sigma))


if __name__ == "__main__":
    main()
