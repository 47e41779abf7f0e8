"""Run an ONNX file as it was given, to learn its outputs and to compare what is written with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from importing.import_errors import ImportRefused
from importing.plain_words import shortened
from importing.rewriting.file_input import FileInput
from importing.rewriting.number_types import rare_types
from importing.rewriting.onnx_graphs import opset

SEVERITY_FATAL: Final = 4
NO_FOLDER: Final = "/dev/null"
"""A folder without files: no weights are read from files."""
TRIED: Final = 3
"""Rows that a file of a dynamic batch is tried with.

A choice: few, and no usual number of channels or classes.
"""

_Run = Callable[[Mapping[str, NDArray[np.generic]]], list[Any]]
_TOO_NEW: Final = re.compile(r"Unsupported model IR version: (\d+), max supported IR version: (\d+)")


class OriginalFile:
    """A file as a function of served batches.

    ``rows``: how many inputs it takes at once, None for any number, 0 without an axis for them. ``outputs``:
    what it gave for the inputs that it was tried with, ``tried`` of them.
    """

    def __init__(self, name: str, model: onnx.ModelProto, given: FileInput) -> None:
        """Load a file and try it. Raises ImportRefused if it does not run."""
        self._name = name
        self._given = given
        self._names = [value.name for value in model.graph.output]
        self._run = _reference(model) if rare_types(model) else _session_run(name, model)
        self.rows, self.tried = given.rows, given.rows or (1 if given.rows == 0 else TRIED)
        batch = np.zeros((self.tried, *given.served_shape), np.float32)
        try:
            self.outputs = self.at_once(batch)
        except ImportRefused:
            if given.rows is not None:
                raise
            self.rows, self.tried = 1, 1
            self.outputs = self.at_once(batch[:1])

    def at_once(self, batch: NDArray[np.float32]) -> dict[str, NDArray[np.generic]]:
        """Return every output for a served batch that the file takes at once."""
        fed = self._given.given(batch)
        try:
            gave = self._run({self._given.name: fed[0] if self.rows == 0 else fed})
        except Exception as error:  # ONNX Runtime's errors share no base but Exception
            raise ImportRefused(
                f"{self._name} fails on an input of shape {list(self._given.shape)}: {shortened(error)}"
            ) from error
        named = zip(self._names, gave, strict=True)
        return {name: np.asarray(one) for name, one in named if isinstance(one, np.ndarray)}

    def output(self, name: str, batch: NDArray[np.float32]) -> list[NDArray[np.generic]]:
        """Return one output for each row of a served batch, as the file gives it when it gets that row alone.

        A file of a fixed batch gets the row as often as it takes rows, and the first answer counts.
        """
        if self.rows is None:
            return list(self.at_once(batch)[name])
        times = max(self.rows, 1)
        alone = (
            self.at_once(np.repeat(batch[row : row + 1], times, axis=0))[name] for row in range(len(batch))
        )
        return [raw[0] if times > 1 else raw for raw in alone]


def session(name: str, model: onnx.ModelProto) -> ort.InferenceSession:
    """Return ONNX Runtime's session of a model. Raises ImportRefused with the reason if it loads none."""
    options = ort.SessionOptions()
    options.log_severity_level = SEVERITY_FATAL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", NO_FOLDER)
    try:
        return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors share no base but Exception
        raise ImportRefused(f"{name} {_unloadable(model, str(error))}") from error


def _session_run(name: str, model: onnx.ModelProto) -> _Run:
    loaded = session(name, model)
    return lambda fed: list(loaded.run(None, dict(fed)))


def _reference(model: onnx.ModelProto) -> _Run:
    evaluator = ReferenceEvaluator(model)
    return lambda fed: list(evaluator.run(None, dict(fed)))


def _unloadable(model: onnx.ModelProto, said: str) -> str:
    too_new = _TOO_NEW.search(said)
    if too_new:
        return (
            f"was written in IR version {too_new[1]} of ONNX, and this ONNX Runtime {ort.__version__} reads "
            f"up to {too_new[2]}: export it with an older version of the onnx package, or set its ir_version "
            f"to {too_new[2]}"
        )
    newest = onnx.defs.onnx_opset_version()
    if opset(model) > newest:
        return (
            f"uses opset {opset(model)} of ONNX, which is newer than ONNX Runtime {ort.__version__} knows: "
            f"export it with opset_version={min(newest, 20)}"
        )
    return f"cannot be loaded by ONNX Runtime {ort.__version__}: {shortened(said)}"
