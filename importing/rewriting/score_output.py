"""The output of an ONNX file that holds the scores: which one it is, and what makes (rows, classes) of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from importing.draft import Guess
from importing.import_errors import ImportRefused
from importing.import_options import ImportOptions
from importing.rewriting.onnx_graphs import MARK, integers

SERVED: Final = "scores"
"""Name of the output of every written file."""
_LIKELY: Final = ("logit", "score", "prob", "class", "pred", "softmax", "head", "output", "dense")
"""Parts of names that outputs of scores have, the likeliest first."""
_UNLIKELY: Final = ("aux", "feat", "embed", "hidden", "attention", "pool", "mask", "loss")
_PASSING: Final = frozenset({"Cast", "Reshape", "Squeeze", "Flatten", "Identity", "Unsqueeze"})
"""Operators that leave a score as it is."""
_SQUASHING: Final = frozenset({"Sigmoid", "HardSigmoid"})


@dataclass(frozen=True, slots=True)
class ScoreOutput:
    """The tensor of scores.

    ``size``: scores of one input; 1: one score, which says the second class where it is above ``threshold``.
    """

    name: str
    size: int
    threshold: float | None = None
    guesses: tuple[Guess, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def classes(self) -> int:
        """Return the number of classes."""
        return max(self.size, 2)

    def scores(self, raw: NDArray[np.generic]) -> NDArray[np.float32]:
        """Turn what the file gives into scores, float32 of shape (rows, classes)."""
        flat = np.asarray(raw, np.float32).reshape(-1, self.size)
        if self.threshold is None:
            return flat
        above = flat - np.float32(self.threshold)
        return np.concatenate([-above, above], axis=1)

    def steps(self) -> list[str]:
        """Return what the nodes of ``nodes`` do, in words."""
        said = list(self.said)
        if self.threshold is not None:
            said.append(
                f"the one score y became two: {self.threshold:g} - y, and y - {self.threshold:g} for the "
                "second class"
            )
        return said

    def nodes(self, source: str) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Return the nodes, and the constants they need, that make ``SERVED`` of the tensor ``source``."""
        flat, cast = f"{MARK}flat", f"{MARK}float32"
        nodes = [
            helper.make_node("Reshape", [source, f"{MARK}rows"], [flat]),
            helper.make_node("Cast", [flat], [cast], to=TensorProto.FLOAT),
        ]
        held = [integers((-1, self.size), f"{MARK}rows")]
        if self.threshold is None:
            nodes[-1].output[0] = SERVED
            return nodes, held
        above, below, bar = f"{MARK}above", f"{MARK}below", f"{MARK}threshold"
        nodes += [
            helper.make_node("Sub", [cast, bar], [above]),
            helper.make_node("Neg", [above], [below]),
            helper.make_node("Concat", [below, above], [SERVED], axis=1),
        ]
        return nodes, [*held, helper.make_tensor(bar, TensorProto.FLOAT, [], [self.threshold])]


def choose_output(
    name: str,
    graph: onnx.GraphProto,
    outputs: Mapping[str, NDArray[np.generic]],
    rows: int,
    options: ImportOptions,
) -> ScoreOutput:
    """Choose the output of scores among what a file gave for ``rows`` inputs.

    Raises ImportRefused if none can be.
    """
    if options.output is not None and options.output not in outputs:
        raise ImportRefused(f"--output: {name} has no output {options.output!r}; it has {', '.join(outputs)}")
    able = {out: size for out, raw in outputs.items() if (size := _scores_of_one(raw, rows)) is not None}
    if options.output is not None:
        able = {out: size for out, size in able.items() if out == options.output}
    if not able:
        shapes = ", ".join(f"{out} {raw.dtype} {list(raw.shape)}" for out, raw in outputs.items())
        raise ImportRefused(
            f"{name} gives no scores of classes, one row for each of {rows} input(s), but {shapes}: export "
            "the "
            "classifier whose output is (batch, classes)"
        )
    chosen = min(able, key=lambda out: _rank(out, able[out]))
    guesses = []
    if len(able) > 1:
        guesses.append(Guess(f"of the outputs {', '.join(able)} the scores are {chosen!r}", "--output"))
    rest = ", ".join(out for out in outputs if out != chosen)
    said = (f"the output {chosen!r} is kept, and others left out: {rest}",) if rest else ()
    threshold = None
    if able[chosen] == 1:
        threshold, guess = _threshold(graph, chosen, options)
        guesses += [] if guess is None else [guess]
    return ScoreOutput(chosen, able[chosen], threshold, tuple(guesses), said)


