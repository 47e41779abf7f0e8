"""Reduce digits to 7x7 pixels, and these to their first ten principal components.

    python -m scripts.principal_components IMAGE TENSOR.npy

writes the ten components of a 28x28 grey image as a file that ``certify`` takes for the models
``mnist-10pc-...``. The components are those of the digits that the models were trained on, without whitening:
orthonormal directions, so that a change of the 7x7 image changes the components by no more (L2).
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import torch
from PIL import Image

SIDE: Final = 28
BLOCK: Final = 4
"""Side of the blocks of pixels that are averaged: 28 / 4 = 7."""
COUNT: Final = 10
FILE: Final = "components.npy"
"""In a model's folder: float32 of shape (11, 49). Row 0 is the mean of the digits trained on, rows 1 to 10
are the directions, by falling variance."""
MODEL: Final = Path(__file__).resolve().parent.parent / "models" / "mnist-10pc-sigma0.25"


@dataclass(frozen=True)
class Components:
    """The mean of digits of 7x7 pixels, shape (49,), and their first principal directions, shape (10, 49)."""

    mean: torch.Tensor
    directions: torch.Tensor

    @classmethod
    def fitted(cls, averages: torch.Tensor) -> Self:
        """Return the components of digits of shape (digits, 1, 7, 7).

        The sign of a direction is arbitrary; its largest entry by size is made positive.
        """
        rows = averages.flatten(1).double()
        mean = rows.mean(dim=0)
        directions = torch.linalg.svd(rows - mean, full_matrices=False).Vh[:COUNT]
        largest = directions.gather(1, directions.abs().argmax(dim=1, keepdim=True))
        return cls(mean.float(), (directions * largest.sign()).float())

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what ``table`` gave."""
        table = torch.from_numpy(np.load(path))
        return cls(table[0], table[1:])

    def table(self) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Return mean and directions as one array of shape (11, 49)."""
        return torch.cat((self.mean[None], self.directions)).numpy()

    def of(self, averages: torch.Tensor) -> torch.Tensor:
        """Return the components of digits of shape (digits, 1, 7, 7); shape (digits, 10)."""
        return (averages.flatten(1) - self.mean) @ self.directions.T

    def range(self) -> tuple[float, float]:
        """Return whole numbers between which every component of every image with pixels in [0, 1] lies."""
        highest = (self.directions.clamp(min=0).sum(1) - self.directions @ self.mean).max()
        lowest = (self.directions.clamp(max=0).sum(1) - self.directions @ self.mean).min()
        return float(math.floor(lowest)), float(math.ceil(highest))


def averaged(pixels: torch.Tensor) -> torch.Tensor:
    """Return the means of blocks of 4x4 pixels: shape (digits, 1, 28, 28) to (digits, 1, 7, 7)."""
    return torch.nn.functional.avg_pool2d(pixels, BLOCK)


def main() -> None:
    """Write the components of one image."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("image", type=Path, help="a grey image of 28x28 pixels, such as examples/digit-7.png")
    parser.add_argument("tensor", type=Path, help="the .npy file to write")
    parser.add_argument("--model", type=Path, default=MODEL, help="folder of a model (default: %(default)s)")
    given = parser.parse_args()
    with Image.open(given.image) as image:
        grey = np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)
    if grey.shape != (SIDE, SIDE):
        raise SystemExit(f"{given.image} is {grey.shape[1]}x{grey.shape[0]} pixels; give one of 28x28")
    averages = averaged(torch.from_numpy(grey)[None, None])
    np.save(given.tensor, Components.read(given.model / FILE).of(averages)[0].numpy())


if __name__ == "__main__":
    main()
