"""Join ONNX models, each with one input and one output, into one that runs them one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import onnx
from onnx import compose

from importing.import_errors import ImportRefused
from importing.onnx_opsets import STANDARD, at_opset, opset_of


class Link(NamedTuple):
    """One of the models that are joined; ``said``: what messages call it, ``prefix``: of its names."""

    said: str
    prefix: str
    model: onnx.ModelProto


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
    model.CopyFrom(at_opset(link.model, opset, link.said))
    for entry in model.opset_import:
        entry.domain = "" if entry.domain in STANDARD else entry.domain
    model.ir_version = version
    del model.metadata_props[:]
    del model.graph.value_info[:]
    return compose.add_prefix(model, f"{link.prefix}/")
