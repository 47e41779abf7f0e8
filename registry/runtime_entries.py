"""The runtimes that a model may name, one entry for each. Entries are read without loading a runtime.

To add a runtime, write a module of the worker with its loader, and add an entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from certificates.catalogue import Catalogue
from registry.file_glimpse import Glimpse
from registry.onnx_head import looks_like_onnx


@dataclass(frozen=True)
class RuntimeEntry:
    """One runtime.

    ``name``: its value of ``runtime`` in model.toml. ``file_kind``: the name of its files in messages, with
    an article; ``recognises``: whether a glimpse of a file shows that kind. ``package``: the Python package
    that computes; a job's counts depend on its version. ``loader``: the dotted name, ``module:callable``, of
    the function that makes a Runtime (`worker.runtimes.runtime.Loader`); only processes that compute import
    it. ``options``: the optional fields of model.toml that this runtime accepts. ``devices``: the kinds of
    devices on which it computes; a worker for one of them does not start without what it needs there.
    ``findings``: the dotted name of the function that reads a file's graph to explain a refusal, if there is
    one.
    """

    name: str
    file_kind: str
    recognises: Callable[[Glimpse], bool]
    package: str
    loader: str
    options: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset({"cpu", "cuda"})
    findings: str | None = None


def _is_onnx(seen: Glimpse) -> bool:
    return looks_like_onnx(seen.head)


def _is_torchscript(seen: Glimpse) -> bool:
    """Whether the file is a zip archive with the members that ``torch.jit.save`` writes."""
    return any("/code/" in name or name.endswith("/constants.pkl") for name in seen.members or ())


RUNTIMES: Final[Catalogue[RuntimeEntry]] = Catalogue("Runtime", "What computes a base classifier's scores.")
"""Every runtime that model.toml may name."""

RUNTIMES.register(
    RuntimeEntry(
        name="onnx",
        file_kind="an ONNX file",
        recognises=_is_onnx,
        package="onnxruntime",
        loader="worker.runtimes.onnx_runtime:OnnxRuntime",
        findings="worker.fixed_function.causes.onnx_graph:findings",
    )
)
RUNTIMES.register(
    RuntimeEntry(
        name="torchscript",
        file_kind="a TorchScript file",
        recognises=_is_torchscript,
        package="torch",
        loader="worker.runtimes.torchscript:TorchScriptRuntime",
        options=frozenset({"precision", "memory_format"}),
        findings="worker.fixed_function.causes.torchscript_graph:findings",
    )
)
