"""The kinds of files and folders that a model comes in, recognised by content, each with its reader.

To teach the command a kind, write a module in ``importing/readers/`` and register the kind here. Kinds are
tried in the order of their registration. What is of no kind here is named by ``registry.file_formats``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from certificates.catalogue import Catalogue
from importing.import_errors import ImportRefused
from importing.recognition import (
    is_hugging_face,
    is_keras,
    is_onnx,
    is_onnx_folder,
    is_program,
    is_saved_model,
    is_torch_save,
    is_torchscript,
    is_weights,
)
from importing.sighting import Sighting
from registry.file_formats import description


@dataclass(frozen=True)
class FileKind:
    """One kind of files or folders.

    ``name``: its name in the catalogue. ``said``: what such a file is, with an article, for messages.
    ``recognises``: whether a sighting shows this kind. ``reader``: the dotted name, ``module:function``, of
    its reader (``importing.readers.reader``); only an import of this kind imports it.
    """

    name: str
    said: str
    recognises: Callable[[Sighting], bool]
    reader: str


KINDS: Final[Catalogue[FileKind]] = Catalogue("File kind", "What a model can be imported from.")
"""Every kind that can be imported."""


def kind_of(sighting: Sighting) -> FileKind:
    """Return the kind of a file or folder. Raises ImportRefused with what it is instead, and what to do."""
    for kind in KINDS:
        if kind.recognises(sighting):
            return kind
    if sighting.is_folder:
        raise ImportRefused(f"{sighting.path} is a folder that holds no model of a known kind: {_NAME_IT}")
    said = description(sighting.seen) or f"is of no kind that is known here: {_NAME_IT}"
    raise ImportRefused(f"{sighting.path} {said}")


_NAME_IT: Final = "name an ONNX file (.onnx), a TorchScript file, or another that docs/importing.md lists"

_READERS: Final = "importing.readers"

KINDS.register(FileKind("onnx", "an ONNX file", is_onnx, f"{_READERS}.onnx_reader:read_onnx"))
KINDS.register(
    FileKind(
        "torchscript", "a TorchScript file", is_torchscript, f"{_READERS}.torchscript_reader:read_torchscript"
    )
)
KINDS.register(
    FileKind("program", "a program of torch.export", is_program, f"{_READERS}.program_reader:read_program")
)
KINDS.register(
    FileKind(
        "torch-save", "a file of torch.save", is_torch_save, f"{_READERS}.weights_reader:read_torch_save"
    )
)
KINDS.register(
    FileKind("safetensors", "a safetensors file", is_weights, f"{_READERS}.weights_reader:read_weights")
)
KINDS.register(FileKind("keras", "a Keras model", is_keras, f"{_READERS}.keras_reader:read_keras"))
KINDS.register(
    FileKind(
        "saved-model", "a TensorFlow SavedModel", is_saved_model, f"{_READERS}.keras_reader:read_saved_model"
    )
)
KINDS.register(
    FileKind(
        "hugging-face",
        "a Hugging Face folder",
        is_hugging_face,
        f"{_READERS}.hugging_face_reader:read_folder",
    )
)
KINDS.register(
    FileKind(
        "onnx-folder",
        "a folder with one ONNX file",
        is_onnx_folder,
        f"{_READERS}.onnx_reader:read_onnx_folder",
    )
)
