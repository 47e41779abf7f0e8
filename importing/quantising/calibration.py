"""Noisy inputs from a folder of pictures: half to find the scales from, half to compare votes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importing.import_errors import ImportRefused
from importing.quantising.calibration_files import files_in, read_input
from registry import ModelManifest
from worker.runtimes.scores import Normaliser

LEAST: Final = 10
"""Fewest pictures. A choice: fewer say little of what a model sees."""
MOST: Final = 200
"""Most pictures that are read, evenly spread over the folder. A choice: ranges hardly grow with more."""
SEED: Final = 20261129
"""Seed of the noise, so that a model is quantised to the same file again."""


@dataclass(frozen=True)
class Pictures:
    """Inputs of a model, float32 of shape (pictures, *input shape): to calibrate with, and to compare on."""

    calibrating: NDArray[np.float32]
    comparing: NDArray[np.float32]


def read_pictures(folder: Path, manifest: ModelManifest) -> Pictures:
    """Read a folder's pictures, every second one for each use. Raises ImportRefused."""
    paths = files_in(folder, manifest.input)
    if len(paths) < LEAST:
        raise ImportRefused(f"--calibration: {folder} has {len(paths)} pictures; give {LEAST} or more")
    chosen = [paths[place] for place in np.linspace(0, len(paths) - 1, min(MOST, len(paths))).astype(int)]
    read = np.stack([read_input(path, manifest.input) for path in chosen])
    return Pictures(read[::2], read[1::2])


def noisy(
    inputs: NDArray[np.float32], sigma: float, rows: int, count: int, seed: int
) -> Iterator[NDArray[np.float32]]:
    """Yield batches of ``rows`` noisy copies of the inputs in turn, ``count`` copies or a few more in all."""
    generator = np.random.default_rng(seed)
    for first in range(0, count, rows):
        batch = inputs[np.arange(first, first + rows) % len(inputs)]
        yield batch + np.float32(sigma) * generator.standard_normal(batch.shape, dtype=np.float32)


def normalised(
    batches: Iterator[NDArray[np.float32]], manifest: ModelManifest
) -> Iterator[NDArray[np.float32]]:
    """Yield batches as a model's file gets them: after the manifest's normalisation."""
    normalise = Normaliser(manifest)
    for batch in batches:
        yield normalise(batch).copy()
