"""Compare the scores of a written model with those of the original file on random inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importing.draft import Draft
from importing.import_errors import ImportRefused
from registry import ModelManifest
from registry.manifest import NoisyVotes
from worker.runtimes.runtime import Runtime
from worker.runtimes.scores import Normaliser

ROWS: Final = 32
"""Inputs that are compared. A choice: the original may have to be run on each of them alone."""
SEED: Final = 20260112
"""Seed of the inputs, so that two imports of one file compare the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was compared: ``rows`` inputs. Differences are shares of the largest score.

    ``noisy_votes``: of a model that need not be equal to its original.
    """

    rows: int
    largest_difference: float
    tolerance: float
    near_ties: int
    noisy_votes: NoisyVotes | None = None


Examine = Callable[[Draft, ModelManifest, Runtime, int], Comparison]
"""Compares a written model, in passes of a number of rows, with its original."""


def compare(draft: Draft, manifest: ModelManifest, runtime: Runtime, rows: int) -> Comparison:
    """Compare a written model, in passes of ``rows`` rows, with its original.

    Scores may differ by the draft's tolerance times the largest score. Votes must be equal, but for
    near-ties: rows whose two largest original scores lie within twice that of each other. Raises
    ImportRefused if not, or if the original's scores are not numbers.
    """
    return _judged(draft, *answers(draft, manifest, runtime, rows))


def answers(
    draft: Draft, manifest: ModelManifest, runtime: Runtime, rows: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the scores of the original and of the written model for random inputs, (ROWS, classes) each.

    Raises ImportRefused if they differ in shape or the original's are not numbers.
    """
    inputs = random_inputs(manifest, whole_pixels=draft.whole_pixels)
    normalise = Normaliser(manifest)
    written = np.concatenate([_scores(runtime, part, rows) for part in _passes(inputs, rows)])
    given = normalise(inputs).copy()
    original = np.asarray(draft.original_scores(given), np.float64)
    if original.shape != written.shape:
        raise ImportRefused(
            f"{draft.original.name}: the original gives scores of shape {original.shape} for {len(inputs)} "
            "inputs, "
            f"the rewritten file {written.shape}"
        )
    if not np.isfinite(original).all():
        raise ImportRefused(
            f"{draft.original.name}: scores of random inputs are not finite numbers: check the file's "
            "weights, "
            "and --mean, --std and --scale"
        )
    return original, written


def largest_difference(original: NDArray[np.float64], written: NDArray[np.float64]) -> float:
    """Return the largest difference of two tables of scores, as a share of the original's largest score."""
    return float(np.abs(original - written).max()) / _largest(original)


def _largest(scores: NDArray[np.float64]) -> float:
    return max(float(np.abs(scores).max()), float(np.finfo(np.float32).tiny))


def random_inputs(manifest: ModelManifest, *, whole_pixels: bool = False) -> NDArray[np.float32]:
    """Return inputs in the model's scale, float32 of shape (ROWS, *input shape): coarse patches and noise.

    With ``whole_pixels`` they are multiples of 1/255 of the scale.
    """
    generator = np.random.default_rng(SEED)
    shape = manifest.input.shape
    share = generator.random((ROWS, *shape), dtype=np.float32)
    if len(shape) == 3:
        cells = (ROWS, shape[0], -(-shape[1] // 8), -(-shape[2] // 8))
        patches = generator.random(cells, dtype=np.float32).repeat(8, axis=2).repeat(8, axis=3)
        share[::2] = 0.8 * patches[::2, :, : shape[1], : shape[2]] + 0.2 * share[::2]
    if whole_pixels:
        share = np.divide(np.rint(share * 255), 255, dtype=np.float32)
    low, high = manifest.input.scale
    inputs: NDArray[np.float32] = np.ascontiguousarray(low + (high - low) * share, np.float32)
    return inputs


def _passes(inputs: NDArray[np.float32], rows: int) -> list[NDArray[np.float32]]:
    return [inputs[start : start + rows] for start in range(0, len(inputs), rows)]


def _scores(runtime: Runtime, part: NDArray[np.float32], rows: int) -> NDArray[np.float64]:
    """Return the scores of up to ``rows`` inputs, computed in a pass of exactly as many."""
    whole = np.resize(part, (rows, *part.shape[1:]))
    scores = runtime.scores(np.ascontiguousarray(whole))
    return np.asarray(scores[: len(part)], np.float64)


def _judged(draft: Draft, original: NDArray[np.float64], written: NDArray[np.float64]) -> Comparison:
    largest, difference = _largest(original), largest_difference(original, written)
    sorted_scores = np.sort(original, axis=1)
    near = sorted_scores[:, -1] - sorted_scores[:, -2] <= 2 * draft.tolerance * largest
    other = original.argmax(axis=1) != written.argmax(axis=1)
    if not difference <= draft.tolerance or bool((other & ~near).any()):
        raise ImportRefused(
            f"{draft.original.name}: the rewritten file is not equal to the original: on {len(original)} "
            "random "
            f"inputs scores differ by up to {difference:.2g} of the largest (accepted: "
            f"{draft.tolerance:g}), and "
            f"{int(other.sum())} votes. Nothing was written; export it in the form that docs/models.md "
            "describes"
        )
    return Comparison(len(original), difference, draft.tolerance, int((other & near).sum()))
