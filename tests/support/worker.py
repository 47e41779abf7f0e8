"""A real worker, ``python -m worker``, in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from jobs.liveness import Liveness
from tests.support.wait import wait_until

REPOSITORY = Path(__file__).parent.parent.parent


class Worker:
    """A worker's main process; its children do the sampling."""

    def __init__(self, redis_url: str, models_dir: Path, log: Path, **settings: object) -> None:
        self.log = log
        given = {"redis_url": redis_url, "models_dir": models_dir, **settings}
        self._environment = {name: value for name, value in os.environ.items() if name != "REDIS_URL"}
        self._environment |= {f"CERTIFY_{name.upper()}": str(value) for name, value in given.items()}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Id of the main process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start in a process group of its own."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "worker"],
                cwd=REPOSITORY,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log_text(self) -> str:
        """Return what it has logged."""
        return self.log.read_text()

    def wait_live(self, liveness: Liveness) -> None:
        """Wait for its heartbeat; AssertionError with its log when it ends instead."""

        def live() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, self.log_text()
            return any(record.pid == self.pid for record in liveness.live_workers())

        wait_until(live, "a live worker", 60)

    def kill(self) -> None:
        """Kill it and all its children at once, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=20)
            self._process = None

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the main process and its children."""
        os.killpg(self.pid, number)

    def stop(self, timeout: float = 30) -> int:
        """Ask it to end and return its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(timeout)
        self._process = None
        return status
