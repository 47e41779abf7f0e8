"""Load an ONNX file with the weights that lie beside it, and nothing from outside its folder."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import onnx
from google.protobuf.message import DecodeError
from onnx import external_data_helper

from importing.import_errors import ImportRefused

LARGEST: Final = 2**31 - 2**20
"""Bytes of a model in one file: protobuf's limit of 2 GiB, less room for what is added."""


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """An ONNX model with all weights in memory, the file's bytes and SHA-256, and what was read beside it."""

    model: onnx.ModelProto
    data: bytes
    sha256: str
    beside: tuple[str, ...]


def load_onnx_file(path: Path) -> LoadedFile:
    """Load an ONNX file.

    Raises ImportRefused if it is damaged, too large, or its weights are not beside it.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise ImportRefused(_too_large(path))
        data = path.read_bytes()
        model = onnx.load_model_from_string(data)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from error
    except DecodeError as error:
        raise ImportRefused(
            f"{path} is not a complete ONNX file: it was cut short or damaged; copy or export it again"
        ) from error
    if not model.graph.node:
        raise ImportRefused(f"{path} is an ONNX file without a single operator: export the network again")
    return LoadedFile(model, data, hashlib.sha256(data).hexdigest(), _with_weights(path, model))


def _with_weights(path: Path, model: onnx.ModelProto) -> tuple[str, ...]:
    """Read the weights that other files hold into the model, and return these files' names."""
    names = sorted(_files_of_weights(model))
    for name in names:
        _check(path, name)
    if sum((path.parent / name).stat().st_size for name in names) > LARGEST:
        raise ImportRefused(_too_large(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # fields of no meaning in the references to files
            external_data_helper.load_external_data_for_model(model, str(path.parent))
    except Exception as error:  # the library raises its own errors, ValueError, OSError and warnings
        raise ImportRefused(
            f"{path} keeps weights in other files, which cannot be read as it says: {error}"
        ) from error
    return tuple(names)


def _files_of_weights(model: onnx.ModelProto) -> set[str]:
    names = set()
    for tensor in external_data_helper._get_all_tensors(model):  # noqa: SLF001 - there is no public walk
        if external_data_helper.uses_external_data(tensor):
            names |= {entry.value for entry in tensor.external_data if entry.key == "location"} or {""}
    return names


def _check(path: Path, name: str) -> None:
    """Raise ImportRefused unless a file of weights lies in the folder of the model's file, or below it."""
    folder = path.parent.resolve()
    try:
        place = (folder / name).resolve()
        inside = bool(name) and place.is_relative_to(folder) and not Path(name).is_absolute()
        found = inside and place.is_file()
    except (OSError, ValueError, RuntimeError):  # a name with a null byte, a loop of links
        inside = found = False
    if not inside:
        raise ImportRefused(
            f"{path} wants weights from {name!r}, outside its own folder, and such files are never read: "
            "put them beside it and export it again"
        )
    if not found:
        raise ImportRefused(
            f"{path} keeps its weights in {name!r}, which is not there: copy that file beside it too"
        )


def _too_large(path: Path) -> str:
    return f"{path} has more than 2 GiB of weights, which one ONNX file cannot hold: export it as float16"
