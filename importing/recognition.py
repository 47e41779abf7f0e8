"""Tell kinds of files and folders apart by what is seen of them; nothing is opened."""

from __future__ import annotations

import re
from typing import Final

from importing.sighting import Sighting
from registry.file_formats import is_safetensors
from registry.runtime_entries import RUNTIMES

_HDF5: Final = b"\x89HDF\r\n\x1a\n"


def is_onnx(sighting: Sighting) -> bool:
    """Whether it is an ONNX file."""
    return not sighting.is_folder and RUNTIMES.named("onnx").recognises(sighting.seen)


def is_onnx_folder(sighting: Sighting) -> bool:
    """Whether it is a folder with one file whose name ends in ``.onnx``."""
    return len([name for name in sighting.names if name.lower().endswith(".onnx")]) == 1


def is_torchscript(sighting: Sighting) -> bool:
    """Whether it is an archive that ``torch.jit.save`` wrote."""
    return RUNTIMES.named("torchscript").recognises(sighting.seen)


def is_program(sighting: Sighting) -> bool:
    """Whether it is an archive that ``torch.export.save`` wrote, or AOTInductor."""
    return sighting.holds("/archive_format") or sighting.holds("serialized_exported_program.json")


def is_torch_save(sighting: Sighting) -> bool:
    """Whether it is what ``torch.save`` writes, an archive with a pickle, or a pickle itself, as of old."""
    return sighting.holds("/data.pkl") or re.match(rb"\x80[\x02-\x05]", sighting.seen.head) is not None


def is_weights(sighting: Sighting) -> bool:
    """Whether it is a safetensors file."""
    return is_safetensors(sighting.seen.head)


def is_keras(sighting: Sighting) -> bool:
    """Whether it is a model of Keras: its own archive, or HDF5."""
    return sighting.holds("model.weights.h5") or sighting.seen.head.startswith(_HDF5)


def is_saved_model(sighting: Sighting) -> bool:
    """Whether it is a folder that TensorFlow saved a model in."""
    return "saved_model.pb" in sighting.names


def is_hugging_face(sighting: Sighting) -> bool:
    """Whether it is a folder as Hugging Face has them."""
    return "config.json" in sighting.names
