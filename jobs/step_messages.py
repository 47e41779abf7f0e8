"""Write messages about steps as text, so that a script stores them together with what they are about."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from celery import Celery
from kombu.connection import Connection
from kombu.messaging import Producer

from jobs import keys
from jobs.celery_app import SAMPLE, SELECT


class StepMessages:
    """Writes messages in Celery's format, by sending them to a queue in this process's memory."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._connection: Any = Connection("memory://")  # type: ignore[no-untyped-call]  # untyped in Kombu
        self._channel: Any = self._connection.default_channel
        self._producer: Any = Producer(self._channel)  # type: ignore[no-untyped-call]  # as above

    def select(self, job_id: str) -> str:
        """Return the message about the first step of a job, sent now to any worker."""
        return self._written(keys.COMMON_QUEUE, SELECT, job_id)

    def sample(self, job_id: str, shard: int, fleet: str) -> str:
        """Return the message about one shard of a job, sent now to the workers of a fleet, by its key."""
        return self._written(keys.queue(fleet), SAMPLE, job_id, shard)

    def _written(self, queue: str, task: str, *arguments: str | int) -> str:
        with self._lock:
            self._app.send_task(
                task,
                args=arguments,
                queue=queue,
                headers={"sent_at": time.time()},
                producer=self._producer,
                retry=False,
            )
            message = self._channel._get(queue)  # noqa: SLF001 - what a channel stores
        return json.dumps(message)
