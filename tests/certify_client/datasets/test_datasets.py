"""Test sets of every form give the same rows in the same order."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from certify_client.bounded_files import UnusableFile
from certify_client.datasets.opening import open_dataset as opened
from certify_client.datasets.rows_of_data import Dataset
from certify_client.input_files import ImageFile, TensorFile
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)
Opens = Callable[[Path], Dataset]


@pytest.fixture
def open_dataset() -> Iterator[Callable[[Path], Dataset]]:
    with ExitStack() as stack:
        yield lambda path: stack.enter_context(opened(path))


def told(data: Dataset) -> list[tuple[int, str, int | str | None]]:
    return [(row.index, row.key, row.label) for row in data.rows]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "photos"
    for name in ("dog/b.png", "cat/a.PNG", "cat/.hidden.png", ".git/x.png", "cat/notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(PNG)
    return root


ROWS = [(0, "cat/a.PNG", "cat"), (1, "dog/b.png", "dog")]


def test_one_folder_a_class(open_dataset: Opens, folder: Path) -> None:
    data = open_dataset(folder)
    assert told(data) == ROWS
    assert data.about == "2 files, labels by folder"
    assert data.rows[0].read() == ImageFile(PNG)


@pytest.mark.parametrize("name", ["labels.csv", "metadata.csv", "labels.tsv"])
def test_a_table_beside_the_files(open_dataset: Opens, folder: Path, name: str) -> None:
    comma = "\t" if name.endswith("tsv") else ","
    (folder / name).write_text(
        f"\ufeffFile_Name{comma}other{comma}Label\n./cat/a.PNG{comma}x{comma}7\nb.png{comma}x{comma}9\n"
    )
    assert told(open_dataset(folder)) == [(0, "cat/a.PNG", "7"), (1, "dog/b.png", "9")]


def test_files_without_labels(open_dataset: Opens, tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "c.npy"):
        (tmp_path / name).write_bytes(PNG)
    assert told(open_dataset(tmp_path)) == [(0, "a.jpg", None), (1, "b.png", None), (2, "c.npy", None)]


@pytest.mark.parametrize("top", ["", "photos/"])
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_archives_of_the_folder(
    open_dataset: Opens, folder: Path, tmp_path: Path, kind: str, top: str
) -> None:
    path = tmp_path / f"archive.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in folder.rglob("*"):
                archive.write(file, top + file.relative_to(folder).as_posix())
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as tar:
            tar.add(folder, top or ".")
    data = open_dataset(path)
    expected = [key for _, key, _ in ROWS]
    assert [row.key.removeprefix("./") for row in data.rows] == expected
    assert data.rows[-1].read() == ImageFile(PNG)


def test_webdataset(open_dataset: Opens, tmp_path: Path) -> None:
    path = tmp_path / "shard.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in (
            ("000.png", PNG),
            ("000.cls", b"3"),
            ("001.png", PNG),
            ("001.cls", b"5\n"),
            ("002.png", PNG),
        ):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    assert told(open_dataset(path)) == [(0, "000.png", 3), (1, "001.png", 5), (2, "002.png", None)]


def test_arrays_of_pixels_and_of_floats(open_dataset: Opens, tmp_path: Path) -> None:
    pixels = np.arange(2 * 4 * 3 * 3, dtype=np.uint8).reshape(2, 4, 3, 3)
    np.savez(tmp_path / "pixels.npz", x=pixels, y=np.array([1, 0]))
    np.savez(tmp_path / "floats.npz", x=np.ones((3, 2)))
    data = open_dataset(tmp_path / "pixels.npz")
    assert told(data) == [(0, "pixels.npz#0", 1), (1, "pixels.npz#1", 0)]
    row = data.rows[1].read()
    assert isinstance(row, TensorFile)
    assert np.array_equal(row.array, np.moveaxis(pixels[1], -1, 0) / np.float32(255))
    floats = open_dataset(tmp_path / "floats.npz").rows
    assert [row.label for row in floats] == [None] * 3
    first = floats[0].read()
    assert isinstance(first, TensorFile)
    assert first.array.shape == (2,)


def test_a_choice_of_rows(open_dataset: Opens, tmp_path: Path) -> None:
    for i in range(10):
        (tmp_path / f"{i}.png").write_bytes(PNG)
    data = open_dataset(tmp_path)
    assert [row.index for row in data.chosen(4, None)] == [0, 4, 8]
    assert [row.index for row in data.chosen(2, 3)] == [0, 2, 4]


def test_labels_that_the_user_gives(open_dataset: Opens, folder: Path) -> None:
    labelled = open_dataset(folder).labelled({"cat/a.PNG": "1", "b.png": "2"})
    assert [row.label for row in labelled.rows] == ["1", "2"]


def test_one_bad_row_is_not_the_end(open_dataset: Opens, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.png").write_bytes(PNG)
    rows = open_dataset(tmp_path).rows
    with pytest.raises(UnusableFile, match="is empty"):
        rows[0].read()
    assert rows[1].read() == ImageFile(PNG)
