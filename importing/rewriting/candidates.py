"""The ways in which a file may be brought to the one form, the cheapest first; which one holds, is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import onnx
from onnx import TensorProto, compose, helper, inliner, version_converter

from importing.rewriting import file_input, score_output
from importing.rewriting.file_input import FileInput
from importing.rewriting.folded_constants import fold_constants
from importing.rewriting.free_batch import BATCH, free_batch
from importing.rewriting.number_types import RARE, rare_types, to_float32
from importing.rewriting.onnx_graphs import MARK, before, copied, every_node, give_output, opset, take_input
from importing.rewriting.original_function import OriginalFile
from importing.rewriting.row_by_row import EACH, ROWS, row_by_row
from importing.rewriting.score_output import ScoreOutput
from importing.rewriting.unused_parts import without_unused_parts

OPSET: Final = 17
"""Version of ONNX's operators that older files are converted to. A choice: every runtime of today has it."""
NEEDED: Final = 13
"""Version from which on the operators that are added exist in the form in which they are written here."""

_TAKEN: Final = frozenset({file_input.SERVED, score_output.SERVED})
_PREFIX: Final = "file."


@dataclass(frozen=True, slots=True)
class Parts:
    """What a file is made of: its graph, its input and output, and how it runs as it was given.

    ``raw_type``, ``raw_axes``: type (as ONNX numbers types) and number of axes of its output.
    ``uncovered``: its outputs are not those that it was given with.
    """

    name: str
    model: onnx.ModelProto
    given: FileInput
    output: ScoreOutput
    original: OriginalFile
    raw_type: int
    raw_axes: int
    uncovered: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to write a file. ``make`` may raise whatever ONNX's tools raise.

    ``unchanged``: it is the file as it was given.
    """

    make: Callable[[], onnx.ModelProto]
    steps: tuple[str, ...] = ()
    unchanged: bool = False


def candidates(parts: Parts) -> Iterator[Candidate]:
    """Yield the ways to write a file: as it is, if it has the one form already, else with changes."""
    if _has_one_form(parts):
        yield Candidate(lambda: parts.model, unchanged=True)
    parts = _without_clashes(parts)
    for base, said in _bases(parts.model):
        wide = replace(parts, model=base)
        if rare_types(parts.model) and not rare_types(base):
            wide = replace(wide, given=_widened(parts.given), raw_type=_as_float32(parts.raw_type))
        yield from _of(wide, said)


def _widened(given: FileInput) -> FileInput:
    return replace(given, type=_as_float32(given.type))


def _as_float32(type_: int) -> int:
    return TensorProto.FLOAT if type_ in RARE else type_


def _has_one_form(parts: Parts) -> bool:
    fitting = parts.raw_type == TensorProto.FLOAT and parts.raw_axes == 2 and parts.output.threshold is None
    return (
        fitting
        and not parts.uncovered
        and parts.original.rows is None
        and not (parts.given.steps() or parts.output.steps())
    )


def _without_clashes(parts: Parts) -> Parts:
    """Return the parts of a file in which no tensor has a name that is added."""
    graph = parts.model.graph
    names = {name for node in every_node(parts.model) for name in (*node.input, *node.output)}
    names |= {tensor.name for tensor in graph.initializer} | {value.name for value in graph.input}
    if not any(name in _TAKEN or name.startswith(MARK) for name in names):
        return parts
    return replace(
        parts,
        model=compose.add_prefix(parts.model, _PREFIX),
        given=replace(parts.given, name=_PREFIX + parts.given.name),
        output=replace(parts.output, name=_PREFIX + parts.output.name),
    )


def _bases(model: onnx.ModelProto) -> Iterator[tuple[onnx.ModelProto, tuple[str, ...]]]:
    """Yield the graph with its functions written out, in newer operators if need be, and then as it is."""
    said = []
    model = copied(model)
    if model.functions:
        model = inliner.inline_local_functions(model)
        said.append("the functions of the graph were written out")
    if rare := rare_types(model):
        to_float32(model)
        said.append(
            f"it computes in float32 instead of {' and '.join(rare)}, for which ONNX Runtime lacks operators"
        )
    if opset(model) < NEEDED:
        converted = _converted(model)
        if converted is not None:
            yield converted, (*said, f"the operators were converted from opset {opset(model)} to {OPSET}")
    yield model, tuple(said)


def _converted(model: onnx.ModelProto) -> onnx.ModelProto | None:
    """Return a model in newer operators; None where ONNX cannot convert one of them."""
    try:
        return version_converter.convert_version(model, OPSET)
    except Exception:  # noqa: BLE001 - RuntimeError and others: then the file is tried as it is
        return None


def _of(parts: Parts, said: tuple[str, ...]) -> Iterator[Candidate]:
    rows, entry, source = parts.original.rows, parts.given.name, parts.output.name
    if rows is None:
        yield Candidate(partial(_completed, parts, parts.model, entry, source), said)
    if rows:
        freed = f"the batch, which was fixed at {rows}, was freed"
        yield Candidate(lambda: _completed(parts, _freed(parts, rows), entry, source), (*said, freed))
        folded = "what depended on the batch's size alone was computed"
        yield Candidate(
            lambda: _completed(parts, _freed(_folded(parts, rows), rows), entry, source),
            (*said, folded, freed),
        )
    alone = "it is run on one input after another (Scan), as its batch could not be freed"
    times = 1 if rows is None else rows
    yield Candidate(lambda: _completed(parts, _each(parts, times), ROWS, EACH), (*said, alone))


def _folded(parts: Parts, rows: int) -> Parts:
    return replace(parts, model=fold_constants(parts.model, parts.given.name, rows))


def _freed(parts: Parts, rows: int) -> onnx.ModelProto:
    return free_batch(parts.model, parts.given.name, rows)


def _each(parts: Parts, times: int) -> onnx.ModelProto:
    output = parts.output
    return row_by_row(parts.model, parts.given, times, output.name, output.size, parts.raw_type)


def _completed(parts: Parts, model: onnx.ModelProto, entry: str, source: str) -> onnx.ModelProto:
    """Return a copy of a graph with the one input and output around its tensors ``entry`` and ``source``."""
    model = copied(model)
    graph = model.graph
    nodes, held = parts.given.nodes(entry)
    more, more_held = parts.output.nodes(source)
    before(graph, nodes)
    graph.node.extend(more)
    graph.initializer.extend([*held, *more_held])
    shape: list[int | str | None] = [BATCH, *parts.given.served_shape]
    take_input(graph, helper.make_tensor_value_info(file_input.SERVED, TensorProto.FLOAT, shape))
    give_output(graph, score_output.SERVED, [BATCH, parts.output.classes])
    del graph.value_info[:]
    return without_unused_parts(model)
