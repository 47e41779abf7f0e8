"""From a manifest to a loaded runtime: the entry of the runtime names what loads it."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import cast

from jobs.plan import Device
from registry import ModelManifest
from registry.runtime_entries import RUNTIMES, RuntimeEntry
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Loader, Runtime


def load_runtime(manifest: ModelManifest, device: Device, threads: int, rows: int | None = None) -> Runtime:
    """Load a model and try it with one batch of ``rows`` rows; None: as many as the rule says.

    ``device`` is where it will compute, and nowhere else. ``threads`` are ONNX Runtime's own; PyTorch's
    belong to the process, and the caller sets them (``torch.set_num_threads``). Raises RuntimeLoadError if
    the model cannot run as asked, ModelBroken if the file is not the one its manifest names,
    ModelOutputError if its scores are NaN.
    """
    load = _loader(manifest.entry)
    return load(manifest, device, threads, rows or pass_rows_for(manifest, device))


def lacking(device: Device) -> list[str]:
    """Say what this machine or installation lacks for each runtime to compute there."""
    said = (_loader(entry).lacks(device) for entry in RUNTIMES)
    return [one for one in said if one is not None]


def _loader(entry: RuntimeEntry) -> Loader:
    return cast("Loader", resolve_name(entry.loader))
