"""Recognise a model's file by its first and last bytes. Nothing is unpickled, unpacked or executed.

A file that no runtime reads, or that belongs to another runtime, is refused; the message says what it is and
what to do. A file of no known kind is left to the runtime.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Final, NamedTuple

from registry.file_glimpse import Glimpse, glimpse
from registry.runtime_entries import RUNTIMES

_EXPORT: Final = "then export it as docs/models.md says"
_WEIGHTS_ALONE: Final = f"load them into the network in Python, where its code is, {_EXPORT}"
_KERAS: Final = 'export it from Keras (`model.export("model.onnx", format="onnx")`) or with tf2onnx'
_UNPACK: Final = "unpack it, and name the model's own file"


class _Signature(NamedTuple):
    """Bytes at a place of a file, and the words for such a file: what it is and what to do."""

    start: int
    magic: bytes
    said: str


_SIGNATURES: Final = (
    _Signature(
        0,
        b"version https://git-lfs",
        "is a pointer of Git LFS and not the file itself: fetch that with `git lfs pull`",
    ),
    _Signature(0, b"\x89HDF\r\n\x1a\n", f"is an HDF5 file, as Keras and h5py write them: {_KERAS}"),
    _Signature(4, b"TFL3", "is a TensorFlow Lite file: convert it with `python -m tf2onnx.convert --tflite`"),
    _Signature(4, b"ET12", f"is an ExecuTorch program: take the network that it was made from, {_EXPORT}"),
    _Signature(0, b"GGUF", f"is a GGUF file, which holds weights without the network: {_WEIGHTS_ALONE}"),
    _Signature(0, b"\x93NUMPY", f"is a NumPy array, which is not a network: {_WEIGHTS_ALONE}"),
    _Signature(
        0, b"ptrt", f"is a TensorRT engine, made for one kind of GPU: take what it was made from, {_EXPORT}"
    ),
    _Signature(
        0, b"7767517\n", f"is an ncnn network, without its weights: take what it was made from, {_EXPORT}"
    ),
    _Signature(0, b"\x1f\x8b", f"is compressed (gzip): {_UNPACK}"),
    _Signature(0, b"\xfd7zXZ\0", f"is compressed (xz): {_UNPACK}"),
    _Signature(0, b"BZh", f"is compressed (bzip2): {_UNPACK}"),
    _Signature(0, b"\x28\xb5\x2f\xfd", f"is compressed (zstd): {_UNPACK}"),
    _Signature(0, b"7z\xbc\xaf\x27\x1c", f"is a 7z archive: {_UNPACK}"),
    _Signature(257, b"ustar", f"is a tar archive: {_UNPACK}"),
)
_CHECKPOINT: Final = (
    "is what torch.save writes, weights alone (a state_dict) or a pickled module, and holds no network that "
    f"runs without its Python code: load it where that code is, {_EXPORT}"
)
_PICKLE: Final = (
    "is a Python pickle, as torch.save of old and joblib write them; it is never opened here, since a pickle "
    f"can run any code: load it where you trust it, {_EXPORT}"
)
_PROGRAM: Final = (
    "is a program of torch.export (.pt2), which no runtime reads: "
    '`torch.onnx.export(torch.export.load("FILE"), f="model.onnx", external_data=False)` makes it ONNX'
)


def unsuitable(file: BinaryIO, runtime: str) -> str | None:
    """Say what a file is, and what to do, if this runtime cannot read it; None if it may be readable.

    Reads no more of the file than ``glimpse`` does.
    """
    seen = glimpse(file)
    if not seen.head:
        return "is empty: copy or export it again"
    kinds = [entry for entry in RUNTIMES if entry.recognises(seen)]
    if kinds:
        fits = any(entry.name == runtime for entry in kinds)
        return None if fits else f'is {kinds[0].file_kind}: set runtime = "{kinds[0].name}"'
    return description(seen)


def description(seen: Glimpse) -> str | None:
    """Say what a file that no runtime reads is, and what to do; None if its kind is not known."""
    return _archive(seen.members) if seen.is_archive else _signed(seen.head) or _text(seen.head)


def _signed(head: bytes) -> str | None:
    """Say what a file is by its first bytes; None if they are not known."""
    for start, magic, said in _SIGNATURES:
        if head[start : start + len(magic)] == magic:
            return said
    if re.match(rb"\x80[\x02-\x05]", head):
        return _PICKLE
    if is_safetensors(head):
        return f"is a safetensors file, which holds weights without the network: {_WEIGHTS_ALONE}"
    return None


def _archive(names: tuple[str, ...] | None) -> str:
    """Say what a zip archive that no runtime reads is, by the names in its directory."""
    if names is None:
        return "is a zip archive without its end, so it was cut short: copy or export it again"
    for end, said in _MEMBERS.items():
        if any(name.endswith(end) for name in names):
            return said
    inside = ", ".join(ascii(name)[:_LONGEST_SHOWN] for name in names[:_SHOWN]) or "nothing"
    kinds = " or ".join(entry.file_kind for entry in RUNTIMES)
    return f"is a zip archive of {inside}, and not {kinds}: {_UNPACK}"


_SHOWN: Final = 3
_LONGEST_SHOWN: Final = 60
_MEMBERS: Final = {
    "/archive_format": _PROGRAM,
    "serialized_exported_program.json": _PROGRAM,
    "/data.pkl": _CHECKPOINT,
    "model.weights.h5": f"is a Keras model: {_KERAS}",
    ".npy": f"is an archive of NumPy arrays, which are not a network: {_WEIGHTS_ALONE}",
}
"""The words for an archive that has a member of this name; the first match is used."""


def is_safetensors(head: bytes) -> bool:
    """Whether the file begins with a length of 8 bytes and a JSON object of tensors."""
    start = head[8:].lstrip()
    return len(head) > 8 and start.startswith(b'{"') and int.from_bytes(head[:8], "little") < 2**32


def _text(head: bytes) -> str | None:
    start = head[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "is a web page, as a download gives that failed or asks to log in: fetch the file itself"
    if b"<net name=" in start:
        return (
            f"is an OpenVINO network, without its weights: take the network that it was made from, {_EXPORT}"
        )
    if start.startswith((b"name:", b"layer {", b"input:")) and b"layer" in start:
        return f"is a Caffe network, without its weights: take the network that it was made from, {_EXPORT}"
    if start.startswith((b"<?xml", b'{"', b"{\n", b"[{")):
        return "is a text (XML or JSON) and not a network: name the model's own file"
    return None
