"""Which runtimes this installation has, found without importing them, and what to say of those it lacks."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from registry import ModelManifest
from registry.runtime_entries import RUNTIMES, RuntimeEntry

REMEDY: Final = "pip install 'certification-service[worker]' (an image: --build-arg EXTRA=worker)"


def installed() -> tuple[RuntimeEntry, ...]:
    """Return the runtimes whose package is installed."""
    return tuple(entry for entry in RUNTIMES if find_spec(entry.package) is not None)


def missing(manifest: ModelManifest) -> str | None:
    """Say what a model needs that is not installed, and how to install it; None if nothing."""
    entry = manifest.entry
    if find_spec(entry.package) is not None:
        return None
    return (
        f"model {manifest.name!r}: {entry.file_kind} needs {entry.title}, which this worker lacks: {REMEDY}"
    )