def _scores_of_one(raw: NDArray[np.generic], rows: int) -> int | None:
    """Return how many scores an output holds for one input; None if it cannot be scores of classes."""
    if not np.issubdtype(raw.dtype, np.floating) and raw.dtype.name != "bfloat16":
        return None
    own = raw.shape[1:] if raw.shape[:1] == (rows,) else raw.shape if rows == 1 else None
    if own is None or sum(size != 1 for size in own) > 1:
        return None
    return math.prod(own)


def _rank(name: str, size: int) -> tuple[bool, bool, int]:
    """Return a key that is smaller for likelier outputs of scores."""
    low = name.lower()
    place = next((index for index, part in enumerate(_LIKELY) if part in low), len(_LIKELY))
    return size < 2, any(part in low for part in _UNLIKELY), place


def _threshold(graph: onnx.GraphProto, name: str, options: ImportOptions) -> tuple[float, Guess | None]:
    """Return the value above which one score says the second class: 0.5 after a sigmoid, else 0."""
    if options.threshold is not None:
        return options.threshold, None
    squashed = _source(graph, name) in _SQUASHING
    bar = 0.5 if squashed else 0.0
    what = "a probability" if squashed else "no probability, since no sigmoid makes it"
    return bar, Guess(
        f"the one score is {what}: the second class is where it is above {bar:g}", "--threshold"
    )


def _source(graph: onnx.GraphProto, name: str) -> str:
    """Return the operator that computes a tensor, seen through those that leave values as they are."""
    makers = {out: node for node in graph.node for out in node.output}
    while name in makers and makers[name].op_type in _PASSING:
        name = makers[name].input[0]
    return str(makers[name].op_type) if name in makers else ""


def uncover_scores(graph: onnx.GraphProto) -> list[str]:
    """Replace outputs that hold decisions alone by the scores they were made of, and say so.

    These are the index of the largest score (ArgMax) and lists of scores by class name (ZipMap).
    """
    said = []
    makers = {out: node for node in graph.node for out in node.output}
    kept: list[onnx.ValueInfoProto] = []
    for value in graph.output:
        node = _decision(makers, value.name)
        if node is None:
            kept.append(value)
            continue
        scores = node.input[0]
        if scores not in {one.name for one in kept}:
            kept.append(helper.make_empty_tensor_value_info(scores))
        said.append(f"the output {value.name!r} ({node.op_type}) gave way to the scores it is made of")
    del graph.output[:]
    graph.output.extend(kept)
    return said


def _decision(makers: Mapping[str, onnx.NodeProto], name: str) -> onnx.NodeProto | None:
    while name in makers and makers[name].op_type in _PASSING:
        name = makers[name].input[0]
    return makers[name] if name in makers and makers[name].op_type in {"ArgMax", "ZipMap"} else None


def names_of_zipmap(graph: onnx.GraphProto) -> tuple[str, ...] | None:
    """Return the class names that a ZipMap holds, as scikit-learn's exporter writes it; None without one."""
    for node in graph.node:
        if node.op_type == "ZipMap":
            held: Sequence[object] = helper.get_attribute_value(node.attribute[0])
            return tuple(one.decode() if isinstance(one, bytes) else str(one) for one in held)
    return None
