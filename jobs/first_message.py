"""Write the message for a job's first step as text, so that job and message are stored in one transaction."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from celery import Celery
from kombu.connection import Connection
from kombu.messaging import Producer

from jobs import keys
from jobs.celery_app import SELECT


class FirstMessage:
    """Writes messages in Celery's format, by sending them to a queue in this process's memory."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._connection: Any = Connection("memory://")  # type: ignore[no-untyped-call]  # untyped in Kombu
        self._channel: Any = self._connection.default_channel
        self._producer: Any = Producer(self._channel)  # type: ignore[no-untyped-call]  # as above

    def about(self, job_id: str) -> str:
        """Return the message about a job, sent now."""
        with self._lock:
            self._app.send_task(
                SELECT,
                args=(job_id,),
                queue=keys.COMMON_QUEUE,
                headers={"sent_at": time.time()},
                producer=self._producer,
                retry=False,
            )
            message = self._channel._get(keys.COMMON_QUEUE)  # noqa: SLF001 - what a channel stores
        return json.dumps(message)
