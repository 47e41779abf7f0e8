"""Start the service's programs: as a fork of a process that has imported them, or as an interpreter.

An interpreter takes a second of CPU to import a program, and the suite starts more than a hundred. What is
forked runs the program's own `__main__` module, in a session of its own, with its own environment and log.
Where coverage is measured nothing is forked: coverage measures whole interpreters.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from runpy import run_module
from typing import Final, Protocol

import pytest

from tests.support.places import ROOT

FORKED: Final = (("service",), ("tests.support.compiled_once", "worker"))
"""What is forked, each with the program that `PRELOADED` has imported as its last name."""
PRELOADED: Final = "tests.support.preloaded"
MEASURED: Final = "COVERAGE_PROCESS_CONFIG"
"""Set where coverage is measured: a worker that is killed would not tell what it ran."""
Files = tuple[int, int]
"""The soft and the hard limit on open files."""
_PATH = os.environ.get("PYTHONPATH")


class Process(Protocol):
    """What tests do with a process, as `subprocess.Popen` names it."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """Return its exit status if it has ended; -N if signal N ended it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its exit status; subprocess.TimeoutExpired if it takes longer."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """Kill it."""


def started(
    program: Sequence[str], environment: Mapping[str, str], log: Path, files: Files | None = None
) -> Process:
    """Start ``python -m program`` in a session of its own; what it writes is appended to ``log``.

    ``files``: its limits on open files, if they are to be others than those of the tests.
    """
    log.touch()
    if tuple(program) in FORKED and MEASURED not in os.environ:
        return _Forked(program, environment, log, files)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *program],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if files is not None:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, files)  # long before it looks
    return process


class _Forked:
    def __init__(
        self, program: Sequence[str], environment: Mapping[str, str], log: Path, files: Files | None
    ) -> None:
        arguments = (program[-1], dict(environment), str(log), files)
        self._process = _context().Process(target=_run, args=arguments, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0.0)
        return status

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    with pytest.MonkeyPatch.context() as patch:  # as the tests began
        if _PATH is None:
            patch.delenv("PYTHONPATH", raising=False)
        else:
            patch.setenv("PYTHONPATH", _PATH)
        forkserver.ensure_running()
    return context


def _run(program: str, environment: dict[str, str], log: str, files: Files | None) -> None:
    """Become the program."""
    assert PRELOADED in sys.modules, f"the fork server could not import {PRELOADED}: import it to see why"
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, files)
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    _look_in(environment.get("PYTHONPATH", ""))
    sys.argv = [program]
    run_module(program, run_name="__main__", alter_sys=True)


def _look_in(module_path: str) -> None:
    """Find packages in folders of this path first, and import what Python imports at its start."""
    if module_path != (_PATH or ""):
        sys.path[:0] = folders = [folder for folder in module_path.split(os.pathsep) if folder]
        if any(Path(folder, "sitecustomize.py").exists() for folder in folders):
            sys.modules.pop("sitecustomize", None)
            import_module("sitecustomize")
