"""Train a denoiser of digits, and write it with the classifier that it makes certifiable.

    python -m scripts.build_denoiser MODELS_FOLDER

``mnist-denoised/denoiser.onnx`` maps a noisy digit to a clean one. ``certify-models compose`` puts it before
``mnist-plain``, which was trained without noise (Salman, Sun, Yang, Kapoor and Kolter, "Denoised Smoothing",
2020). Data: scripts/mnist_digits.py.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Final

import torch
from torch import nn

from importing import ImportOptions, Scale
from importing.composing.composition import compose_model
from registry import Registry
from scripts.export import onnx_bytes
from scripts.mnist_digits import LICENCE, SHAPE, divided, shifted
from scripts.training import fit, measured, prepare
from worker.runtimes.runtime_loading import load_runtime

SEED: Final = 11
SIGMAS: Final = (0.0, 0.6)
"""The denoiser sees noise of every standard deviation between these, drawn for each digit."""
SIGMA: Final = 0.25
CLASSIFIER: Final = "mnist-plain"
NAME: Final = "mnist-denoised"
FILE: Final = "denoiser.onnx"


class Denoiser(nn.Module):
    """Map noisy digits, shape (rows, 1, 28, 28), to digits in [0, 1] of that shape.

    It works at half the resolution, which quarters its cost.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=4, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, kernel_size=4, stride=2, padding=1),
            nn.Sigmoid(),
        )

    def forward(self, noisy: torch.Tensor) -> torch.Tensor:
        """Return the digits without the noise."""
        digits: torch.Tensor = self.layers(noisy)
        return digits


def trained(pixels: torch.Tensor, generator: torch.Generator) -> Denoiser:
    """Return a denoiser that was trained to the least mean square error."""
    net = Denoiser()
    low, high = SIGMAS

    def loss(rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        clean = shifted(pixels[rows], generator)
        sigmas = low + (high - low) * torch.rand(len(rows), 1, 1, 1, generator=generator)
        noisy = clean + sigmas * torch.randn(clean.shape, generator=generator)
        return nn.functional.mse_loss(net(noisy), clean)

    fit(net, len(pixels), loss, epochs=40, batch=64, rate=3e-3, generator=generator)
    return net


def main() -> None:
    """Train the denoiser, measure it before the classifier, and write both as one model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("models", type=Path, help="folder with mnist-plain/, to write mnist-denoised/ to")
    folder: Path = parser.parse_args().models
    generator = prepare(SEED)
    train_on, held = divided()
    denoiser = trained(train_on.pixels, generator)
    plain = load_runtime(Registry(folder).get(CLASSIFIER), "cpu", 1, len(held.labels))
    with torch.no_grad():
        facts = measured(
            lambda x: torch.from_numpy(plain.scores(denoiser(x).numpy())),
            held.pixels,
            held.labels,
            sigma=SIGMA,
        )
    options = ImportOptions(
        name=NAME,
        description=f"{CLASSIFIER} behind {FILE}, a denoiser trained on the same digits with noise up to "
        f"sigma {SIGMAS[1]}. {facts}",
        licence=LICENCE,
        source="scripts/build_denoiser.py and scripts/build_plain_mnist.py",
    )
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / FILE
        file.write_bytes(onnx_bytes(denoiser, SHAPE))
        compose_model(file, CLASSIFIER, options, folder, Scale.UNIT, SIGMA, replacing=True)
        (folder / NAME / FILE).write_bytes(file.read_bytes())
    print(f"wrote {folder / NAME}: {facts}")


if __name__ == "__main__":
    main()
