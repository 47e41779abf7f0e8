"""The task that a contender is given, and the contender once it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from certificates import Certifier
from jobs.plan import Device
from registry import ModelManifest

SEED = 2020


@dataclass(frozen=True, slots=True)
class Setup:
    """The task of a contender. The parent process makes it and passes it on as JSON."""

    contender: str
    models: Path
    model: str
    certifier: Certifier
    sigma: float
    threads: int
    batch: int | None = None
    device: Device = "cpu"


@dataclass(frozen=True, slots=True)
class Contender:
    """``draw(n)`` evaluates the classifier on at least ``n`` noisy copies and returns how many it did."""

    draw: Callable[[int], int]
    batch: int
    least: int = 1
    """Fewest samples that one call should be asked for."""


def example(manifest: ModelManifest) -> NDArray[np.float32]:
    """Return an input in the middle of the model's scale with a bright bar down its middle."""
    spec = manifest.input
    x = np.full(spec.shape, spec.low, dtype=np.float32)
    middle, width = spec.shape[-1] // 2, max(1, spec.shape[-1] // 12)
    x[..., spec.shape[-2] // 6 : -(spec.shape[-2] // 6), middle - width : middle + width] = spec.high
    return x
