"""Files of arrays that are small on disk and large in memory are refused before they are unpacked."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from certify_client.bounded_files import UnusableFile
from certify_client.datasets import array_files
from certify_client.datasets.opening import open_dataset

MIB = 2**20


def refused(path: Path, match: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(UnusableFile, match=match), open_dataset(path):
            pass
        assert tracemalloc.get_traced_memory()[1] < 32 * MIB
    finally:
        tracemalloc.stop()


def test_zeros_in_an_npz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "MOST_ARRAY_BYTES", 16 * MIB)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((100, MIB), np.uint8))
    assert (tmp_path / "a.npz").stat().st_size < MIB
    refused(tmp_path / "a.npz", "bytes when it is unpacked; at most 16,777,216 are read: give a folder")


def test_an_array_that_is_not_all_there(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive, archive.open("x.npy", "w") as file:
        about = {"descr": "|u1", "fortran_order": False, "shape": (2**14, 2**30)}
        np.lib.format.write_array_header_1_0(file, about)
    with pytest.raises(UnusableFile, match="no readable"), open_dataset(tmp_path / "a.npz"):
        pass


def test_other_arrays_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "MOST_ARRAY_BYTES", 16 * MIB)
    np.savez_compressed(
        tmp_path / "a.npz", x=np.zeros((2, 3)), y=np.arange(2), z=np.zeros(100 * MIB, np.uint8)
    )
    with open_dataset(tmp_path / "a.npz") as data:
        assert [row.label for row in data.rows] == [0, 1]


def test_zeros_in_a_parquet_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "MOST_ARRAY_BYTES", 16 * MIB)
    images = [bytes([i]) + bytes(MIB) for i in range(40)]
    parquet.write_table(pa.table({"image": images}), tmp_path / "a", compression="zstd", use_dictionary=False)
    assert (tmp_path / "a").stat().st_size < MIB
    refused(tmp_path / "a", "bytes when it is unpacked")


def test_more_rows_than_a_run_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(array_files, "MOST_ROWS", 10)
    parquet.write_table(pa.table({"image": [b"x"] * 11}), tmp_path / "a")
    refused(tmp_path / "a", "holds 11 rows; at most 10 are read")


def test_no_column_of_images(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"picture": [b"x"], "label": [1]}), tmp_path / "a")
    refused(tmp_path / "a", "has the columns picture, label; the images must be called image")
