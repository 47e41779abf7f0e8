"""Versions of the standard operators of ONNX: which a model uses, and how to bring it to another."""

from __future__ import annotations

from typing import Final

import onnx
from onnx import version_converter

from importing.import_errors import ImportRefused

STANDARD: Final = frozenset({"", "ai.onnx"})
"""The names of the standard domain of operators."""


def opset_of(model: onnx.ModelProto) -> int:
    """Return the version of the standard operators that a model uses."""
    return max((entry.version for entry in model.opset_import if entry.domain in STANDARD), default=1)


def at_opset(model: onnx.ModelProto, opset: int, said: str) -> onnx.ModelProto:
    """Return the model at this opset; messages call it ``said``. Raises ImportRefused if it cannot be."""
    if opset_of(model) == opset:
        return model
    try:
        return version_converter.convert_version(model, opset)
    except Exception as error:  # the converter's errors share no base but Exception
        raise ImportRefused(
            f"{said} has opset {opset_of(model)} and cannot be brought to {opset}: export it with opset "
            f"{opset} ({error})"
        ) from error
