"""Test sets that would do harm, or are none, are refused in a sentence."""

from __future__ import annotations

import gzip
import io
import pickle
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from certify_client.bounded_files import MOST_BYTES, UnusableFile
from certify_client.datasets import archives, folders
from certify_client.datasets.opening import open_dataset as opened
from certify_client.datasets.rows_of_data import Dataset
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)


def open_dataset(path: Path) -> Dataset:
    """Open a test set, read one row, and close it."""
    with opened(path) as data:
        data.rows[0].read()
        return data


def tar_of(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as tar:
        for entry in entries:
            entry.size = len(PNG) if entry.isfile() else 0
            tar.addfile(entry, io.BytesIO(PNG) if entry.isfile() else None)
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize("name", ["../a.png", "/etc/a.png", "x/../../a.png", "..\\a.png"])
def test_names_that_lead_out(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, PNG)
    for path in (tmp_path / "a.zip", tar_of(tmp_path / "a.tar", entry(name))):
        with pytest.raises(UnusableFile, match="leads out"):
            open_dataset(path)


def test_links_in_a_zip(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("b.png", PNG)
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnusableFile, match=r"'a\.png', which is a link"):
        open_dataset(tmp_path / "a.zip")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices(tmp_path: Path, kind: bytes) -> None:
    path = tar_of(tmp_path / "a.tar", entry("b.png"), entry("a.png", kind, "/etc/passwd"))
    with pytest.raises(UnusableFile, match="no file"):
        open_dataset(path)


def test_a_bomb_is_read_no_further_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(10_000_000))
    with pytest.raises(UnusableFile, match="too much"):
        open_dataset(tmp_path / "a.zip")
    assert MOST_BYTES > 10_000


def test_a_folder_of_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_ROWS", 4)
    for i in range(5):
        (tmp_path / f"{i}.png").write_bytes(PNG)
    with pytest.raises(UnusableFile, match="holds more than 4 rows"):
        open_dataset(tmp_path)


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 4)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for i in range(5):
            archive.writestr(f"{i}.png", PNG)
    for path in (tmp_path / "a.zip", tar_of(tmp_path / "a.tar", *(entry(f"{i}.png") for i in range(5)))):
        with pytest.raises(UnusableFile, match="more than 4 entries"):
            open_dataset(path)


def listed(path: Path, count: int, told: int, *, zip64: bool) -> Path:
    """Write a zip archive that is a list of entries alone, and says that they are ``told``.

    The names of a thousand are different; further ones are the same again.
    """
    different = min(count, 1000)
    header = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, 0, 0, 0, 5, *[0] * 4, 0, 0)
    names = b"".join(header + b"%05d" % i for i in range(different)) * (count // different)
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, told, told, len(names), 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(names), 1)
    short = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF) if zip64 else (told, told, len(names), 0)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, *short, 0)
    path.write_bytes(names + (end_64 + locator if zip64 else b"") + end)
    return path


@pytest.mark.parametrize(
    ("told", "zip64", "match"),
    [(10**6, True, "1,000,000 entries"), (1, True, "51,000,000 bytes"), (1, False, "51,000,000 bytes")],
    ids=["honest", "lying", "lying in the short record"],
)
def test_a_million_entries_are_not_even_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: int, zip64: bool, match: str
) -> None:
    path = listed(tmp_path / "a.zip", 10**6, told, zip64=zip64)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(UnusableFile, match=match):
        open_dataset(path)


@pytest.mark.parametrize("zip64", [False, True])
def test_the_lists_of_these_tests_are_such_as_are_read(tmp_path: Path, zip64: bool) -> None:
    with zipfile.ZipFile(listed(tmp_path / "a.zip", 20, 20, zip64=zip64)) as archive:
        assert len(archive.namelist()) == 20


def test_a_million_entries_of_a_tar_are_read_no_further_than_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_ENTRIES", 1000)
    header = entry("a.png").tobuf()
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(header * 10_000)
    with pytest.raises(UnusableFile, match="more than 1,000 entries"):
        open_dataset(tmp_path / "a.tar.gz")


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UnusableFile, match="plain numbers"):
        open_dataset(tmp_path / "a.npz")
    (tmp_path / "b.npz").write_bytes(pickle.dumps([1]))
    with pytest.raises(UnusableFile, match="no test set"):
        open_dataset(tmp_path / "b.npz")


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.zeros(3), None),
        (np.zeros((0, 3)), None),
        (np.zeros((2, 3), np.int64), None),
        (np.zeros((2, 3), np.complex64), None),
        (np.zeros((2, 3)), np.zeros(3, np.int64)),
        (np.zeros((2, 3)), np.zeros(2)),
    ],
    ids=["flat", "empty", "int64", "complex", "labels too many", "float labels"],
)
def test_arrays_that_are_no_rows(tmp_path: Path, x: np.ndarray, y: np.ndarray | None) -> None:
    if y is None:
        np.savez(tmp_path / "a.npz", x=x)
    else:
        np.savez(tmp_path / "a.npz", x=x, y=y)
    with pytest.raises(UnusableFile, match="has shape"):
        open_dataset(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "no test set"),
        (b"PK\x03\x04broken", "no test set"),
        (b"PAR1broken", "Parquet"),
        (b"hello", "no test set"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, match: str) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnusableFile, match=match):
        open_dataset(tmp_path / "a")


def test_nothing_to_certify(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UnusableFile, match="holds no"):
        open_dataset(tmp_path)
    with pytest.raises(UnusableFile, match="cannot be read"):
        open_dataset(tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("a.png,1\n", "no column file_name"),
        ("file,x\na.png,1\n", "no column label"),
        ("file,label\na.png,1\na.png,2\n", "two labels"),
        ("", "no column"),
    ],
)
def test_tables_of_labels_that_say_nothing(tmp_path: Path, text: str, match: str) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "labels.csv").write_text(text or "\n")
    with pytest.raises(UnusableFile, match=match):
        open_dataset(tmp_path)
