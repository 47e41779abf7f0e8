"""A composed model computes what denoiser and classifier compute one after the other, in their own ranges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from importing import ImportOptions, Scale
from importing.composing.composition import compose_model
from importing.model_import import import_model
from registry import Registry
from tests.support.onnx_toys import CLASSES, SHAPE, classifier, denoised, denoiser, weights_of_classifier
from worker.runtimes.runtime_loading import load_runtime

MEAN, STD = (0.4, 0.5, 0.6), (0.2, 0.25, 0.3)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "classifier.onnx").write_bytes(classifier())
    directory = tmp_path / "models"
    directory.mkdir()
    return directory


def scores(models: Path, x: np.ndarray) -> np.ndarray:
    """What a worker computes."""
    runtime = load_runtime(Registry(models).get("robust"), "cpu", 1, len(x))
    return np.asarray(runtime.scores(x))


def noisy() -> np.ndarray:
    return np.random.default_rng(1).normal(0.5, 0.7, (64, *SHAPE)).astype(np.float32)


@pytest.mark.parametrize(
    ("scale", "normalised", "opset", "ir_version"),
    [
        (None, False, 18, 10),
        (Scale.UNIT, True, 18, 10),
        (Scale.SYMMETRIC, False, 11, 6),
        (Scale.SYMMETRIC, True, 21, 10),
        (Scale.BYTES, True, 18, 8),
    ],
)
def test_ranges_and_opsets_are_converted(
    models: Path, scale: Scale | None, *, normalised: bool, opset: int, ir_version: int
) -> None:
    file = models.parent / "denoiser.onnx"
    file.write_bytes(denoiser(opset, ir_version))
    statistics = (MEAN, STD) if normalised else (None, None)
    options = ImportOptions(name="robust", mean=statistics[0], std=statistics[1])
    compose_model(file, str(models.parent / "classifier.onnx"), options, models, scale, 0.5)
    low, high = scale.ends if scale else (0.0, 1.0)
    x = noisy()
    clean = (denoised(low + (high - low) * x.astype(np.float64)) - low) / (high - low)
    if normalised:
        clean = (clean - np.reshape(MEAN, (3, 1, 1))) / np.reshape(STD, (3, 1, 1))
    expected = clean.reshape(64, -1) @ weights_of_classifier()
    assert expected.shape == (64, CLASSES)
    np.testing.assert_allclose(scores(models, x), expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


def test_the_normalisation_of_a_model_moves_behind_the_denoiser(models: Path) -> None:
    file = models.parent / "denoiser.onnx"
    file.write_bytes(denoiser())
    given = ImportOptions(name="plain", mean=MEAN, std=STD)
    import_model(models.parent / "classifier.onnx", given, models)
    done = compose_model(file, "plain", ImportOptions(name="robust"), models, Scale.UNIT, 0.5)
    assert Registry(models).get("plain").normalisation is not None
    assert done.manifest.normalisation is None
    assert done.guesses == ()
    x = noisy()
    clean = (denoised(x) - np.reshape(MEAN, (3, 1, 1))) / np.reshape(STD, (3, 1, 1))
    np.testing.assert_allclose(
        scores(models, x), clean.reshape(64, -1) @ weights_of_classifier(), rtol=1e-3, atol=1e-3
    )
