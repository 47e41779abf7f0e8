"""A tar archive takes no more memory than its names and one file may have, whatever its headers state."""

from __future__ import annotations

import gzip
import tarfile
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certify_client.bounded_files import MOST_BYTES, UnusableFile
from certify_client.datasets import bounded_tars
from certify_client.datasets.opening import open_dataset
from tests.support.pictures import RAMP, encode

PNG = encode(RAMP)
MIB = 2**20
ZEROS = bytes(MIB)


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, kind
    return entry.tobuf(tarfile.GNU_FORMAT)


def picture(name: str) -> bytes:
    return header(name, len(PNG)) + PNG.ljust(-(-len(PNG) // 512) * 512, b"\0")


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 32 * MIB
    finally:
        tracemalloc.stop()


def refused(path: Path, match: str) -> None:
    with little_memory(), pytest.raises(UnusableFile, match=match), open_dataset(path):
        pass


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE])
@pytest.mark.parametrize("before", [b"", picture("a.png")], ids=["first", "second"])
def test_a_name_of_100_mib(tmp_path: Path, kind: bytes, before: bytes) -> None:
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as file:
        file.write(before + header("././@LongLink", 100 * MIB, kind))
        for _ in range(100):
            file.write(ZEROS)
    refused(tmp_path / "a.tar.gz", "holds headers of 104,857,600 bytes or more, which is too much")


def test_many_long_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certify_client.datasets.archives.MOST_ENTRIES", 1000)
    with gzip.open(tmp_path / "a.tar.gz", "wb", compresslevel=1) as file:
        for _ in range(100):
            file.write(header("././@LongLink", MIB // 4, tarfile.GNUTYPE_LONGNAME) + ZEROS[: MIB // 4])
            file.write(picture("a.png"))
    refused(tmp_path / "a.tar.gz", "holds headers of .* which is too much")


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 10**12])
def test_a_file_that_is_too_large_is_not_passed_over(tmp_path: Path, size: int) -> None:
    with gzip.open(tmp_path / "a.tar.gz", "wb") as file:
        file.write(picture("a.png") + header("b.png", size))
    refused(tmp_path / "a.tar.gz", f"holds 'b.png' of {size:,} bytes, which is too much")


def test_files_that_are_too_large_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_tars, "MOST_UNPACKED", 3 * len(PNG))
    with gzip.open(tmp_path / "a.tar.gz", "wb") as file:
        file.write(b"".join(picture(f"{i}.png") for i in range(4)))
    refused(tmp_path / "a.tar.gz", f"holds more than {3 * len(PNG)} bytes")


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_ordinary_long_names_are_read(tmp_path: Path, form: int) -> None:
    name = "/".join(["a" * 200] * 5) + ".png"
    (tmp_path / "a.png").write_bytes(PNG)
    with tarfile.open(tmp_path / "a.tar", "w", format=form) as archive:
        archive.add(tmp_path / "a.png", name)
    with open_dataset(tmp_path / "a.tar") as data:
        assert [row.read() for row in data.rows]
        assert data.about == "1 files, labels by folder"
