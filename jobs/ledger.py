"""The ledger of a running job: its plan, which shards are out, what they counted, how far they are.

A shard's evidence is stored once, whoever delivers it first, and merged in shard order into one running
sum; shards that wait to be merged are bounded in number, and so is the space a job takes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Final, cast

from redis import Redis

from certificates.counts.evidence import Evidence
from jobs import keys
from jobs.certificate_document import certificate_document
from jobs.connection import store_errors
from jobs.job_errors import JobEnded
from jobs.job_records import JobState
from jobs.merged_prefix import Prefix
from jobs.plan import Plan
from jobs.scripts import load_script
from jobs.spec import JobSpec

AHEAD: Final = 4
"""Shards may be this many windows beyond the merged ones: all that waits while one shard is being redone."""
AHEAD_BYTES: Final = 64 * 2**20
"""And no more windows than one once the shards that wait could take this much memory."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a job is."""

    merged: int
    complete: bool
    """Whether nothing more is to be counted: all shards are merged, or the radius to stop at is certified."""
    missing: tuple[int, ...]
    """Shards that were put on the queue and are not stored."""
    prefix: Prefix | None = None
    """What the merged shards add up to; read once the job is complete."""


class Ledger:
    """What workers write while a job runs. Every method raises StoreUnavailable when the server is away.

    JobEnded is raised where the job is not running any more, so that its steps stop.
    """

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._fix_plan = load_script(client, "fix_plan")
        self._dispatch = load_script(client, "dispatch")
        self._store = load_script(client, "store_shard")
        self._merge = load_script(client, "merge")
        self._report = load_script(client, "report")

    def fix_plan(self, job_id: str, plan: Plan) -> Plan:
        """Store the plan unless there is one, and return the one that holds. Raises JobEnded."""
        with store_errors():
            held = self._fix_plan(
                keys=[keys.job(job_id), keys.ACTIVE, keys.fleet_jobs(plan.fleet.key)],
                args=[job_id, time.time(), plan.model_dump_json(), keys.queue(plan.fleet.key)],
            )
        if held is None:
            raise JobEnded(f"job {job_id} is not running")
        return Plan.model_validate_json(cast("bytes", held))

    def dispatch(self, job_id: str, shards: int, window: int) -> tuple[int, ...]:
        """Take the next shards that may be put on the queue, of ``shards``, with ``window`` out at a time."""
        with store_errors():
            taken = self._dispatch(
                keys=[keys.job(job_id), keys.shards(job_id), keys.ACTIVE],
                args=[job_id, time.time(), shards, window, AHEAD * window, AHEAD_BYTES],
            )
        return tuple(cast("list[int]", taken))

    def report(self, job_id: str, shard: int, samples: int) -> None:
        """Note the evaluations done in a shard that is being sampled. Raises JobEnded."""
        with store_errors():
            state = self._report(
                keys=[keys.job(job_id), keys.progress(job_id), keys.ACTIVE],
                args=[job_id, time.time(), shard, samples],
            )
        if state is None or cast("bytes", state).decode() != JobState.RUNNING:
            raise JobEnded(f"job {job_id} is not running")

    def store_shard(self, job_id: str, shard: int, evidence: Evidence, seconds: float = 0.0) -> bool:
        """Store what a shard counted, once. False when it was stored before. Raises JobEnded.

        ``seconds`` is how long it took, for the totals that metrics show.
        """
        content = json.dumps(evidence.to_dict(), allow_nan=False)
        with store_errors():
            stored = self._store(
                keys=[keys.job(job_id), keys.shards(job_id), keys.progress(job_id), keys.ACTIVE, keys.TOTALS],
                args=[job_id, time.time(), shard, content, evidence.n, seconds],
            )
        if stored == -1:
            raise JobEnded(f"job {job_id} is not running")
        return bool(stored)

    def is_stored(self, job_id: str, shard: int) -> bool:
        """Whether a shard's evidence is there already, merged or not."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hget(keys.job(job_id), "merged")
            pipe.hexists(keys.shards(job_id), str(shard))
            merged, waiting = pipe.execute()
        return bool(waiting) or shard < int(merged or 0)

    def merge(self, job_id: str, spec: JobSpec, plan: Plan) -> Tally:
        """Merge the shards that follow on those merged, and return the tally. Raises JobEnded.

        Part of a job is stored together with the certificate that it supports, if that is the best so far. A
        job that is to stop at a radius is merged no further than the first shard that certifies it.
        """
        claim = spec.claim()
        while True:
            tally, next_ones = self._look(job_id, plan)
            if not (tally.complete or next_ones):
                return tally
            prefix, waiting = self._read(job_id, next_ones)
            if prefix.merged != tally.merged:
                continue
            if tally.complete:
                return replace(tally, prefix=prefix)
            for content in waiting:
                if content is None or prefix.stopped:
                    break
                prefix = prefix.add(Evidence.from_dict(json.loads(content)), claim)
            self._write(job_id, tally.merged, prefix, spec, plan)

    def _look(self, job_id: str, plan: Plan) -> tuple[Tally, list[int]]:
        """Return how far the job is, and the shards that wait to be merged next."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(keys.job(job_id), ["status", "merged", "dispatched", "stopped"])
            pipe.hkeys(keys.shards(job_id))
            (state, merged, dispatched, stopped), names = pipe.execute()
        if state != JobState.RUNNING.encode():
            raise JobEnded(f"job {job_id} is not running")
        stored, merged = {int(name) for name in names}, int(merged)
        complete = stopped is not None or merged == plan.shards
        missing = () if complete else tuple(k for k in range(merged, int(dispatched)) if k not in stored)
        next_ones = list(takewhile(stored.__contains__, count(merged)))
        return Tally(merged, complete, missing), next_ones

    def _read(self, job_id: str, shards: list[int]) -> tuple[Prefix, list[bytes | None]]:
        """Read what is merged, and the evidence of some shards."""
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.get(keys.evidence(job_id))
            pipe.hmget(keys.shards(job_id), [str(shard) for shard in shards] or ["-"])
            merged, waiting = pipe.execute()
        prefix = Prefix() if merged is None else Prefix.from_dict(json.loads(merged))
        return prefix, waiting

    def _write(self, job_id: str, expected: int, prefix: Prefix, spec: JobSpec, plan: Plan) -> None:
        """Store a longer prefix unless another worker has merged meanwhile."""
        claim = spec.claim()
        running: list[str | int] = []
        if claim.runs and not (prefix.merged == plan.shards and claim.stop_radius is None):
            evidence = prefix.supported()
            certificate = prefix.certificate or claim.running(evidence)
            document = certificate_document(spec, plan, evidence, certificate)
            running = [repr(certificate.radius), evidence.n, json.dumps(document, allow_nan=False)]
        content = json.dumps(prefix.to_dict(), allow_nan=False)
        with store_errors():
            self._merge(
                keys=[keys.job(job_id), keys.shards(job_id), keys.evidence(job_id), keys.running(job_id)],
                args=[expected, prefix.merged, content, int(prefix.stopped), *running],
            )
