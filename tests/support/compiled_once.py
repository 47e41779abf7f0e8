"""``python -m tests.support.compiled_once``: run a program with the loops that an earlier one compiled.

Arguments: the program's module, and its own arguments.

A worker compiles its loops as it starts, which takes seconds, and the suite starts dozens. The processes of
one session share a folder, new for each session: what is in it was compiled from this very source, on this
machine. `tests/worker/noise/test_every_machine.py` compiles afresh and compares, and `tests/standalone`
starts workers as users do. A worker also tries its device as it starts, in a process that imports the
runtimes: seconds more, which are left out here.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from runpy import run_module
from typing import Final

FOLDER: Final = "NUMBA_CACHE_DIR"
"""Where numba keeps what is compiled. The suite sets it for every process that it starts."""


def keep_compiled() -> None:
    """Make numba keep and load compiled loops in the session's folder, if there is one."""
    if FOLDER in os.environ:
        numba = import_module("numba")
        vars(numba)["njit"] = partial(numba.njit, cache=True)


def _in_turn(warm_up: Callable[[], None]) -> None:
    """Let processes that begin together compile one after another: the first leaves nothing to the others."""
    with Path(os.environ[FOLDER], "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        warm_up()


def compile_once() -> None:
    """Keep compiled loops, compile in turn, and try no device, if there is a session's folder."""
    keep_compiled()
    if FOLDER in os.environ:
        vars(import_module("worker.preflight"))["trying_device"] = lambda *_: nullcontext()
        loops = vars(import_module("worker.queue.warm_up"))
        loops["warm_up"] = partial(_in_turn, loops["warm_up"])


if __name__ == "__main__":
    compile_once()
    del sys.argv[0]
    run_module(sys.argv[0], run_name="__main__", alter_sys=True)
