"""The runtimes that a model may name, one entry for each. Entries are read without loading a runtime.

To add a runtime, write a module of the worker with its loader, and add an entry here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    that computes; a job's counts depend on its version, and a worker without the package does not use the
    runtime. ``title``: what people call that package. ``loaders``: for each kind of device on which it
    computes the dotted name, ``module:callable``, of what makes a Runtime there
    (`worker.runtimes.runtime.Loader`); only processes that compute import it. ``options``: the optional
    fields of model.toml that this runtime accepts. ``findings``: the dotted name of the function that reads a
    file's graph to explain a refusal, if there is one.
    """

    name: str
    file_kind: str
    recognises: Callable[[Glimpse], bool]
    package: str
    title: str
    loaders: Mapping[str, str]
    options: frozenset[str] = frozenset()
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
        title="ONNX Runtime",
        loaders={
            "cpu": "worker.runtimes.onnx_runtime:OnnxRuntime",
            "cuda": "worker.runtimes.onnx_on_gpu:OnnxOnGpu",
        },
        findings="worker.fixed_function.causes.onnx_graph:findings",
    )
)
RUNTIMES.register(
    RuntimeEntry(
        name="torchscript",
        file_kind="a TorchScript file",
        recognises=_is_torchscript,
        package="torch",
        title="PyTorch",
        loaders={
            "cpu": "worker.runtimes.torchscript:TorchScriptRuntime",
            "cuda": "worker.runtimes.torchscript_on_gpu:TorchScriptOnGpu",
        },
        options=frozenset({"precision", "memory_format"}),
        findings="worker.fixed_function.causes.torchscript_graph:findings",
    )
)
