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

NETWORKS = """
import sys, keras
from pathlib import Path
keras.utils.set_random_seed(0)
folder, made = sys.argv[1:]
code = eval("lambda x: (__import__('os').makedirs(%r, exist_ok=True), x)[1]" % made)
for name, middle in (("plain", []), ("code", [keras.layers.Lambda(code)])):
    first = [keras.layers.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, activation="relu")]
    last = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4, activation="softmax")]
    network = keras.Sequential([*first, *middle, *last])
    network.save(f"{folder}/{name}.keras")
    network.save(f"{folder}/{name}.h5")
Path(made).rmdir()
"""


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small networks of Keras; the code in two of them makes the folder ``made``."""
    folder = tmp_path_factory.mktemp("keras")
    command = [sys.executable, "-c", NETWORKS, str(folder), str(folder / "made")]
    backend = os.environ | {"KERAS_BACKEND": "torch"}
    subprocess.run(command, check=True, capture_output=True, env=backend)
    return folder


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_a_model_of_keras(networks: Path, models: Path, suffix: str) -> None:
    done = import_model(networks / f"plain{suffix}", ImportOptions(), models)
    assert (done.manifest.runtime, done.manifest.input.shape) == ("onnx", (3, 16, 16))
    assert len(done.manifest.labels) == 4
    assert done.manifest.origin is not None
    assert done.manifest.origin.kind == "a Keras model"


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_model_is_not_run(networks: Path, models: Path, suffix: str) -> None:
    with pytest.raises(ImportRefused, match=r"could not be converted to ONNX.*(lambda|Lambda)"):
        import_model(networks / f"code{suffix}", ImportOptions(), models)
    assert not (networks / "made").exists()
    assert list(models.iterdir()) == []


def test_a_cut_model_is_refused(tmp_path: Path, networks: Path, models: Path) -> None:
    file = tmp_path / "net.h5"
    file.write_bytes((networks / "plain.h5").read_bytes()[:1000])
    with pytest.raises(ImportRefused, match="could not be converted to ONNX"):
        import_model(file, ImportOptions(), models)


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed")
def test_a_saved_model_without_tensorflow(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(ImportRefused, match=r"is a TensorFlow SavedModel.*tf2onnx.convert --saved-model"):
        import_model(folder, ImportOptions(), models)
