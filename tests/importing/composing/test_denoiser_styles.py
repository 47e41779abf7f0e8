"""Denoisers of a fixed batch, in float16, or with their weights in another file are served."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from importing import ImportOptions, Scale
from importing.composing.composition import compose_model
from registry import Registry
from tests.support.onnx_toys import (
    SHAPE,
    classifier,
    denoised,
    fixed_denoiser,
    half_denoiser,
    weights_of_classifier,
    with_weights_at,
)
from worker.runtimes.runtime_loading import load_runtime

STYLES = {
    "one row": (fixed_denoiser(1), 1e-5, "the denoiser's batch, fixed at 1, was made free"),
    "four rows": (fixed_denoiser(4), 1e-5, "the denoiser's batch, fixed at 4, was made free"),
    "float16": (half_denoiser(), 3e-3, "of float16, are taken and given as float32"),
    "weights beside it": (with_weights_at("weights.bin"), 1e-5, "the denoiser d.onnx was put before it"),
}


@pytest.mark.parametrize("style", STYLES)
def test_the_composed_model_is_the_same_function(tmp_path: Path, style: str) -> None:
    data, tolerance, step = STYLES[style]
    (tmp_path / "d.onnx").write_bytes(data)
    (tmp_path / "weights.bin").write_bytes(np.array(0.5, np.float32).tobytes())
    (tmp_path / "c.onnx").write_bytes(classifier())
    options = ImportOptions(name="robust")
    compose_model(tmp_path / "d.onnx", str(tmp_path / "c.onnx"), options, tmp_path, Scale.UNIT, 0.25)
    manifest = Registry(tmp_path).get("robust")
    assert manifest.origin is not None
    assert step in "; ".join(manifest.origin.steps)
    x = np.random.default_rng(2).normal(0.5, 0.5, (64, *SHAPE)).astype(np.float32)
    scores = load_runtime(manifest, "cpu", 1, 64).scores(x)
    expected = denoised(x).reshape(64, -1) @ weights_of_classifier()
    assert np.abs(scores - expected).max() <= tolerance * np.abs(expected).max()
