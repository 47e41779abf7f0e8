"""Check what a worker needs before it takes tasks: a models directory and, if the settings ask, a GPU."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from worker.worker_settings import WorkerSettings

PROBE: Final = """
from worker.runtimes.runtime_loading import lacking
said = lacking("cuda")
if said:
    raise SystemExit(said[0])
"""


class Unfit(Exception):
    """Raised when this machine cannot do what the settings ask for."""


def check(settings: WorkerSettings) -> None:
    """Raise Unfit when the worker could not serve a single job."""
    if not settings.models_dir.is_dir():
        raise Unfit(f"there is no models directory {settings.models_dir}: set CERTIFY_MODELS_DIR")
    if settings.device == "cuda":
        _check_cuda()


def _check_cuda() -> None:
    """Check for a GPU in a separate process: a process that has used CUDA can no longer fork workers."""
    probe = subprocess.run(  # noqa: S603 - a constant program
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=False
    )
    if probe.returncode:
        raise Unfit(f"CERTIFY_DEVICE is cuda, but {probe.stderr.strip().splitlines()[-1]}: use cpu or fix it")
