"""Read ONNX files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from google.protobuf.message import DecodeError
from numpy.typing import NDArray

from importing.draft import Draft, Original, OriginalScores
from importing.file_kinds import FileKind
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.manifest_drafting import image_or_tensor

SEVERITY_FATAL = 4


def read_onnx(path: Path, kind: FileKind, options: ImportOptions) -> Draft:
    """Read an ONNX file; see ``importing.readers.reader.Reader``."""
    data = path.read_bytes()
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise ImportRefused(f"{path} is not a complete ONNX file: copy or export it again") from error
    shape = options.shape or tuple(
        axis.dim_value for axis in model.graph.input[0].type.tensor_type.shape.dim[1:]
    )
    scores = session_scores(data)
    return Draft(
        original=Original(path.name, hashlib.sha256(data).hexdigest(), kind.said),
        runtime="onnx",
        file="model.onnx",
        data=data,
        original_scores=scores,
        input=image_or_tensor(shape),
        classes=scores(np.zeros((2, *shape), np.float32)).shape[1],
    )


def session_scores(data: bytes) -> OriginalScores:
    """Return the only output of a file with one input of float32 and a dynamic batch."""
    options = ort.SessionOptions()
    options.log_severity_level = SEVERITY_FATAL
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def scores(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(session.run(None, {name: batch})[0], np.float32)

    return scores
