"""Models of Keras are converted, and no code in them is run; for TensorFlow's the command is named."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from importing import ImportOptions, ImportRefused
from importing.model_import import import_model
from tests.support.places import ROOT

NETWORKS = """
import json, os, sys, keras
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from importing.pytorch.keras_export import main
keras.utils.set_random_seed(0)
folder = Path(sys.argv[1])
made = folder / "made"
code = eval("lambda x: (__import__('os').makedirs(%r, exist_ok=True), x)[1]" % str(made))
for name, middle in (("plain", []), ("code", [keras.layers.Lambda(code)])):
    first = [keras.layers.Input((16, 16, 3)), keras.layers.Conv2D(4, 3, activation="relu")]
    last = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4, activation="softmax")]
    network = keras.Sequential([*first, *middle, *last])
    network.save(folder / f"{name}.keras")
    network.save(folder / f"{name}.h5")
made.rmdir()
(folder / "cut.h5").write_bytes((folder / "plain.h5").read_bytes()[:1000])
ended = {}
for name in ("plain.h5", "code.keras", "code.h5", "cut.h5"):
    with redirect_stderr(StringIO()) as said:
        ended[name] = main(str(folder / name), str(folder / f"{name}.onnx")), said.getvalue()
(folder / "ended.json").write_text(json.dumps(ended))
"""


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of small networks of Keras; the code in two of them makes the folder ``made``.

    The program that makes them also exports four: an interpreter takes four seconds of CPU to import Keras.
    """
    folder = tmp_path_factory.mktemp("keras")
    command = [sys.executable, "-c", NETWORKS, str(folder)]
    backend = os.environ | {"KERAS_BACKEND": "torch"}
    subprocess.run(command, check=True, capture_output=True, env=backend, cwd=ROOT)
    return folder


def exported(networks: Path, name: str) -> tuple[int, str]:
    """Return how the export of a network ended, and what it said."""
    status, said = json.loads((networks / "ended.json").read_text())[name]
    return status, said


def test_a_model_of_keras(networks: Path, models: Path) -> None:
    done = import_model(networks / "plain.keras", ImportOptions(), models)
    assert (done.manifest.runtime, done.manifest.input.shape) == ("onnx", (3, 16, 16))
    assert len(done.manifest.labels) == 4
    assert done.manifest.origin is not None
    assert done.manifest.origin.kind == "a Keras model"


def test_a_model_of_keras_in_the_older_format(networks: Path, models: Path) -> None:
    assert exported(networks, "plain.h5") == (0, "")
    done = import_model(networks / "plain.h5.onnx", ImportOptions(), models)
    assert (len(done.manifest.labels), done.manifest.input.shape) == (4, (3, 16, 16))


@pytest.mark.parametrize("name", ["code.keras", "code.h5"])
def test_code_in_a_model_is_not_run(networks: Path, name: str) -> None:
    status, said = exported(networks, name)
    assert status == 2
    assert re.search("(lambda|Lambda)", said)
    assert not (networks / "made").exists()
    assert not (networks / f"{name}.onnx").exists()


def test_a_model_that_cannot_be_converted_is_refused_with_the_reason(
    networks: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is one that an interpreter finds before it has imported Keras."""
    (tmp_path / "keras.py").write_text("raise RuntimeError('this Keras is broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(ImportRefused, match=r"could not be converted to ONNX \(.*this Keras is broken"):
        import_model(networks / "code.h5", ImportOptions(), models)
    assert list(models.iterdir()) == []


def test_a_cut_model_is_refused(networks: Path) -> None:
    status, said = exported(networks, "cut.h5")
    assert status == 2
    assert len(said.strip().splitlines()) == 1
    assert not (networks / "cut.h5.onnx").exists()


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed")
def test_a_saved_model_without_tensorflow(tmp_path: Path, models: Path) -> None:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"\x08\x01")
    with pytest.raises(ImportRefused, match=r"is a TensorFlow SavedModel.*tf2onnx.convert --saved-model"):
        import_model(folder, ImportOptions(), models)
