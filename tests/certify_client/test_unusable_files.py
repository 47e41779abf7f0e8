"""Files that cannot be certified: each is refused with a sentence, and nothing is sent anywhere."""

from __future__ import annotations

import io
import os
import sys
import threading
import tracemalloc
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certify_client.bounded_files import MOST_BYTES, UnusableFile, read_file
from certify_client.input_files import MOST_ELEMENTS, ImageFile, TensorFile, read_input
from registry.input_spec import MAX_ELEMENTS
from tests.certify_client.conftest import Certify

NOWHERE = ("--model", "mnist", "--url", "http://127.0.0.1:1")


def npy(array: Any, *, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version=version)
    return file.getvalue()


def header(text: str) -> bytes:
    """Return the header of an array file with these fields, true or not."""
    line = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line


def claims(shape: str, descr: str = "<f4") -> bytes:
    return header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}")


def npz() -> bytes:
    file = io.BytesIO()
    np.savez(file, np.zeros(2))
    return file.getvalue()


GOOD = npy(np.zeros((2, 2), np.float32))

UNUSABLE = {
    "empty": (b"", "is empty"),
    "nan": (npy([[0.0, np.nan]]), "holds nan at [0, 1]"),
    "infinite": (npy([-np.inf]), "holds -inf at [0]"),
    "too large for a double": (npy(np.array([np.longdouble("1e4000")])), "holds inf at [0]"),
    "complex": (npy([1j]), "holds complex128 values"),
    "objects": (npy(np.array([{}], object)), "holds object values"),
    "text": (npy(["a"]), "holds <U1 values"),
    "dates": (npy(np.array(["2020-01-01"], "datetime64[D]")), "holds datetime64[D] values"),
    "records": (npy(np.zeros(1, [("a", "f4")])), "a tensor is made of real numbers"),
    "records in a later format": (npy(np.zeros(1, [("猫", "f4")]), version=(3, 0)), "format 3.0"),
    "an npz": (npz(), "zip archive, as .npz files are"),
    "an image": (b"\x89PNG\r\n\x1a\n", "is not a .npy file"),
    "no numbers": (npy(np.zeros((0, 2))), "holds 0 numbers"),
    "200 GiB": (claims("(224, 224, 1070000)"), "holds 53,688,320,000 numbers"),
    "more than can be counted": (claims(f"({10**30}, {10**30})"), "numbers; a tensor has 1 to"),
    "negative": (claims("(-1, -1)") + bytes(4), "the shape (-1, -1) is impossible"),
    "cut off": (GOOD[:-1], "is damaged: 15 bytes follow its header, which asks for 16"),
    "two arrays": (GOOD + GOOD, "is damaged: "),
    "cut off in its header": (GOOD[:20], "has no readable header"),
    "cut off in its magic": (GOOD[:7], "has no readable header"),
    "no header": (header("import os"), "has no readable header"),
    "a deep header": (header("(" * 5000), "has no readable header"),
    "an unknown kind": (claims("(1,)", "<q9"), "has no readable header"),
}


@pytest.mark.parametrize(("content", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_arrays(command: Certify, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "tensor.npy"
    path.write_bytes(content)
    done = command(path, *NOWHERE)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.startswith(f"{path} ")
    assert said in done.stderr


@pytest.mark.parametrize("name", ["200 GiB", "more than can be counted", "cut off", "infinite"])
def test_what_a_header_claims_is_not_allocated(tmp_path: Path, name: str) -> None:
    path = tmp_path / "tensor.npy"
    path.write_bytes(UNUSABLE[name][0])
    tracemalloc.start()
    try:
        with pytest.raises(UnusableFile):
            read_input(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("start", range(0, len(GOOD), 3))
def test_a_damaged_array_is_refused_or_read(tmp_path: Path, start: int) -> None:
    for value in (0, 0x27, 0x28, 0x39, 0xFF):
        damaged = bytearray(GOOD)
        damaged[start] = value
        path = tmp_path / "tensor.npy"
        path.write_bytes(damaged)
        with suppress(UnusableFile):
            assert isinstance(read_input(path), TensorFile)


def test_arrays_are_read_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "tensor"  # told by what it holds
    for array in (
        np.arange(6, dtype=">i2").reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([[True, False]]),
        np.float16(0.5),
    ):
        for version in ((1, 0), (2, 0)):
            path.write_bytes(npy(array, version=version))
            read = read_input(path)
            assert isinstance(read, TensorFile)
            assert read.array.tolist() == array.tolist()
            assert read.array.dtype == np.float64


def test_single_precision_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "tensor.npy"
    path.write_bytes(GOOD)
    read = read_input(path)
    assert isinstance(read, TensorFile)
    assert read.array.dtype == np.float32


def test_limits_are_those_of_the_service() -> None:
    assert MOST_ELEMENTS == MAX_ELEMENTS
    assert MOST_BYTES > MOST_ELEMENTS * 8 + 100


def test_no_file(command: Certify, tmp_path: Path) -> None:
    closed = tmp_path / "closed.png"
    closed.write_bytes(b"x")
    closed.chmod(0)
    cases = {
        tmp_path: "Is a directory",
        tmp_path / "absent.png": "No such file or directory",
        tmp_path / "\udcff.png": "No such file or directory",
        tmp_path / ("x" * 300): "File name too long",
        Path("/dev/null"): "is empty",
    }
    if os.geteuid() != 0:
        cases[closed] = "Permission denied"
    for path, said in cases.items():
        for arguments in (
            (path, *NOWHERE),
            ("verify", path),
            ("models", *NOWHERE[2:], "--api-key-file", path),
        ):
            done = command(*arguments)
            assert (done.returncode, done.stdout) == (2, ""), done.stderr
            assert said in done.stderr


def test_a_file_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(UnusableFile, match="more than 5,000 bytes"):
        read_file(Path("/dev/zero"), 5000)


def test_a_pipe_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"image",))
    writer.start()
    assert read_input(path) == ImageFile(b"image")
    writer.join()


def test_no_stdin(command: Certify, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UnusableFile, match="stdin is closed"):
        read_file(Path("-"))
    assert command("verify", "-").returncode == 2


def test_a_name_that_is_no_text(certify: Certify, digit: Path, tmp_path: Path) -> None:
    for name in (b"\xff.png", "猫\x1b[31m:cat:.png".encode()):
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
        path.write_bytes(digit.read_bytes())
        done = certify(path, "--model", "mnist", "--n", "1000")
        assert done.returncode == 0, done.stderr
        path.write_bytes(b"")
        done = certify(path, "--model", "mnist")
        assert done.returncode == 2
        assert "\x1b" not in done.stderr
        assert "is empty" in done.stderr


def test_a_file_that_is_larger_than_the_service_takes(certify: Certify, tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(bytes(17 * 2**20))
    done = certify(path, "--model", "mnist")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "16,777,216 bytes" in done.stderr
