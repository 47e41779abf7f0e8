"""The watchdog: finds jobs that nothing works on and nothing on the queue will wake, and drives them on.

Whatever was lost on the way, a message, a worker, a server's memory, the job's record says what is missing.
"""

from __future__ import annotations

import logging
import time
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import JobNotFound, UnsupportedRecord
from jobs.job_records import JobRecord, JobState
from jobs.ledger import Ledger
from jobs.orphans import Orphans
from jobs.scripts import load_script
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore

BATCH: Final = 100
"""Jobs looked at in one sweep, those longest without a sign of life first."""

log = logging.getLogger(__name__)


class Watchdog:
    """Sweeps over the jobs that have not ended. Any number of workers may do so: one at a time does."""

    def __init__(self, client: Redis, settings: JobsSettings, store: JobStore, queue: Queue) -> None:
        self._redis = client
        self._settings = settings
        self._store = store
        self._ledger = Ledger(client)
        self._queue = queue
        self._orphans = Orphans(client, settings, store)
        self._stalled = load_script(client, "stalled")

    def sweep(self) -> tuple[str, ...]:
        """Drive on every job that has stalled, and return their ids. Raises StoreUnavailable.

        A job has stalled when it has given no sign of life for ``stall_s`` and what was last sent for it
        is no longer on its queue: a queue is in order, so it is not when a later message was taken. A job
        whose workers are gone has messages that wait; see `jobs.orphans`.
        """
        if not self._take_turn():
            return ()
        now = time.time()
        driven = tuple(job_id for job_id in self._silent(now) if self._drive(job_id, now))
        self._orphans.sweep(now)
        self._forget_expired(now)
        return driven

    def _take_turn(self) -> bool:
        turn_ms = round(self._settings.stall_s * 1000 / 3)
        with store_errors():
            mine = bool(self._redis.set(keys.SWEEP_LOCK, "1", nx=True, px=turn_ms))
            if not mine and self._redis.pttl(keys.SWEEP_LOCK) > turn_ms:
                self._redis.pexpire(keys.SWEEP_LOCK, turn_ms)  # the server's clock was set back
        return mine

    def _silent(self, now: float) -> list[str]:
        """List jobs that have given no sign of life and whose steps are on no queue."""
        with store_errors():
            silent = self._stalled(
                keys=[keys.ACTIVE, keys.CONSUMED],
                args=[now, self._settings.stall_s, BATCH, keys.job(""), keys.messages(""), keys.COMMON_QUEUE],
            )
        return [entry.decode() for entry in cast("list[bytes]", silent)]

    def _drive(self, job_id: str, now: float) -> bool:
        try:
            job = self._store.get(job_id)
        except UnsupportedRecord as error:
            log.warning("%s", error, extra={"job_id": job_id})
            with store_errors():  # or those that cannot be read would hold up those behind them
                self._redis.zadd(keys.ACTIVE, {job_id: now}, xx=True)
            return False
        except JobNotFound:
            job = None
        with store_errors():
            if job is None or job.state.is_final:
                self._redis.zrem(keys.ACTIVE, job_id)
                return False
            self._redis.zadd(keys.ACTIVE, {job_id: now}, xx=True)
        log.warning("a stalled job is driven on", extra={"job_id": job_id})
        self._send_missing(job)
        return True

    def _send_missing(self, job: JobRecord) -> None:
        if job.state is JobState.QUEUED or job.plan is None:
            self._queue.enqueue_select(job.id)
            return
        fleet, missing = job.plan.fleet.key, self._ledger.missing(job.id)
        for shard in missing:
            self._queue.enqueue_sample(job.id, shard, fleet)
        if not missing:
            self._queue.enqueue_certify(job.id, fleet)

    def _forget_expired(self, now: float) -> None:
        """Drop index entries of expired jobs, a batch at a time."""
        oldest = now - self._settings.result_ttl_s
        with store_errors():
            entries = self._redis.zrange(keys.INDEX, "-inf", f"({oldest}", byscore=True, offset=0, num=BATCH)
            for entry in cast("list[bytes]", entries):
                if not self._redis.exists(keys.job(entry.decode())):
                    self._redis.zrem(keys.INDEX, entry)
