"""Models of Keras are converted, and no code in them is run; for TensorFlow's the command is named."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from importing import ImportOptions, ImportRefused
from importing.model_import import import_model

NETWORK = """
import sys, keras
keras.utils.set_random_seed(0)
layers = [keras.layers.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, activation="relu")]
if len(sys.argv) > 2:
    layers.append(keras.layers.Lambda(eval("lambda x: (__import__('os').mkdir(%r), x)[1]" % sys.argv[2])))
layers += [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4, activation="softmax")]
network = keras.Sequential(layers)
network.save(sys.argv[1])
"""


def write(file: Path, *made: Path) -> Path:
    """Write a small network of Keras; with ``made``, one that makes that folder when its code runs."""
    command = [sys.executable, "-c", NETWORK, str(file), *map(str, made)]
    backend = os.environ | {"KERAS_BACKEND": "torch"}
    subprocess.run(command, check=True, capture_output=True, env=backend)
    for folder in made:
        folder.rmdir()
    return file


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_model_of_keras(tmp_path: Path, models: Path, suffix: str) -> None:
    done = import_model(write(tmp_path / f"net{suffix}"), ImportOptions(), models)
    assert (done.manifest.runtime, done.manifest.input.shape) == ("onnx", (3, 16, 16))
    assert len(done.manifest.labels) == 4
    assert done.manifest.origin is not None
    assert done.manifest.origin.kind == "a Keras model"


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_model_is_not_run(tmp_path: Path, models: Path, suffix: str) -> None:
    made = tmp_path / "made"
    file = write(tmp_path / f"net{suffix}", made)
    with pytest.raises(ImportRefused, match=r"could not be converted to ONNX.*(lambda|Lambda)"):
        import_model(file, ImportOptions(), models)
    assert not made.exists()
    assert list(models.iterdir()) == []


def test_a_cut_model_is_refused(tmp_path: Path, models: Path) -> None:
    file = write(tmp_path / "net.h5")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ImportRefused, match="could not be converted to ONNX"):
        import_model(file, ImportOptions(), models)


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed")
def test_a_saved_model_without_tensorflow(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(ImportRefused, match=r"is a TensorFlow SavedModel.*tf2onnx.convert --saved-model"):
        import_model(folder, ImportOptions(), models)
