"""Check what a worker needs before it takes tasks: a models directory, and a device that computes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Final

from worker.worker_settings import WorkerSettings

TRIAL: Final = "worker.device_trial"


class Unfit(Exception):
    """Raised when this machine cannot do what the settings ask for."""


def check(settings: WorkerSettings) -> None:
    """Raise Unfit when the worker could not serve a single job."""
    if not settings.models_dir.is_dir():
        raise Unfit(f"there is no models directory {settings.models_dir}: set CERTIFY_MODELS_DIR")


@contextmanager
def trying_device(settings: WorkerSettings, runtimes: AbstractSet[str]) -> Iterator[None]:
    """Compute a small model on the device, in another process, while the block runs. Raises Unfit at its end.

    On a GPU every installed runtime is tried. On the CPU it is the named ones, as to import one that no model
    needs takes time and memory; none if there are no names.
    """
    if settings.device == "cpu" and not runtimes:
        yield
        return
    names = sorted(runtimes) if settings.device == "cpu" else []
    # What the libraries print themselves goes to the worker's log. On the CPU this process compiles numba's
    # loops meanwhile (worker/queue/warm_up.py); the trial runs them as Python.
    trial = subprocess.Popen(  # noqa: S603 - a module of the worker
        [sys.executable, "-m", TRIAL, settings.device, *names],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with trial:
        yield
        said = trial.communicate()[0].strip()
    if trial.returncode:
        ended = f"the process that tried it ended with status {trial.returncode}: look at what it printed"
        raise Unfit(f"CERTIFY_DEVICE is {settings.device}, but {said or ended}")
