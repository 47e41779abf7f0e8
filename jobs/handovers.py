"""Give the first step of a job to workers that can load its model, and take it back if they leave."""

from __future__ import annotations

from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.scripts import load_script
from jobs.step_queue import Queue

FIRST_STEP: Final = "select"
"""Name of the step, as its lease has it."""


class Handovers:
    """Moves first steps between the common queue and the queues of fleets. Raises StoreUnavailable.

    The job's record says where its step went, so that the watchdog looks for its message there. If a process
    dies between record and message, the watchdog sends the step again.
    """

    def __init__(self, client: Redis, queue: Queue) -> None:
        self._redis = client
        self._queue = queue
        self._hand_over = load_script(client, "hand_over")

    def give(self, job_id: str, fleet: str) -> None:
        """Give the first step of a job to a fleet, by its key; nothing if the job went on meanwhile."""
        if self._note(job_id, fleet, keys.queue(fleet)):
            self._queue.enqueue_select(job_id, keys.queue(fleet))

    def take_back(self, fleet: str) -> None:
        """Let any worker take the first steps that a fleet was given and has not begun."""
        with store_errors():
            held = cast("set[bytes]", self._redis.smembers(keys.given(fleet)))
        for job_id in (entry.decode() for entry in held):
            if self._note(job_id, fleet, ""):
                self._queue.enqueue_select(job_id)

    def _note(self, job_id: str, fleet: str, queue: str) -> bool:
        lease = keys.lease(job_id, FIRST_STEP)
        with store_errors():
            noted = self._hand_over(
                keys=[keys.job(job_id), keys.QUEUED, lease, keys.given(fleet)], args=[job_id, queue]
            )
        return bool(noted)
