"""Fail jobs whose fleet has had no worker for a stated time. What it has not begun, others begin at once."""

from __future__ import annotations

import logging
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.handovers import Handovers
from jobs.job_errors import JobNotFound, UnsupportedRecord
from jobs.job_records import Failure, JobRecord
from jobs.liveness import Liveness
from jobs.plan import Fleet, read_fleet
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore

BATCH: Final = 100
"""Most jobs of a fleet that fail in one sweep. A choice; it bounds the time of a sweep."""

log = logging.getLogger(__name__)


class Orphans:
    """Watches the fleets that have jobs or had workers. Time counts only while some worker sweeps.

    So jobs do not fail because the server was away, or because all workers were off for a night.
    """

    def __init__(self, client: Redis, settings: JobsSettings, store: JobStore, handovers: Handovers) -> None:
        self._redis = client
        self._settings = settings
        self._store = store
        self._handovers = handovers
        self._liveness = Liveness(client, settings)

    def sweep(self, now: float) -> None:
        """Fail the jobs of fleets that have been without a worker too long. Raises StoreUnavailable."""
        alive = {worker.fleet.key for worker in self._liveness.live_workers()}
        with store_errors():
            known = cast("dict[bytes, bytes]", self._redis.hgetall(keys.FLEETS))
        for name, content in known.items():
            key = name.decode()
            if key in alive:
                continue
            self._handovers.take_back(key)
            waited = self._waited(key, now)
            fleet = read_fleet(content)
            if fleet is not None and waited >= self._settings.orphan_s:
                self._fail_jobs(fleet, now)
            # A message that a dead worker held comes back to its queue after the visibility timeout.
            if waited >= max(self._settings.orphan_s, 2 * self._settings.visibility_timeout_s):
                self._forget(key)

    def _waited(self, key: str, now: float) -> float:
        """Return the seconds that sweeps have found this fleet without a worker."""
        unwatched = 2 * self._settings.stall_s
        with store_errors():
            noted = cast("bytes | None", self._redis.hget(keys.DESERTED, key))
            since, last = (now, now) if noted is None else map(float, noted.split())
            if not last <= now <= last + unwatched:
                since = now
            self._redis.hset(keys.DESERTED, key, f"{since} {now}")
        return now - since

    def _fail_jobs(self, fleet: Fleet, now: float) -> None:
        """Fail the inactive jobs of a fleet. A worker that is leaving may be about to end an active one."""
        with store_errors():
            held = self._redis.srandmember(keys.fleet_jobs(fleet.key), BATCH)
        for entry in cast("list[bytes]", held):
            job_id = entry.decode()
            with store_errors():
                seen = self._redis.zscore(keys.ACTIVE, job_id)
            if seen is not None and float(seen) > now - self._settings.orphan_s:
                continue
            try:
                self._fail(self._store.get(job_id), fleet)
            except JobNotFound:
                with store_errors():
                    self._redis.srem(keys.fleet_jobs(fleet.key), job_id)
            except UnsupportedRecord as error:
                log.warning("%s", error, extra={"job_id": job_id})

    def _fail(self, job: JobRecord, fleet: Fleet) -> None:
        detail = (
            f"the job was begun with {fleet.words}, and no worker with these has been alive for "
            f"{self._settings.orphan_s:g} s; one job needs one fixed classifier, so no other worker can go "
            "on with it: submit the job again"
        )
        if job.running is not None:
            detail += f". It had certified radius {job.running.radius:g} with {job.running.samples} samples"
        log.warning("the job fails: %s", detail, extra={"job_id": job.id})
        self._store.fail(job.id, Failure(type="no_matching_worker", detail=detail))

    def _forget(self, key: str) -> None:
        """Delete what is stored about a fleet without jobs. A worker that comes later stores it again."""
        with store_errors():
            if self._redis.exists(keys.fleet_jobs(key), keys.given(key)):
                return
            queue = keys.queue(key)
            left = list(self._redis.scan_iter(keys.messages(f"*{queue}*"), count=1000))
            with self._redis.pipeline(transaction=True) as pipe:
                if left:  # messages, and what Celery finds the queue by
                    pipe.delete(*left)
                pipe.hdel(keys.CONSUMED, queue)
                pipe.hdel(keys.FLEETS, key)
                pipe.hdel(keys.DESERTED, key)
                pipe.execute()
