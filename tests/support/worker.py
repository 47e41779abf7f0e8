"""A real worker, ``python -m worker`` but for `compiled_once`, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from jobs.liveness import Liveness
from tests.support.program import Program
from tests.support.wait import wait_until


class Worker(Program):
    """A worker's main process; its children do the sampling."""

    entry: ClassVar[Sequence[str]] = ("tests.support.compiled_once", "worker")

    def __init__(self, redis_url: str, models_dir: Path, log: Path, **settings: object) -> None:
        super().__init__(self.entry, log, redis_url=redis_url, models_dir=models_dir, **settings)

    def wait_live(self, liveness: Liveness) -> None:
        """Wait for its heartbeat; AssertionError with its log when it ends instead."""

        def live() -> bool:
            assert not self.ended, self.log_text()
            return any(record.pid == self.pid for record in liveness.live_workers())

        wait_until(live, "a live worker")
