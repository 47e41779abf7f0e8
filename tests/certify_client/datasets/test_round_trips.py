"""Ten digits written in every form that is read give the same labels and the same pixels."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from PIL import Image
from pyarrow import parquet

from certify_client.datasets.opening import open_dataset
from certify_client.input_files import ImageFile, TensorFile
from tests.support.places import ROOT

Pixels = NDArray[np.uint8]
Files = Mapping[str, bytes]
PICTURES = [(ROOT / "examples" / f"digit-{digit}.png").read_bytes() for digit in range(10)]
LABELS = [str((3 * digit + 1) % 10) for digit in range(10)]
"""Not the digits: a label taken from the name or the place would be wrong."""
BY_FOLDER = {f"{LABELS[i]}/{i}.png": picture for i, picture in enumerate(PICTURES)}
FLAT = {f"{i}.png": picture for i, picture in enumerate(PICTURES)}
TABLE = "file_name,label\n" + "".join(f"{i}.png,{label}\n" for i, label in enumerate(LABELS))


def pixels_of(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture)


def write_folder(path: Path, files: Files) -> list[str]:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return keys_of(files)


def write_zip(path: Path, files: Files) -> list[str]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return keys_of(files)


def write_tar(path: Path, files: Files, *, mode: str = "w:") -> list[str]:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]  # the mode is one of its own
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return keys_of(files)


def write_webdataset(path: Path) -> list[str]:
    files: dict[str, bytes] = {}
    for i, (label, picture) in enumerate(zip(LABELS, PICTURES, strict=True)):
        files |= {f"{i:06}.png": picture, f"{i:06}.cls": label.encode()}
    return write_tar(path, files)


def write_npz(path: Path, *, floats: bool = False) -> list[str]:
    x = np.stack([pixels_of(picture) for picture in PICTURES])
    y = np.array(LABELS, np.int64)
    with path.open("wb") as file:
        np.savez_compressed(file, x=x[:, None].astype(np.float32) / 255 if floats else x, y=y)
    return [f"{path.name}#{i}" for i in range(10)]


def write_parquet(path: Path, *, with_paths: bool = False) -> list[str]:
    """Write pictures as bytes, or as Hugging Face's library does: bytes and a path."""
    stored = [{"bytes": each, "path": None} for each in PICTURES] if with_paths else PICTURES
    parquet.write_table(pa.table({"image": stored, "label": [int(label) for label in LABELS]}), path)
    return [f"{path.name}#{i}" for i in range(10)]


def keys_of(files: Files) -> list[str]:
    return sorted(name for name in files if name.endswith(".png"))


WRITERS: dict[str, Callable[[Path], list[str]]] = {
    "ImageFolder": partial(write_folder, files=BY_FOLDER),
    "flat folder, labels.csv": partial(write_folder, files=FLAT | {"labels.csv": TABLE.encode()}),
    "flat folder, metadata.csv": partial(write_folder, files=FLAT | {"metadata.csv": TABLE.encode()}),
    "zip of folders": partial(write_zip, files=BY_FOLDER),
    "zip, labels.csv": partial(write_zip, files=FLAT | {"labels.csv": TABLE.encode()}),
    "tar of folders": partial(write_tar, files=BY_FOLDER),
    "tar, metadata.csv": partial(write_tar, files=FLAT | {"metadata.csv": TABLE.encode()}),
    "tar.gz": partial(write_tar, files=BY_FOLDER, mode="w:gz"),
    "tar.bz2": partial(write_tar, files=BY_FOLDER, mode="w:bz2"),
    "tar.xz": partial(write_tar, files=BY_FOLDER, mode="w:xz"),
    "WebDataset": write_webdataset,
    "npz of pixels": write_npz,
    "npz of floats": partial(write_npz, floats=True),
    "Parquet": write_parquet,
    "Parquet, with paths": partial(write_parquet, with_paths=True),
}


@pytest.mark.parametrize("form", WRITERS)
def test_what_was_written_is_read(tmp_path: Path, form: str) -> None:
    path = tmp_path / "digits"
    keys = WRITERS[form](path)
    expected = dict(zip(map(pixels_in, PICTURES), LABELS, strict=True))
    with open_dataset(path) as data:
        assert [row.key for row in data.rows] == keys
        assert [row.index for row in data.rows] == list(range(10))
        read = {seen(row.read()): str(row.label) for row in data.rows}
    assert read == expected


def pixels_in(content: bytes) -> bytes:
    """Return a picture's pixels as float32 in [0, 1], channels first."""
    return (pixels_of(content)[None].astype(np.float32) / 255).tobytes()


def seen(given: ImageFile | TensorFile) -> bytes:
    """Return the input that is sent, as float32 in [0, 1], channels first."""
    if isinstance(given, ImageFile):
        return pixels_in(given.content)
    assert given.array.shape == (1, 28, 28)
    return given.array.astype(np.float32).tobytes()
