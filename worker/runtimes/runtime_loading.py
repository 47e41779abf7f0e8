"""Load a model with the runtime that its manifest names."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pkgutil import resolve_name
from typing import cast

from jobs.plan import Device
from registry import ModelManifest
from registry.runtime_entries import RuntimeEntry
from worker.runtimes.installed import installed, missing
from worker.runtimes.pass_rows import pass_rows_for
from worker.runtimes.runtime import Loader, Runtime
from worker.runtimes.runtime_errors import RuntimeLoadError


def load_runtime(manifest: ModelManifest, device: Device, threads: int, rows: int | None = None) -> Runtime:
    """Load a model and try it with one batch of ``rows`` rows; None: the number that the rule gives.

    The model computes only on ``device``, a pass in ``threads`` threads. Raises RuntimeLoadError if the model
    cannot run as asked, as where the runtime's package is not installed, ModelBroken if the file is not the
    one its manifest names, ModelOutputError if its scores are NaN.
    """
    if (said := missing(manifest)) is not None:
        raise RuntimeLoadError(said)
    if device not in manifest.entry.loaders:
        raise RuntimeLoadError(
            f"model {manifest.name!r}: {manifest.entry.title} does not compute on {device}"
        )
    load = _loader(manifest.entry, device)
    return load(manifest, device, threads, rows or pass_rows_for(manifest, device))


def import_runtimes(device: Device, names: AbstractSet[str]) -> None:
    """Import those of the named runtimes now (seconds) that are installed, so that no job waits for them."""
    for entry in installed():
        if entry.name in names and device in entry.loaders:
            _loader(entry, device)


def _loader(entry: RuntimeEntry, device: Device) -> Loader:
    return cast("Loader", resolve_name(entry.loaders[device]))
