"""Fleets for tests: the one of workers that are started here, and one that has no worker."""

from __future__ import annotations

from functools import cache
from typing import Final

from jobs.plan import Fleet
from worker.fleet import own_fleet
from worker.worker_settings import WorkerSettings

ELSEWHERE: Final = Fleet(
    device="cpu", versions={"onnxruntime": "1", "torch": "2"}, noise=("some",), machine="some"
)
"""Workers with other packages on another machine."""


@cache
def here() -> Fleet:
    """The fleet of workers with this environment's packages and no settings of their own."""
    return own_fleet(WorkerSettings())
