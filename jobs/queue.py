"""Putting the steps of a job on the queue."""

from __future__ import annotations

import time

from celery import Celery
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from jobs.app import CERTIFY, QUEUE, SAMPLE, SELECT
from jobs.errors import StoreUnavailable


class Queue:
    """Sends tasks. Sending one twice is harmless: effects happen once.

    Every method raises StoreUnavailable when the server is away. A job that is stored but not on the
    queue is not lost: the watchdog of any worker sends it again.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app

    def enqueue_select(self, job_id: str) -> None:
        """Ask for the first step of a job."""
        self._send(SELECT, job_id)

    def enqueue_sample(self, job_id: str, shard: int) -> None:
        """Ask for one shard of a job."""
        self._send(SAMPLE, job_id, shard)

    def enqueue_certify(self, job_id: str) -> None:
        """Ask for the last step of a job."""
        self._send(CERTIFY, job_id)

    def _send(self, task: str, *arguments: str | int) -> None:
        try:
            self._app.send_task(
                task,
                args=arguments,
                queue=QUEUE,
                headers={"sent_at": time.time()},
                retry=True,
                retry_policy={
                    "max_retries": 2,
                    "interval_start": 0,
                    "interval_step": 0.2,
                    "interval_max": 0.5,
                },
            )
        except (KombuError, OperationalError, RedisError, OSError) as error:
            raise StoreUnavailable(f"the queue does not answer: {error}") from error
