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
from importing.sighting import Sighting
from registry.file_formats import description
from registry.runtime_entries import RUNTIMES


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


def _is_onnx(sighting: Sighting) -> bool:
    return not sighting.is_folder and RUNTIMES.named("onnx").recognises(sighting.seen)


_NAME_IT: Final = "name an ONNX file (.onnx), a TorchScript file, or another that docs/importing.md lists"

KINDS.register(FileKind("onnx", "an ONNX file", _is_onnx, "importing.readers.onnx_reader:read_onnx"))
