"""Refuse graphs with operators that no worker can run, or that make no fixed function of one input."""

from __future__ import annotations

from typing import Final

import onnx
from onnx import defs

from importing.import_errors import ImportRefused
from importing.rewriting.onnx_graphs import every_node, opset
from worker.fixed_function.causes.onnx_graph import QUANTISED, RANDOM_OPS

KNOWN_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"})
"""Sets of operators that ONNX Runtime brings."""
SHOWN: Final = 5
"""Most operators that a message names."""


def refuse_foreign_operators(name: str, model: onnx.ModelProto) -> None:
    """Raise ImportRefused for custom operators, by name, random ones, and dynamic quantisation."""
    own = {(function.domain, function.name) for function in model.functions}
    nodes = [node for node in every_node(model) if (node.domain, node.op_type) not in own]
    foreign = {_called(node) for node in nodes if not _is_known(node, opset(model))}
    if foreign:
        raise ImportRefused(
            f"{name} uses operators that ONNX Runtime does not have: {_some(foreign)}. Export the network "
            "with "
            "operators of ONNX alone: libraries of custom operators are never loaded"
        )
    random = {_called(node) for node in nodes if node.op_type in RANDOM_OPS}
    if random:
        raise ImportRefused(
            f"{name} draws random numbers while it computes ({_some(random)}), so that it is not one fixed "
            "function: export the network after net.eval()"
        )
    dynamic = {_called(node) for node in nodes if node.op_type in QUANTISED}
    if dynamic:
        raise ImportRefused(
            f"{name} is quantised dynamically ({_some(dynamic)}): the scale that is found while it computes "
            "spans all inputs of a batch, so that they change each other's scores. Quantise it statically "
            "(QDQ), "
            "or import it before it was quantised"
        )


def _is_known(node: onnx.NodeProto, version: int) -> bool:
    if node.domain not in KNOWN_DOMAINS:
        return False
    if node.domain not in {"", "ai.onnx"}:
        return True  # ONNX Runtime says so when it loads them
    return defs.has(node.op_type, max(version, 1), "") or defs.has(node.op_type)


def _called(node: onnx.NodeProto) -> str:
    return f"{node.domain}.{node.op_type}" if node.domain else node.op_type


def _some(names: set[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return ", ".join(name[:60] for name in shown[:SHOWN]) + more
