"""Find out which fleet this worker belongs to, without loading a runtime.

The main process must not load PyTorch or ONNX Runtime, so it reads the files in which these packages state
their versions. A worker without one of them belongs to another fleet than one that has it.
"""

from __future__ import annotations

import platform
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jobs.plan import Fleet
from registry.runtime_entries import RUNTIMES
from worker.noise.drawn_laws import generators_on
from worker.preflight import Unfit
from worker.processors import processor_of
from worker.runtimes.installed import REMEDY, installed
from worker.worker_settings import WorkerSettings

STATED_IN: Final = ("__init__.py", "version.py")
"""Files in which packages state their version."""
VERSION: Final = re.compile(r"""^(?:__version__|version)\s*=\s*["']([^"']+)["']""", re.MULTILINE)


def own_fleet(settings: WorkerSettings) -> Fleet:
    """Return the properties that workers must have in common to share a job. Raises Unfit."""
    try:
        noise = generators_on(settings.device)
    except ValueError as error:
        raise Unfit(f"a law of noise can be asked for that no worker can draw: {error}") from error
    packages = sorted({entry.package for entry in installed()})
    if not packages:
        names = " nor ".join(sorted({entry.package for entry in RUNTIMES}))
        raise Unfit(f"no runtime is installed, neither {names}: {REMEDY}")
    return Fleet(
        device=settings.device,
        versions={package: _version(package) for package in packages},
        noise=noise,
        machine=platform.machine(),
        processor=processor_of(settings.device),
        kind=settings.kind,
    )


def _version(package: str) -> str:
    """Return the version that a package states in one of its files."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Unfit(f"the package {package} is not installed")
    for path in (Path(found.origin).with_name(file) for file in STATED_IN):
        stated = VERSION.search(path.read_text(encoding="utf-8")) if path.is_file() else None
        if stated is not None:
            return stated.group(1)
    raise Unfit(f"{found.origin} states no version: install {package} again")
