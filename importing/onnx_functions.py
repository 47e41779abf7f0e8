"""Open an ONNX file as a plain function of a batch."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from importing.import_errors import ImportRefused

SEVERITY_FATAL = 4


class OnnxFunction:
    """An ONNX file with one input of float32 and a dynamic batch: its only output, or its first.

    ``declared`` is the shape of the input as the file states it.
    """

    def __init__(self, data: bytes, said: str) -> None:
        """Open the file; messages call it ``said``. Raises ImportRefused if ONNX Runtime does not take it."""
        options = ort.SessionOptions()
        options.log_severity_level = SEVERITY_FATAL
        try:
            self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's errors share no base but Exception
            raise ImportRefused(f"{said} cannot be loaded by ONNX Runtime: {error}") from error
        given = self._session.get_inputs()[0]
        self._input: str = given.name
        self.declared: list[int | str | None] = given.shape

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the output for a batch of shape (rows, ...)."""
        return np.asarray(self._session.run(None, {self._input: batch})[0], np.float32)
