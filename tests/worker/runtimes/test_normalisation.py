"""Inputs are scaled, shifted and divided as the manifest says, along the axis of the channels."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from registry.manifest import load_manifest
from scripts.export import Value
from tests.support.model_folders import write_folder
from worker.runtimes.scores import Normaliser

FIRST: dict[str, Value] = {"kind": "image", "shape": [3, 2, 2], "low": 0.0, "high": 1.0, "mode": "RGB"}
LAST: dict[str, Value] = FIRST | {"shape": [2, 2, 3], "layout": "NHWC"}


def _normalised(folder: Path, table: dict[str, Value], norm: dict[str, Value], batch: torch.Tensor) -> object:
    manifest = load_manifest(write_folder(folder, input_table=table, tables={"normalisation": norm}))
    normaliser = Normaliser(manifest, torch.device("cpu"))
    before, out = batch.clone(), normaliser(batch)
    assert torch.equal(batch, before), "the batch must not be changed"
    assert out.data_ptr() == normaliser.place(batch).data_ptr()
    return out


def test_a_scale_comes_before_the_mean(tmp_path: Path) -> None:
    batch = torch.rand(4, 3, 2, 2)
    mean = torch.tensor([103.939, 116.779, 123.68]).reshape(3, 1, 1)
    out = _normalised(tmp_path, FIRST, {"scale": 255.0, "mean": [103.939, 116.779, 123.68]}, batch)
    torch.testing.assert_close(out, batch * 255 - mean)


@pytest.mark.parametrize("norm", [{"mean": [0.1, 0.2, 0.3], "std": [0.5]}, {"std": [0.1, 0.2, 0.3]}])
def test_the_channels_are_the_axis_that_the_layout_says(tmp_path: Path, norm: dict[str, Value]) -> None:
    batch = torch.rand(4, 2, 2, 3)
    last = _normalised(tmp_path / "last", LAST, norm, batch)
    first = _normalised(tmp_path / "first", FIRST, norm, batch.permute(0, 3, 1, 2).contiguous())
    assert isinstance(first, torch.Tensor)
    torch.testing.assert_close(last, first.permute(0, 2, 3, 1))
