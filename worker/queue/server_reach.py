"""Log that a worker cannot use its server, and why, for as long as that lasts.

Celery waits for the server for ever, inside the loop that otherwise runs the heartbeats. So this module looks
from its own thread. A process must not fork while another thread resolves names or logs, so forks wait.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Final

from jobs.connection import connect
from jobs.durability import examine
from jobs.job_errors import StoreUnavailable
from worker.worker_settings import WorkerSettings

LOOK_EVERY_S: Final = 2.0
ANSWER_WITHIN_S: Final = 2.0
"""Choices. Together with the time between two looks, a loss is logged within five seconds."""
SAY_EVERY_S: Final = 15.0
"""A loss that lasts is logged again after this time. A choice: visible in a short log, and not filling it."""

log = logging.getLogger(__name__)


class Reach:
    """Looks at the server every two seconds until the process ends."""

    def __init__(self, settings: WorkerSettings, say_every_s: float = SAY_EVERY_S) -> None:
        self._durability = settings.durability
        self._server = settings.server.redacted
        timeout_s = min(ANSWER_WITHIN_S, settings.store_timeout_s)
        self._client = connect(settings.model_copy(update={"store_timeout_s": timeout_s}), retries=0)
        self._looking = threading.Lock()
        self._say_every_s = say_every_s
        self._trouble = ""
        self._since = self._said_at = 0.0

    def start(self) -> None:
        """Look once, then go on in a thread that does not keep the process from ending."""
        with self._looking:
            self.look()
        os.register_at_fork(
            before=self._looking.acquire,
            after_in_parent=self._looking.release,
            after_in_child=self._looking.release,
        )
        threading.Thread(target=self._go_on, name="reach", daemon=True).start()

    def _go_on(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            with self._looking:
                self.look()

    def look(self) -> None:
        """Look at the server once, and log what is wrong or that it is usable again."""
        try:
            faults = examine(self._client, self._durability).faults
            self._tell("" if not faults else f"no job is accepted by the server: {'; '.join(faults)}")
        except StoreUnavailable as error:
            self._tell(f"this worker cannot work: {error}")
        except Exception:  # the next look may succeed
            log.exception("looking at the server failed")

    def _tell(self, trouble: str) -> None:
        """Log a new fault at once, and a lasting one every ``say_every_s`` seconds."""
        now = time.monotonic()
        if trouble and not self._trouble:
            self._since = now
        if trouble and (trouble != self._trouble or now - self._said_at >= self._say_every_s):
            self._said_at = now
            log.error("%s (server %s, for %.0f s)", trouble, self._server, now - self._since)
        if self._trouble and not trouble:
            log.warning("the server %s can be used again, after %.0f s", self._server, now - self._since)
        self._trouble = trouble
