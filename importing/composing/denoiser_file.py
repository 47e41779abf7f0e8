"""Read a denoiser: an ONNX file that maps noisy inputs to inputs of the same shape."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from onnx import TensorProto

from importing.import_errors import ImportRefused
from importing.onnx_functions import OnnxFunction


@dataclass(frozen=True)
class Denoiser:
    """A denoiser that was tried: its file's name and hash, the model, and the function that it is."""

    name: str
    sha256: str
    model: onnx.ModelProto
    of: OnnxFunction


def read_denoiser(path: Path, shape: tuple[int, ...]) -> Denoiser:
    """Read a denoiser for inputs of ``shape``, and try it. Raises ImportRefused if it is none."""
    try:
        data = path.read_bytes()
        model = onnx.load_model_from_string(data)
        onnx.checker.check_model(model)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from error
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise ImportRefused(f"{path} is not a complete ONNX file: export the denoiser again") from error
    _require_ends(path, model)
    denoiser = Denoiser(path.name, hashlib.sha256(data).hexdigest(), model, OnnxFunction(data, str(path)))
    for rows in (2, 3):
        _try(path, denoiser, (rows, *shape))
    return denoiser


def _require_ends(path: Path, model: onnx.ModelProto) -> None:
    """Raise ImportRefused unless the file has one input and one output, both of float32."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [given for given in model.graph.input if given.name not in weights]
    if len(inputs) != 1:
        names = ", ".join(given.name for given in inputs)
        raise ImportRefused(
            f"{path} has {len(inputs)} inputs ({names}); a denoiser takes the noisy image alone: export "
            "it with a noise level or time step fixed inside"
        )
    if len(model.graph.output) != 1:
        raise ImportRefused(
            f"{path} has {len(model.graph.output)} outputs; export it with the denoised image alone"
        )
    for end, said in ((inputs[0], "input"), (model.graph.output[0], "output")):
        if end.type.tensor_type.elem_type != TensorProto.FLOAT:
            kind = TensorProto.DataType.Name(end.type.tensor_type.elem_type)
            raise ImportRefused(f"{path}: its {said} is {kind}; export the denoiser in float32")


def _try(path: Path, denoiser: Denoiser, shape: tuple[int, ...]) -> None:
    """Raise ImportRefused unless a batch of this shape is answered by one of the same shape."""
    try:
        answer = denoiser.of(np.zeros(shape, np.float32))
    except Exception as error:
        raise ImportRefused(
            f"{path} takes inputs of shape {denoiser.of.declared}, but the classifier's are "
            f"{['batch', *shape[1:]]}: export it for these, with a dynamic batch ({error})"
        ) from error
    if answer.shape != shape:
        raise ImportRefused(
            f"{path} answers {list(shape)} by {list(answer.shape)}: a denoiser's output has the shape of its "
            "input"
        )
