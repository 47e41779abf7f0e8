"""A program of torch.export becomes an ONNX file that is proved equal to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from importing.import_options import ImportOptions
from importing.model_import import import_model
from tests.support.torch_files import CLASSES, SHAPE, batch, small_network, write_program


@pytest.mark.parametrize("rows", [2, 1])
def test_a_program_for_any_rows_or_for_one(tmp_path: Path, models: Path, rows: int) -> None:
    file = write_program(tmp_path / "net.pt2", small_network(), batch(rows))
    done = import_model(file, ImportOptions(), models)
    assert (done.manifest.runtime, done.manifest.input.shape) == ("onnx", SHAPE)
    assert len(done.manifest.labels) == CLASSES
    assert done.manifest.origin is not None
    assert done.manifest.origin.kind == "a program of torch.export"
    assert done.comparison.largest_difference < 1e-5
