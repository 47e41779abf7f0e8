"""Models of Keras and TensorFlow: without those packages, the message names the command that makes ONNX."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.model_import import import_model

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed, so that it converts"
)


def test_an_archive_of_keras(tmp_path: Path, models: Path) -> None:
    file = tmp_path / "net.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", b"\x89HDF\r\n\x1a\n")
    said = r"is a Keras model, and keras and tensorflow and tf2onnx is not installed.*format=\"onnx\""
    with pytest.raises(ImportRefused, match=said):
        import_model(file, ImportOptions(), models)


def test_hdf5_of_keras(tmp_path: Path, models: Path) -> None:
    file = tmp_path / "net.h5"
    file.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(ImportRefused, match="is a Keras model"):
        import_model(file, ImportOptions(), models)


def test_a_saved_model(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(ImportRefused, match=r"is a TensorFlow SavedModel.*tf2onnx.convert --saved-model"):
        import_model(folder, ImportOptions(), models)
