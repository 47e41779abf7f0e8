"""Quantise a model to int8 as a model of its own, and say how its votes and its speed differ."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importing.draft import Draft
from importing.equality import Comparison, answers, largest_difference
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.load_checks import Cost, cost, loaded
from importing.manifest_drafting import model_name
from importing.model_drafts import draft_of_model
from importing.model_folder_writing import free_place
from importing.model_import import Imported, write_model
from importing.quantising.calibration import SEED, noisy, normalised, read_pictures
from importing.quantising.int8_file import quantised
from registry import ModelManifest, Registry
from registry.manifest import NoisyVotes
from worker.loading import LoadedModel
from worker.runtimes.runtime import Runtime

CALIBRATED: Final = 200
"""Noisy inputs that the scales are found from. A choice, as many as the tool's examples use or more."""
COMPARED: Final = 1000
"""Votes that are compared, or a few more. A choice: a share of 98 % then has a standard error of 0.4 %."""
CALIBRATION_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Quantised:
    """A quantised model that was written, and what the original costs."""

    written: Imported
    before: Cost


def quantise_model(
    name: str,
    folder: Path,
    models: Path,
    new_name: str | None = None,
    sigma: float | None = None,
    *,
    seven_bits: bool = False,
    replacing: bool = False,
) -> Quantised:
    """Write a model of ``models``, quantised, beside it as ``new_name``; None: its name and ``-int8``.

    ``folder``: pictures (.npy files for tensor models) to calibrate with. ``sigma``: standard deviation of
    the noise to calibrate and compare under; None: that of the model's manifest. ``seven_bits``: as in
    ``quantised``. Raises ImportRefused, and then nothing was written.
    """
    target = model_name(Path(name), ImportOptions(name=new_name or f"{name}-int8"))
    if target == name:
        raise ImportRefused(f"--name: {name} is the model itself; a quantised model is another model")
    free_place(models, target, replacing=replacing)
    draft = draft_of_model(models, name)
    manifest = Registry(models).get(name)
    if sigma is not None and not 0 < sigma < math.inf:
        raise ImportRefused(f"--sigma: {sigma:g} is no noise; give a number above 0, in units of the input")
    under = manifest.trained_sigma if sigma is None else sigma
    if under is None:
        raise ImportRefused(
            f"{name} was trained without noise: give the noise that it will be certified at with --sigma"
        )
    pictures = read_pictures(folder, manifest)
    given = normalised(noisy(pictures.calibrating, under, CALIBRATION_ROWS, CALIBRATED, SEED), manifest)
    made = quantised(draft.data, given, name, seven_bits=seven_bits)
    bits = 7 if seven_bits else 8
    step = (
        f"weights were quantised to {bits} bits, activations to 8, calibrated under noise of sigma {under:g}"
    )
    original = loaded(manifest)

    def examined(draft: Draft, manifest: ModelManifest, runtime: Runtime, rows: int) -> Comparison:
        scores = answers(draft, manifest, runtime, rows)
        found = _noisy_votes(original, runtime, pictures.comparing, under)
        return Comparison(len(scores[0]), largest_difference(*scores), 0.0, 0, found)

    written = write_model(
        replace(
            draft,
            file="model.onnx",
            data=made,
            description=f"{name}, quantised to 8 bits.",
            source=f"certify-models quantise {name}",
            steps=(step,),
        ),
        target,
        models,
        replacing=replacing,
        examine=examined,
    )
    return Quantised(written, cost(original))


def _noisy_votes(
    original: LoadedModel, runtime: Runtime, inputs: NDArray[np.float32], sigma: float
) -> NoisyVotes:
    """Compare the votes of both models on the same noisy copies of inputs."""
    rows, votes, equal = original.runtime.rows or 2, 0, 0
    for batch in noisy(inputs, sigma, rows, COMPARED, SEED + 1):
        equal += int((original.runtime.votes(batch) == runtime.votes(batch)).sum())
        votes += rows
    return NoisyVotes(sigma=sigma, votes=votes, equal=equal)
