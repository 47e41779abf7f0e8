"""Every style of export becomes a model that workers run, with the scores of the original."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from importing import ImportOptions
from importing.model_import import import_model
from registry import ModelManifest
from tests.support.onnx_styles import CLASSES, SHAPE, STYLES, truth
from worker.runtimes.runtime_loading import load_runtime

LOOSE = {"bfloat16": 0.05, "float16": 0.01, "static quantisation": 0.2}
"""Tolerances of styles that round; the others: 1e-4 of the largest score."""


def scores(
    manifest: ModelManifest, images: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    found: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = load_runtime(
        manifest, "cpu", 1, len(images)
    ).scores(images)
    return found


@pytest.mark.parametrize("style", STYLES)
def test_it_is_served(style: str, tmp_path: Path) -> None:
    make, step = STYLES[style]
    path, models = tmp_path / "net.onnx", tmp_path / "models"
    models.mkdir()
    onnx.save_model(make(), path)
    done = import_model(path, ImportOptions(), models)
    manifest = done.manifest
    assert manifest.origin is not None
    assert step in " | ".join(manifest.origin.steps)
    if not step:
        assert manifest.origin.steps == ()
    assert (manifest.input.kind, manifest.input.shape, len(manifest.labels)) == ("image", SHAPE, CLASSES)
    images = np.random.default_rng(3).integers(0, 256, (6, *SHAPE)).astype(np.float32) / np.float32(255)
    wanted = truth(images)
    if style in {"softmax", "probabilities by name"}:
        wanted = np.exp(wanted) / np.exp(wanted).sum(axis=1, keepdims=True)
    apart = np.abs(scores(manifest, images) - wanted).max() / np.abs(wanted).max()
    assert apart < next((allowed for name, allowed in LOOSE.items() if name in style), 1e-4)


def test_the_file_has_one_form(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    onnx.save_model(STYLES["NHWC, batch of 1"][0](), tmp_path / "net.onnx")
    manifest = import_model(tmp_path / "net.onnx", ImportOptions(), models).manifest
    written = onnx.load(manifest.weights)
    (given,), (output,) = written.graph.input, written.graph.output
    assert (given.name, output.name) == ("input", "scores")
    assert given.type.tensor_type.elem_type == output.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    assert given.type.tensor_type.shape.dim[0].dim_param == "batch"
    assert [axis.dim_value for axis in given.type.tensor_type.shape.dim[1:]] == list(SHAPE)
    onnx.checker.check_model(written, full_check=True)
