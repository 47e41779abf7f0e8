"""The ledger of a running job: its plan, which shards are out, what they counted, how far they are.

A shard's evidence is stored once, whoever delivers it first, and merged in shard order into one running
sum; shards that wait to be merged are bounded in number, and so is the space a job takes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from certificates.evidence import Evidence
from jobs import keys, scripts
from jobs.connection import store_errors
from jobs.errors import JobEnded
from jobs.spec import JobState, Plan

AHEAD: Final = 4
"""Shards may be this many windows beyond the merged ones: all that waits while one shard is being redone."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a job is: shards merged, and the sum of their evidence (None before the first)."""

    merged: int
    evidence: Evidence | None
    missing: tuple[int, ...]
    """Shards that were put on the queue and are not stored."""


class Ledger:
    """What workers write while a job runs. Every method raises StoreUnavailable when the server is away.

    JobEnded is raised where the job is not running any more, so that its steps stop.
    """

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._fix_plan = client.register_script(scripts.FIX_PLAN)
        self._dispatch = client.register_script(scripts.DISPATCH)
        self._store = client.register_script(scripts.STORE_SHARD)
        self._merge = client.register_script(scripts.MERGE)
        self._report = client.register_script(scripts.REPORT)

    def fix_plan(self, job_id: str, plan: Plan) -> Plan:
        """Store the plan unless there is one, and return the one that holds. Raises JobEnded."""
        with store_errors():
            held = self._fix_plan(
                keys=[keys.job(job_id), keys.ACTIVE], args=[job_id, time.time(), plan.model_dump_json()]
            )
        if held is None:
            raise JobEnded(f"job {job_id} is not running")
        return Plan.model_validate_json(cast("bytes", held))

    def dispatch(self, job_id: str, shards: int, window: int) -> tuple[int, ...]:
        """Take the next shards that may be put on the queue, of ``shards``, with ``window`` out at a time."""
        with store_errors():
            taken = self._dispatch(
                keys=[keys.job(job_id), keys.shards(job_id), keys.ACTIVE],
                args=[job_id, time.time(), shards, window, AHEAD * window],
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

    def store_shard(self, job_id: str, shard: int, evidence: Evidence) -> bool:
        """Store what a shard counted, once. False when it was stored before. Raises JobEnded."""
        content = json.dumps(evidence.to_dict(), allow_nan=False)
        with store_errors():
            stored = self._store(
                keys=[keys.job(job_id), keys.shards(job_id), keys.progress(job_id), keys.ACTIVE],
                args=[job_id, time.time(), shard, content, evidence.n],
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

    def merge(self, job_id: str) -> Tally:
        """Merge the shards that follow on those merged, and return the tally."""
        while True:
            tally, waiting = self._read(job_id)
            total, merged = tally.evidence, tally.merged
            while (content := waiting.get(merged)) is not None:
                shard = Evidence.from_dict(json.loads(content))
                total = shard if total is None else total + shard
                merged += 1
            if merged == tally.merged or total is None:
                return tally
            with store_errors():
                self._merge(
                    keys=[keys.job(job_id), keys.shards(job_id), keys.evidence(job_id)],
                    args=[tally.merged, merged, json.dumps(total.to_dict(), allow_nan=False)],
                )

    def _read(self, job_id: str) -> tuple[Tally, dict[int, bytes]]:
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hmget(keys.job(job_id), ["state", "merged", "dispatched"])
            pipe.hgetall(keys.shards(job_id))
            pipe.get(keys.evidence(job_id))
            (state, merged, dispatched), stored, evidence = pipe.execute()
        if state != JobState.RUNNING.encode():
            raise JobEnded(f"job {job_id} is not running")
        waiting = {int(shard): cast("bytes", content) for shard, content in stored.items()}
        missing = tuple(k for k in range(int(merged), int(dispatched)) if k not in waiting)
        total = Evidence.from_dict(json.loads(evidence)) if evidence is not None else None
        return Tally(int(merged), total, missing), waiting
