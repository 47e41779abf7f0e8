"""Join ONNX models, each with one input and one output, into one that runs them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import onnx
from onnx import compose, version_converter

from importing.import_errors import ImportRefused

STANDARD: Final = frozenset({"", "ai.onnx"})
"""The names of the standard domain of operators."""


class Link(NamedTuple):
    """One of the models that are joined; ``said``: what messages call it, ``prefix``: of its names."""

    said: str
    prefix: str
    model: onnx.ModelProto


def opset_of(model: onnx.ModelProto) -> int:
    """Return the version of the standard operators that a model uses."""
    return max((entry.version for entry in model.opset_import if entry.domain in STANDARD), default=1)


def joined(links: Sequence[Link]) -> onnx.ModelProto:
    """Return one model, from the input of the first to the output of the last.

    All are brought to the newest of their opsets. Raises ImportRefused if that or the joining fails.
    """
    opset = max(opset_of(link.model) for link in links)
    version = max(link.model.ir_version for link in links)
    first, *others = [_prepared(link, opset, version) for link in links]
    whole = first
    for link in others:
        ends = [(whole.graph.output[0].name, link.graph.input[0].name)]
        try:
            whole = compose.merge_models(whole, link, ends, producer_name="certify-models")
        except (ValueError, onnx.checker.ValidationError) as error:
            raise ImportRefused(f"the two files cannot be joined: {error}") from error
    versions = {entry.domain: entry.version for entry in whole.opset_import}
    del whole.opset_import[:]
    whole.opset_import.extend(onnx.helper.make_opsetid(*entry) for entry in versions.items())
    whole.graph.name = "_then_".join(link.prefix for link in links)
    return whole


def _prepared(link: Link, opset: int, version: int) -> onnx.ModelProto:
    """Return a copy at the given versions, with names of its own and without notes that could clash."""
    model = onnx.ModelProto()
    model.CopyFrom(link.model)
    if opset_of(model) != opset:
        model = _converted(link, opset)
    for entry in model.opset_import:
        entry.domain = "" if entry.domain in STANDARD else entry.domain
    model.ir_version = version
    del model.metadata_props[:]
    del model.graph.value_info[:]
    return compose.add_prefix(model, f"{link.prefix}/")


def _converted(link: Link, opset: int) -> onnx.ModelProto:
    try:
        return version_converter.convert_version(link.model, opset)
    except Exception as error:  # the converter's errors share no base but Exception
        raise ImportRefused(
            f"{link.said} has opset {opset_of(link.model)} and cannot be brought to {opset}, that of the "
            f"other file: export both with one opset ({error})"
        ) from error
