"""Inputs are scaled, shifted and divided as the manifest says, along the axis of the channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from registry.manifest import load_manifest
from scripts.export import Value
from tests.support.model_folders import write_folder
from worker.runtimes.scores import Normaliser

FIRST: dict[str, Value] = {"kind": "image", "shape": [3, 2, 2], "low": 0.0, "high": 1.0, "mode": "RGB"}
LAST: dict[str, Value] = FIRST | {"shape": [2, 2, 3], "layout": "NHWC"}

Floats = NDArray[np.float32]


def random(*shape: int) -> Floats:
    return np.random.default_rng(1).random(shape, np.float32)


def _normalised(folder: Path, table: dict[str, Value], norm: dict[str, Value], batch: Floats) -> Floats:
    manifest = load_manifest(write_folder(folder, input_table=table, tables={"normalisation": norm}))
    normaliser = Normaliser(manifest)
    before, out = batch.copy(), normaliser(batch)
    assert np.array_equal(batch, before), "the batch must not be changed"
    assert out is normaliser.place(batch)
    return out


def test_a_scale_comes_before_the_mean(tmp_path: Path) -> None:
    batch = random(4, 3, 2, 2)
    mean = np.array([103.939, 116.779, 123.68], np.float32).reshape(3, 1, 1)
    out = _normalised(tmp_path, FIRST, {"scale": 255.0, "mean": [103.939, 116.779, 123.68]}, batch)
    np.testing.assert_array_equal(out, batch * np.float32(255) - mean)


@pytest.mark.parametrize("norm", [{"mean": [0.1, 0.2, 0.3], "std": [0.5]}, {"std": [0.1, 0.2, 0.3]}])
def test_the_channels_are_the_axis_that_the_layout_says(tmp_path: Path, norm: dict[str, Value]) -> None:
    batch = random(4, 2, 2, 3)
    last = _normalised(tmp_path / "last", LAST, norm, batch)
    first = _normalised(tmp_path / "first", FIRST, norm, np.ascontiguousarray(batch.transpose(0, 3, 1, 2)))
    np.testing.assert_array_equal(last, first.transpose(0, 2, 3, 1))
