"""Which fleet this worker belongs to, found out without loading a runtime.

Its main process must stay free of PyTorch and ONNX Runtime, so it reads the files in which they state the
versions that a job's plan will name.
"""

from __future__ import annotations

import platform
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from jobs.plan import Fleet
from worker.noise.drawn_laws import generators_on
from worker.preflight import Unfit
from worker.worker_settings import WorkerSettings

VERSION: Final = re.compile(r"""^__version__\s*=\s*["']([^"']+)["']""", re.MULTILINE)


def own_fleet(settings: WorkerSettings) -> Fleet:
    """Return what this worker has in common with those that it can share a job with. Raises Unfit."""
    return Fleet(
        device=settings.device,
        onnxruntime=_version("onnxruntime", "__init__.py"),
        torch=_version("torch", "version.py"),
        noise=generators_on(settings.device),
        machine=platform.machine(),
        kind=settings.kind,
    )


def _version(package: str, file: str) -> str:
    """Return the version that a package states in one of its files."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Unfit(f"the package {package} is not installed")
    path = Path(found.origin).with_name(file)
    stated = VERSION.search(path.read_text(encoding="utf-8"))
    if stated is None:
        raise Unfit(f"{path} states no version: install {package} anew")
    return stated.group(1)
