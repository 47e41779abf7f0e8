"""Load a model with the runtime that its manifest names."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import cast

from jobs.plan import Device
from registry import ModelManifest
from registry.runtime_entries import RUNTIMES, RuntimeEntry
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Loader, Runtime


def load_runtime(manifest: ModelManifest, device: Device, threads: int, rows: int | None = None) -> Runtime:
    """Load a model and try it with one batch of ``rows`` rows; None: the number that the rule gives.

    The model computes only on ``device``. ``threads`` is for ONNX Runtime; PyTorch's threads belong to the
    process, and the caller sets them (``torch.set_num_threads``). Raises RuntimeLoadError if
    the model cannot run as asked, ModelBroken if the file is not the one its manifest names,
    ModelOutputError if its scores are NaN.
    """
    load = _loader(manifest.entry)
    return load(manifest, device, threads, rows or pass_rows_for(manifest, device))


def import_runtimes() -> None:
    """Import every runtime now (seconds), so that no job waits for it."""
    for entry in RUNTIMES:
        _loader(entry)


def lacking(device: Device) -> list[str]:
    """List what this machine or installation lacks for computing on a kind of device."""
    said = (_loader(entry).lacks(device) for entry in RUNTIMES if device in entry.devices)
    return [one for one in said if one is not None]


def _loader(entry: RuntimeEntry) -> Loader:
    return cast("Loader", resolve_name(entry.loader))
