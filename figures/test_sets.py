"""The test sets that are certified, as ``.npz`` files that ``certify dataset`` reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from scripts.build_swiss_roll import spirals
from scripts.mnist_digits import divided
from scripts.photographs import photographs
from scripts.principal_components import FILE, Components, averaged

MODELS: Final = Path(__file__).resolve().parent.parent / "models"
ROLL_SEED: Final = 11
ROLL_JITTER: Final = 0.02
"""Spread of the points about the spirals. A choice: a tenth of the distance between the classes."""


class TestSet(NamedTuple):
    """Inputs of shape (rows, ...), floats or 8-bit pixels, and their classes of shape (rows,) where known."""

    x: NDArray[np.float32] | NDArray[np.uint8]
    y: NDArray[np.int64] | None


def digits(rows: int) -> TestSet:
    """Return held-out digits of 28x28 pixels."""
    pixels, labels = _held_out(rows)
    return _of(pixels, labels)


def small_digits(rows: int) -> TestSet:
    """Return held-out digits of 7x7 pixels."""
    pixels, labels = _held_out(rows)
    return _of(averaged(pixels), labels)


def components(rows: int) -> TestSet:
    """Return the ten principal components of held-out digits of 7x7 pixels."""
    pixels, labels = _held_out(rows)
    return _of(Components.read(MODELS / "mnist-10pc-sigma0.25" / FILE).of(averaged(pixels)), labels)


def swiss_roll(rows: int) -> TestSet:
    """Return points about the two spirals of Figure 2, class 0 and class 1 in turns."""
    generator = torch.Generator().manual_seed(ROLL_SEED)
    points, labels = spirals(rows, generator)
    jitter = ROLL_JITTER * torch.randn(points.shape, generator=generator)
    return _of((points + jitter).clamp(-1.0, 1.0), labels)


def photos(rows: int) -> TestSet:
    """Return 224x224 pixels of the first photographs of scikit-image, as 8-bit colours, without classes."""
    return TestSet(photographs(rows), None)


def save(test_set: TestSet, path: Path) -> None:
    """Write a test set as a file that ``certify dataset`` reads."""
    if test_set.y is None:
        np.savez(path, x=test_set.x)
    else:
        np.savez(path, x=test_set.x, y=test_set.y)


MAKERS: Final[dict[str, Callable[[int], TestSet]]] = {
    "digits": digits,
    "small-digits": small_digits,
    "components": components,
    "swiss-roll": swiss_roll,
    "photos": photos,
}


def _held_out(rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    _, held = divided()
    if rows > len(held.labels):
        raise ValueError(f"{len(held.labels)} digits are held out, {rows} were asked for")
    return held.pixels[:rows], held.labels[:rows]


def _of(x: torch.Tensor, y: torch.Tensor) -> TestSet:
    return TestSet(x.numpy().astype(np.float32), y.numpy().astype(np.int64))
