"""``python -m worker.device_trial DEVICE [RUNTIME ...]``: compute a small model once by each runtime.

It is a process of its own: one that has used CUDA can no longer fork workers, and its memory is free again
when it ends. It prints why the first runtime that fails does so, and nothing if all compute.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final, cast

from jobs.plan import Device
from registry.model_folders import Registry
from worker.runtimes.installed import REMEDY, missing
from worker.runtimes.pass_rows import SMALLEST
from worker.runtimes.runtime_errors import RuntimeLoadError
from worker.runtimes.runtime_loading import load_runtime

MODELS: Final = Path(__file__).with_name("trial_models")
"""A folder for each runtime that can be tried (scripts/build_trial_models.py)."""


def fault(device: Device, names: frozenset[str]) -> str | None:
    """Say why one of the named runtimes computes nothing on this device; None if each of them does.

    No name means all runtimes. Those that are not installed are left out.
    """
    registry = Registry(MODELS)
    for manifest in map(registry.get, registry.names()):
        if missing(manifest) is not None or (names and manifest.entry.name not in names):
            continue
        try:
            load_runtime(manifest, device, threads=1, rows=SMALLEST[device])
        except RuntimeLoadError as error:  # says what to do
            return f"{manifest.entry.title} cannot compute a small model on it: {error}"
        except Exception as error:  # noqa: BLE001 - a library that is damaged or does not fit may raise anything
            return f"{manifest.entry.title} cannot compute a small model on it ({error!r}): {REMEDY}"
    return None


def main() -> int:
    """Return 0 if every runtime computes, otherwise 1."""
    said = fault(cast("Device", sys.argv[1]), frozenset(sys.argv[2:]))
    if said is not None:
        sys.stdout.write(said)
    return int(said is not None)


if __name__ == "__main__":
    sys.exit(main())
