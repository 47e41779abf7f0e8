"""Runtimes: what computes the votes of a base classifier. One file each, behind one small protocol."""

from __future__ import annotations

from jobs.plan import Device
from registry import ModelManifest
from worker.runtimes.onnx_runtime import OnnxRuntime
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_errors import ModelOutputError, RuntimeLoadError
from worker.runtimes.torchscript import TorchScriptRuntime
from worker.sampling.block_size import pass_rows_for

__all__ = ["ModelOutputError", "Runtime", "RuntimeLoadError", "load_runtime"]


def load_runtime(manifest: ModelManifest, device: Device, threads: int, rows: int | None = None) -> Runtime:
    """Load a model and try it with one batch of ``rows`` rows; None: as many as the rule says.

    ``device`` is where it will compute, and nowhere else. ``threads`` are ONNX Runtime's own; PyTorch's
    belong to the process, and the caller sets them (``torch.set_num_threads``). Raises RuntimeLoadError if
    the model cannot run as asked, ModelBroken if the file is not the one its manifest names,
    ModelOutputError if its scores are NaN.
    """
    rows = rows or pass_rows_for(manifest, device)
    match manifest.runtime:
        case "onnx":
            return OnnxRuntime(manifest, device, threads, rows)
        case "torchscript":
            return TorchScriptRuntime(manifest, device, threads, rows)
