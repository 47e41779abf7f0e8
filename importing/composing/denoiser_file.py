"""Read a denoiser: an ONNX file that maps noisy inputs to inputs of the same shape."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper

from importing.composing.half_ends import with_float32_ends
from importing.file_kinds import kind_of
from importing.import_errors import ImportRefused
from importing.plain_words import shortened
from importing.readers.onnx_file_loading import load_onnx_file
from importing.recognition import is_onnx
from importing.rewriting.foreign_operators import refuse_foreign_operators
from importing.rewriting.free_batch import free_batch
from importing.rewriting.onnx_graphs import sizes, true_inputs
from importing.rewriting.original_function import session
from importing.sighting import look

ROWS: Final = 3
"""Rows that a denoiser is tried with. A choice: no usual number of channels but one, and quick."""
TOLERANCES: Final[dict[int, float]] = {TensorProto.FLOAT: 1e-4, TensorProto.FLOAT16: 1e-2}
"""Accepted differences of a rewritten file from the original, by the type of its numbers, as shares of the
largest answer. A choice, the same as for classifiers: some ulps."""


@dataclass(frozen=True)
class Denoiser:
    """A denoiser that was tried.

    ``model``: its graph with an input and output of float32 and a free batch. ``steps``: what was changed for
    that. ``original``: the file as it is, which takes ``rows`` rows of ``type`` at once, None for any number.
    ``tolerance``: accepted difference of the two, as a share of the largest answer.
    """

    name: str
    sha256: str
    model: onnx.ModelProto
    steps: tuple[str, ...]
    original: ort.InferenceSession
    rows: int | None
    type: np.dtype[np.generic]
    tolerance: float

    def of(self, noisy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what the original file gives for a batch; if its rows are fixed, for one input at a time."""
        if self.rows is None:
            return self._run(noisy)
        return np.concatenate([self._run(np.repeat(row[np.newaxis], self.rows, axis=0))[:1] for row in noisy])

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        fed = {self.original.get_inputs()[0].name: batch.astype(self.type)}
        return np.asarray(self.original.run(None, fed)[0], np.float32)


def read_denoiser(path: Path, shape: tuple[int, ...]) -> Denoiser:
    """Read a denoiser for inputs of ``shape``, bring it to float32 and a free batch, and try it.

    Raises ImportRefused with a sentence if it is none, or does not fit.
    """
    kind = kind_of(look(path))
    if not is_onnx(look(path)):
        raise ImportRefused(f"{path} is {kind.said}; a denoiser is an ONNX file: export it as one")
    file = load_onnx_file(path)
    refuse_foreign_operators(str(path), file.model)
    given = _require_ends(path, file.model)
    rows = (sizes(given) or [None])[0]
    model, steps = file.model, []
    if rows is not None:
        model = free_batch(model, given.name, rows)
        steps.append(f"the denoiser's batch, fixed at {rows}, was made free")
    numbers = given.type.tensor_type.elem_type
    if numbers == TensorProto.FLOAT16:
        model = with_float32_ends(model, given.name)
        steps.append("the denoiser's input and output, of float16, are taken and given as float32")
    denoiser = Denoiser(
        path.name,
        file.sha256,
        model,
        tuple(steps),
        session(str(path), file.model),
        rows,
        helper.tensor_dtype_to_np_dtype(numbers),
        TOLERANCES[numbers],
    )
    _try(path, denoiser, given, shape)
    return denoiser


def _require_ends(path: Path, model: onnx.ModelProto) -> onnx.ValueInfoProto:
    """Return the input. Raises ImportRefused unless there is one and one output, of one accepted type."""
    inputs, outputs = true_inputs(model.graph), model.graph.output
    if len(inputs) != 1:
        names = ", ".join(given.name for given in inputs)
        raise ImportRefused(
            f"{path} has {len(inputs)} inputs ({names}); a denoiser takes the noisy image alone: export it "
            "with a noise level or time step fixed inside"
        )
    if len(outputs) != 1:
        raise ImportRefused(f"{path} has {len(outputs)} outputs; export it with the denoised image alone")
    types = [end.type.tensor_type.elem_type for end in (inputs[0], outputs[0])]
    if types[0] not in TOLERANCES or types[0] != types[1]:
        names = " and ".join(TensorProto.DataType.Name(kind) for kind in types)
        raise ImportRefused(f"{path}: input and output are {names}; export the denoiser in float32")
    return inputs[0]


def _try(path: Path, denoiser: Denoiser, given: onnx.ValueInfoProto, shape: tuple[int, ...]) -> None:
    """Raise ImportRefused unless the file, and what was made of it, answer a batch by one of its shape."""
    batch = np.random.default_rng(1).random((ROWS, *shape), dtype=np.float32)
    try:
        answer = denoiser.of(batch)
    except Exception as error:
        raise ImportRefused(
            f"{path} takes inputs of shape {sizes(given)}, but the classifier's are {['batch', *shape]}: "
            f"export it for these ({shortened(error)})"
        ) from error
    if answer.shape != batch.shape:
        raise ImportRefused(
            f"{path} answers {list(batch.shape)} by {list(answer.shape)}: a denoiser's output has the shape "
            "of its input"
        )
    if denoiser.steps:
        _require_same(path, denoiser, batch, answer)


def _require_same(
    path: Path, denoiser: Denoiser, batch: NDArray[np.float32], answer: NDArray[np.float32]
) -> None:
    """Raise ImportRefused unless the rewritten file gives this answer to the batch."""
    try:
        made = session(str(path), denoiser.model)
        gave = np.asarray(made.run(None, {made.get_inputs()[0].name: batch})[0], np.float32)
        same = gave.shape == answer.shape and bool(
            np.abs(gave - answer).max() <= denoiser.tolerance * np.abs(answer).max()
        )
    except Exception as error:
        raise ImportRefused(_fixed(path, shortened(error))) from error
    if not same:
        raise ImportRefused(_fixed(path, "its answers change"))


def _fixed(path: Path, why: str) -> str:
    return f"{path} cannot be made to take any number of images ({why}): export it with a dynamic batch"
