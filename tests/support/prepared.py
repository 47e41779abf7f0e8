"""Whether pictures prepared by hints are the inputs that a library's own preprocessing gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from importing.hints.preprocessing import Hints
from registry import InputSpec, ModelManifest
from tests.support.resized import decoded
from worker.runtimes.scores import Normaliser


def assert_prepared(hints: Hints, picture: Image.Image, expected: Any, strays: float = 0.0) -> None:
    """Compare what the network gets of a picture, to one level of 255 before normalisation.

    ``strays``: share of the numbers that may differ by more.
    """
    shape = hints.shape
    assert shape is not None
    assert shape == expected.shape
    spec = hints.applied(shape)
    assert spec is not None
    given = normalised(hints, spec, decoded(picture, spec)[0])
    norm = hints.normalisation
    steps = [1.0] if norm is None else [norm.scale / each for each in norm.std]
    level = np.array(steps, np.float64)[:, np.newaxis, np.newaxis] / 255
    assert float((np.abs((given - expected) / level) > 1.01).mean()) <= strays


def normalised(hints: Hints, spec: InputSpec, array: Any) -> Any:
    """Return what the network gets, by the workers' own code."""
    fields: dict[str, Any] = {"input": spec, "normalisation": hints.normalisation}
    manifest = ModelManifest.model_construct(**fields)
    return Normaliser(manifest)(array[None])[0]
