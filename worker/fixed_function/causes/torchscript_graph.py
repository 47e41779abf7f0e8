"""Find operators in the graph of a TorchScript file through which rows may influence each other."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, Final

import torch

from registry import ModelManifest
from registry.manifest import read_weights
from worker.fixed_function.causes.finding import (
    BETWEEN_ROWS,
    DYNAMIC,
    OVER_ROWS,
    RANDOM,
    SEQUENCE,
    TRAINING,
    Finding,
)

REDUCTIONS: Final = frozenset(
    {
        *("mean", "sum", "prod", "amax", "amin", "max", "min", "std", "var", "std_mean", "var_mean", "norm"),
        *(
            "median",
            "mode",
            "logsumexp",
            "softmax",
            "log_softmax",
            "argmax",
            "argmin",
            "all",
            "any",
            "nanmean",
        ),
        *("linalg_vector_norm", "linalg_norm"),
    }
)
"""Operators that reduce over dim 0 if it is named, and over everything if no dim is. With two tensors they do
not reduce."""
BETWEEN: Final = frozenset(
    {
        "cumsum",
        "cumprod",
        "cummax",
        "cummin",
        "logcumsumexp",
        "sort",
        "argsort",
        "topk",
        "roll",
        "flip",
        "diff",
    }
)
RANDOM_OPS: Final = frozenset(
    {"rand", "randn", "randint", "rand_like", "randn_like", "normal", "bernoulli", "multinomial", "randperm"}
)
ATTENTION: Final = frozenset({"_transformer_encoder_layer_fwd", "_native_multi_head_attention"})
STATISTICS: Final = frozenset({"batch_norm", "_batch_norm_impl_index", "native_batch_norm", "instance_norm"})
UNKNOWN: Final = object()


def findings(manifest: ModelManifest) -> list[Finding]:
    """Return the findings in a file. Raises whatever PyTorch raises for a graph that it cannot freeze."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # PyTorch advises torch.export over TorchScript
        load = torch.jit.load
        module = load(io.BytesIO(read_weights(manifest)), map_location="cpu").eval()  # type: ignore[no-untyped-call]
        graph = torch.jit.freeze(module, optimize_numerics=False).inlined_graph
    return [finding for node in _nodes(graph) if (finding := _judged(node)) is not None]


def _nodes(block: Any) -> Iterator[Any]:
    for node in block.nodes():
        yield node
        for inner in node.blocks():
            yield from _nodes(inner)


def _judged(node: Any) -> Finding | None:
    space, _, kind = node.kind().partition("::")
    if space not in {"aten", "quantized"}:
        return None
    name, arguments = kind.rstrip("_"), _arguments(node)
    what, remedy = f"{node.kind()}", None
    if "dynamic" in kind:
        remedy = DYNAMIC
    elif kind in STATISTICS:
        what, remedy = _statistics(node.kind(), arguments)
    elif kind in ATTENTION or (name in {"lstm", "gru", "rnn_tanh"} and arguments.get("batch_first") is False):
        remedy = SEQUENCE
    elif name in RANDOM_OPS or (name in {"dropout", "feature_dropout"} and arguments.get("train") is True):
        remedy = RANDOM
    elif name in REDUCTIONS or name in BETWEEN:
        over = _over_rows(arguments)
        what, remedy = (
            f"{what} over {over}",
            (OVER_ROWS if name in REDUCTIONS else BETWEEN_ROWS) if over else None,
        )
    return None if remedy is None else Finding(what, _line(node), remedy)


def _statistics(kind: str, arguments: dict[str, object]) -> tuple[str, str | None]:
    training = arguments.get("training", arguments.get("use_input_stats", False)) is True
    if kind == "aten::instance_norm" or not (training or arguments.get("running_mean", UNKNOWN) is None):
        return kind, None
    return f"{kind} in training mode" if training else f"{kind} without running statistics", TRAINING


def _over_rows(arguments: dict[str, object]) -> str | None:
    """Return the axes, in words, over which an operator combines rows; None if it keeps rows apart."""
    if "other" in arguments:
        return None  # with two tensors it works element by element
    dims = arguments.get("dim", arguments.get("dims"))
    if dims is None:
        return "everything"
    numbers = dims if isinstance(dims, Iterable) else [dims]
    return "dim 0" if 0 in numbers else None


def _arguments(node: Any) -> dict[str, object]:
    """Return an operator's arguments by name; one that is not a constant is UNKNOWN."""
    schema = torch._C.parse_schema(node.schema())  # noqa: SLF001 - there is no public reader
    values = (value.toIValue() if _is_constant(value) else UNKNOWN for value in node.inputs())
    return {argument.name: value for argument, value in zip(schema.arguments, values, strict=False)}


def _is_constant(value: Any) -> bool:
    return str(value.node().kind()) == "prim::Constant"


def _line(node: Any) -> str:
    """Return the module or line that the operator comes from, if the file says it."""
    return str(node.scopeName()).rpartition("/")[2]
