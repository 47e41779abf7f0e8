"""A file that is no model of its runtime is refused with what it is and what to do, and never unpickled."""

from __future__ import annotations

import functools
import gzip
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from registry import ModelBroken
from registry.manifest import load_manifest
from tests.fuzz.broken_models import GOOD_ONNX, GOOD_TORCHSCRIPT, Marker, external
from tests.support.model_folders import write_folder

NET = torch.nn.Linear(2, 2)


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def archive(**members: bytes) -> bytes:
    def write(stream: io.BytesIO) -> None:
        with zipfile.ZipFile(stream, "w") as file:
            for name, content in members.items():
                file.writestr(name, content)

    return written(write)


@functools.cache
def program() -> bytes:
    exported = torch.export.export(NET, (torch.zeros(2, 2),))
    return written(lambda stream: torch.export.save(exported, stream))


def safetensors() -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(4)


STATE_DICT = written(lambda stream: torch.save(NET.state_dict(), stream))
CHECKPOINT = "what torch.save writes, weights alone (a state_dict) or a pickled module"
PICKLE = "a Python pickle"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
FILES: dict[str, tuple[bytes | Callable[[], bytes], str]] = {
    "empty": (b"", "is empty: copy or export it again"),
    "state_dict": (STATE_DICT, CHECKPOINT),
    "module": (written(lambda stream: torch.save(NET, stream)), CHECKPOINT),
    "old state_dict": (
        written(lambda stream: torch.save(NET.state_dict(), stream, _use_new_zipfile_serialization=False)),
        PICKLE,
    ),
    "pickle": (pickle.dumps({"a": 1}), PICKLE),
    "pt2": (program, "a program of torch.export (.pt2)"),
    "safetensors": (safetensors(), "a safetensors file, which holds weights without the network"),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(50), "a TensorFlow Lite file: convert it"),
    "h5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "an HDF5 file, as Keras and h5py write them"),
    "keras": (archive(**{"metadata.json": b"{}", "model.weights.h5": b""}), "a Keras model"),
    "npy": (written(lambda stream: np.save(stream, np.zeros(3))), "a NumPy array"),
    "npz": (written(lambda stream: np.savez(stream, a=np.zeros(3))), "an archive of NumPy arrays"),
    "zip": (archive(**{"mine/model.onnx": GOOD_ONNX}), "a zip archive of 'mine/model.onnx'"),
    "empty zip": (archive(), "a zip archive of nothing"),
    "cut zip": (STATE_DICT[: len(STATE_DICT) // 2], "without its end, so it was cut short"),
    "gzip": (gzip.compress(GOOD_ONNX), "is compressed (gzip): unpack it"),
    "git-lfs": (LFS_POINTER, "`git lfs pull`"),
    "html": (b"\n<!DOCTYPE html><html>404</html>", "is a web page"),
    "json": (b'{"error": "not found"}', "is a text (XML or JSON)"),
}


def refusal(folder: Path) -> str:
    with pytest.raises(ModelBroken) as caught:
        load_manifest(folder)
    return str(caught.value)


@pytest.mark.parametrize("runtime", ["onnx", "torchscript"])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str, runtime: str) -> None:
    made, said = FILES[name]
    content = made if isinstance(made, bytes) else made()
    message = refusal(write_folder(tmp_path, data=content, fields={"runtime": runtime}))
    assert message.startswith("file: model.onnx is ")
    assert said in message
    assert "corrupted" not in message


def test_the_other_runtime_is_named(tmp_path: Path) -> None:
    for runtime, other, content in (
        ("torchscript", "onnx", GOOD_ONNX),
        ("onnx", "torchscript", GOOD_TORCHSCRIPT),
    ):
        message = refusal(write_folder(tmp_path, runtime, content, fields={"runtime": runtime}))
        assert f'set runtime = "{other}"' in message


@pytest.mark.parametrize("content", [GOOD_ONNX, external("weights.bin"), b"unknown"])
def test_what_may_be_onnx_is_left_to_its_runtime(tmp_path: Path, content: bytes) -> None:
    load_manifest(write_folder(tmp_path, data=content))


def test_torchscript_is_left_to_its_runtime(tmp_path: Path) -> None:
    load_manifest(write_folder(tmp_path, data=GOOD_TORCHSCRIPT, fields={"runtime": "torchscript"}))


def test_a_pointer_is_named_also_where_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    (folder / "model.onnx").write_bytes(LFS_POINTER)
    assert "`git lfs pull`" in refusal(folder)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    refusal(write_folder(tmp_path, data=pickle.dumps(Marker(str(marker)))))
    content = written(lambda stream: torch.save(Marker(str(marker)), stream))
    refusal(write_folder(tmp_path, data=content))
    assert not marker.exists()
