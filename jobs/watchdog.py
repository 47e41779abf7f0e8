"""The watchdog: finds jobs that no process works on and no message will wake, and sends what is missing.

Whether a message, a worker or the server's memory was lost, the job's record says what is missing.
"""

from __future__ import annotations

import logging
import time
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.handovers import Handovers
from jobs.job_errors import JobNotFound, UnreadableRecord, UnsupportedRecord
from jobs.job_records import JobRecord, JobState
from jobs.ledger import Ledger
from jobs.orphans import Orphans
from jobs.runs.run_expiry import RunExpiry
from jobs.scripts import load_script
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore

BATCH: Final = 100
"""Most jobs checked in one sweep, those that were inactive longest first. A choice; it bounds a sweep's
time."""

log = logging.getLogger(__name__)


class Watchdog:
    """Sweeps over the jobs that have not ended. All workers have one, and only one at a time sweeps."""

    def __init__(self, client: Redis, settings: JobsSettings, store: JobStore, queue: Queue) -> None:
        self._redis = client
        self._settings = settings
        self._store = store
        self._ledger = Ledger(client)
        self._queue = queue
        self._orphans = Orphans(client, settings, store, Handovers(client, queue))
        self._expired_runs = RunExpiry(client)
        self._looked_through = 0.0
        self._stalled = load_script(client, "stalled")

    def sweep(self) -> tuple[str, ...]:
        """Send what is missing for every stalled job, and return their ids. Raises StoreUnavailable.

        A job has stalled if it was inactive for ``stall_s`` and its last message is no longer on the queue.
        Queues are in order, so that message was taken if a later one was. A job whose workers are gone has
        messages that wait; `jobs.orphans` handles it.
        """
        if not self._take_turn():
            return ()
        now = time.time()
        driven = tuple(job_id for job_id in self._silent(now) if self._drive(job_id, now))
        self._orphans.sweep(now)
        self._forget_expired(now)
        self._expired_runs.sweep(now)
        return driven

    def _take_turn(self) -> bool:
        turn_ms = round(self._settings.stall_s * 1000 / 3)
        with store_errors():
            mine = bool(self._redis.set(keys.SWEEP_LOCK, "1", nx=True, px=turn_ms))
            if not mine and self._redis.pttl(keys.SWEEP_LOCK) > turn_ms:
                self._redis.pexpire(keys.SWEEP_LOCK, turn_ms)  # the server's clock was set back
        return mine

    def _silent(self, now: float) -> list[str]:
        """List inactive jobs whose steps are on no queue."""
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
            with store_errors():  # otherwise unreadable jobs would block the jobs behind them
                self._redis.zadd(keys.ACTIVE, {job_id: now}, xx=True)
            if not isinstance(error, UnreadableRecord):
                return False
            self._queue.enqueue_select(job_id)  # another worker may be able to read it
            return True
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
        """Drop index entries of expired jobs, a batch at a time, each behind the last; rows live longer."""
        oldest = now - self._settings.result_ttl_s
        with store_errors():
            entries = self._redis.zrange(
                keys.INDEX,
                f"({self._looked_through}",
                f"({oldest}",
                byscore=True,
                offset=0,
                num=BATCH,
                withscores=True,
            )
            listed = cast("list[tuple[bytes, float]]", entries)
            self._looked_through = listed[-1][1] if len(listed) == BATCH else 0.0
            for entry, _ in listed:
                if not self._redis.exists(keys.job(entry.decode())):
                    self._redis.zrem(keys.INDEX, entry)
