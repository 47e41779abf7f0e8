"""Bring an ONNX graph to the one form that workers run, and prove on a few rows that it is the same function.

That form: float32 in, channels first; one output of scores, (rows, classes); any number of rows; one file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from importing.draft import Guess, OriginalScores
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.plain_words import shortened
from importing.rewriting.candidates import Candidate, Parts, candidates
from importing.rewriting.file_input import FileInput, find_input
from importing.rewriting.foreign_operators import refuse_foreign_operators
from importing.rewriting.number_types import rare_types
from importing.rewriting.onnx_graphs import copied, every_node
from importing.rewriting.original_function import OriginalFile, session
from importing.rewriting.score_output import choose_output, uncover_scores

HALVES: Final = {TensorProto.FLOAT16: 1e-2, TensorProto.BFLOAT16: 5e-2}
"""Accepted differences by the type of a file's numbers, as shares of the largest score.

A choice: some ulps.
"""
QUANTISED: Final = 2e-2
"""The same for graphs that round to 8-bit levels: one rounding may move a score by a level."""
USUAL: Final = 1e-4
"""The same for all others."""
ROWS_TRIED: Final = 4
"""Rows on which a candidate is compared at once; the import compares more. A choice."""


@dataclass(frozen=True, slots=True)
class OneForm:
    """A file in the one form: its bytes and shape, what was changed and guessed, the original's scores.

    ``data`` is None if the file has that form already.
    """

    data: bytes | None
    shape: tuple[int, ...]
    classes: int
    whole_pixels: bool
    scores: OriginalScores
    tolerance: float
    steps: tuple[str, ...]
    guesses: tuple[Guess, ...]


def one_form(name: str, model: onnx.ModelProto, options: ImportOptions) -> OneForm:
    """Rewrite a model whose weights are all in memory; ``name`` is that of its file, for messages.

    Raises ImportRefused with a sentence if the model is no classifier, cannot run, or cannot be rewritten.
    """
    refuse_foreign_operators(name, model)
    model = copied(model)
    uncovered = uncover_scores(model.graph)
    given = find_input(name, model, options)
    original = OriginalFile(name, model, given)
    output = choose_output(name, model.graph, original.outputs, original.tried, options)
    raw = original.outputs[output.name]
    type_ = helper.np_dtype_to_tensor_dtype(raw.dtype)
    parts = Parts(name, model, given, output, original, type_, raw.ndim, bool(uncovered))
    tolerance = _tolerance(model, given)
    scores = _scores_of(parts)
    written, chosen = _first_equal(parts, scores, tolerance)
    return OneForm(
        data=None if chosen.unchanged else written.SerializeToString(deterministic=True),
        shape=given.served_shape,
        classes=output.classes,
        whole_pixels=given.whole_pixels,
        scores=scores,
        tolerance=tolerance,
        steps=(*uncovered, *given.steps(), *chosen.steps, *output.steps()),
        guesses=(*given.guesses, *output.guesses),
    )


def _scores_of(parts: Parts) -> OriginalScores:
    def scores(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        raw = parts.original.output(parts.output.name, batch)
        return np.concatenate([parts.output.scores(one) for one in raw])

    return scores


def _tolerance(model: onnx.ModelProto, given: FileInput) -> float:
    if "bfloat16" in rare_types(model):
        return HALVES[TensorProto.BFLOAT16]
    if any(node.op_type == "QuantizeLinear" for node in every_node(model)):
        return QUANTISED
    halves = any(tensor.data_type == TensorProto.FLOAT16 for tensor in model.graph.initializer)
    return HALVES[TensorProto.FLOAT16] if halves or given.type == TensorProto.FLOAT16 else USUAL


def _first_equal(parts: Parts, scores: OriginalScores, tolerance: float) -> tuple[onnx.ModelProto, Candidate]:
    """Return the first candidate that is equal to the original on a few rows."""
    generator = np.random.default_rng(1)
    rows = generator.random((ROWS_TRIED, *parts.given.served_shape), dtype=np.float32)
    rows = np.rint(rows * 255) if parts.given.whole_pixels else rows
    wanted = scores(rows)
    reasons = []
    for candidate in candidates(parts):
        made = _made(parts.name, candidate, rows)
        if isinstance(made, str):
            reasons.append(made)
            continue
        written, gave = made
        largest = float(np.abs(wanted).max())
        apart = float(np.abs(gave - wanted).max()) if gave.shape == wanted.shape else np.inf
        if apart <= tolerance * largest:
            return written, candidate
        reasons.append(f"scores differ by up to {apart:.2g} where the largest is {largest:.2g}")
    raise ImportRefused(
        f"{parts.name} could not be rewritten to the same function of any number of inputs: "
        f"{'; '.join(dict.fromkeys(reasons))}. Export it with a dynamic batch, as docs/models.md shows"
    )


def _made(
    name: str, candidate: Candidate, rows: NDArray[np.float32]
) -> tuple[onnx.ModelProto, NDArray[np.float32]] | str:
    """Return a candidate with its scores of some rows; in words why there are none, if it fails."""
    try:
        written = candidate.make()
        loaded = session(name, written)
        return written, loaded.run(None, {loaded.get_inputs()[0].name: rows})[0]
    except Exception as error:  # noqa: BLE001 - whatever a graph fails with, the next candidate may do
        return shortened(error)
