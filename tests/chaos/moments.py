"""``python -m tests.chaos.moments worker``: a worker that is killed at exact moments, once each.

A moment is armed by a file of its name in the folder CERTIFY_ARMED, which says who is to die. The first
process to get there takes the file away and sends SIGKILL. The program's own code knows nothing of this:
methods of its classes are wrapped here, before it starts. ``... moments service`` is such a gateway.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from jobs.leases import Leases
from jobs.ledger import Ledger
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.compiled_once import compile_once


class Victim(StrEnum):
    """Who is killed: the process that gets to the moment alone, or its worker with all its processes."""

    PROCESS = "process"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Moment:
    """Just before or just after a method of ours runs."""

    owner: type
    method: str
    after: bool = False


WORKER_MOMENTS = {
    "a step is taken in hand": Moment(Leases, "acquire", after=True),
    "the class is selected and the plan not stored": Moment(Ledger, "fix_plan"),
    "the plan is stored and the first shard not begun": Moment(Ledger, "fix_plan", after=True),
    "shards are taken and not on the queue": Moment(Ledger, "merge", after=True),
    "one of the shards taken is on the queue": Moment(Queue, "enqueue_sample", after=True),
    "a shard is half sampled": Moment(Ledger, "report"),
    "a shard is counted and not stored": Moment(Ledger, "store_shard"),
    "a shard is stored and not acknowledged": Moment(Ledger, "store_shard", after=True),
    "a shard is stored and not merged": Moment(Ledger, "merge"),
    "the certificate is not stored": Moment(JobStore, "succeed"),
    "the certificate is stored and not acknowledged": Moment(JobStore, "succeed", after=True),
    "a step is done and not acknowledged": Moment(Leases, "release", after=True),
}
GATEWAY_MOMENTS = {
    "the job is not stored": Moment(JobStore, "create"),
    "the job is stored and nothing answered": Moment(JobStore, "create", after=True),
}


def arm(folder: Path, moment: str, victim: Victim) -> Path:
    """Kill the next process that gets to a moment; return a file that is gone once it is dead."""
    armed = folder / moment
    waiting = armed.with_suffix(".waiting")
    waiting.write_text(victim)
    return waiting.rename(armed)  # seen whole or not at all


def _die_if_armed(armed: Path) -> None:
    try:
        victim = armed.read_text()
        armed.unlink()
    except FileNotFoundError:  # not armed, or another process was first
        return
    if victim == Victim.WORKER:
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def _wrap(folder: Path, name: str, moment: Moment) -> None:
    method: Callable[..., Any] = getattr(moment.owner, moment.method)

    @wraps(method)
    def fatal(*args: Any, **kwargs: Any) -> Any:
        if not moment.after:
            _die_if_armed(folder / name)
        answer = method(*args, **kwargs)
        if moment.after:
            _die_if_armed(folder / name)
        return answer

    setattr(moment.owner, moment.method, fatal)


if __name__ == "__main__":
    compile_once()
    main = import_module(f"{sys.argv[1]}.__main__").main
    if sys.argv[1] == "worker":  # progress is told after every batch: the shortest shard has a middle
        vars(import_module("worker.steps"))["REPORT_S"] = 0.0
    for name, moment in (WORKER_MOMENTS | GATEWAY_MOMENTS).items():
        _wrap(Path(os.environ["CERTIFY_ARMED"]), name, moment)
    sys.exit(main())
