"""A program of the service, as a process group of its own that can be killed, frozen and started again."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.support.processes import Process, started


class Program:
    """``python -m`` something; ``settings`` are given to it as ``CERTIFY_<NAME>``."""

    def __init__(self, entry: Sequence[str], log: Path, **settings: object) -> None:
        self.log = log
        self._entry = entry
        self._environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        self._environment |= {f"CERTIFY_{name.upper()}": str(value) for name, value in settings.items()}
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Id of the main process."""
        assert self._process is not None
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it was started and its main process is no more."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Start in a process group of its own."""
        self._process = started(self._entry, self._environment, self.log)

    def children(self) -> set[int]:
        """Return the ids of the main process's own children."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}

    def log_text(self) -> str:
        """Return what it has logged."""
        return self.log.read_text()

    def kill(self) -> None:
        """Kill it and all its children at once, as a power cut would."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                assert self.ended
            self._process.wait(timeout=60)
            self._process = None

    def end(self) -> None:
        """Ask it to end, if it runs, and wait for that for a while."""
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=20)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the main process and its children."""
        os.killpg(self.pid, number)

    def stop(self, timeout: float = 120, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and return its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        status = self._process.wait(timeout)
        self._process = None
        return status
