"""Put the steps of a job on the queue."""

from __future__ import annotations

import time

from celery import Celery
from kombu.exceptions import KombuError, OperationalError
from redis.exceptions import RedisError

from jobs import keys
from jobs.celery_app import CERTIFY, SAMPLE, SELECT
from jobs.job_errors import StoreUnavailable
from jobs.server_faults import cause


class Queue:
    """Sends tasks. Sending one twice is harmless: effects happen once.

    Every method raises StoreUnavailable when the server is away. A job that is stored but not on the
    queue is not lost: the watchdog of any worker sends it again.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app

    def enqueue_select(self, job_id: str, queue: str = keys.COMMON_QUEUE) -> None:
        """Ask any worker for the first step of a job, or those that take from ``queue``."""
        self._send(queue, SELECT, job_id)

    def enqueue_sample(self, job_id: str, shard: int, fleet: str) -> None:
        """Ask the workers of the plan's fleet, by its key, for one shard of a job."""
        self._send(keys.queue(fleet), SAMPLE, job_id, shard)

    def enqueue_certify(self, job_id: str, fleet: str) -> None:
        """Ask the same workers for what comes next in a job: more shards, or the last step."""
        self._send(keys.queue(fleet), CERTIFY, job_id)

    def _send(self, queue: str, task: str, *arguments: str | int) -> None:
        try:
            self._app.send_task(
                task,
                args=arguments,
                queue=queue,
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
            raise StoreUnavailable(f"the queue cannot be used: {cause(error)}", str(error)) from error
