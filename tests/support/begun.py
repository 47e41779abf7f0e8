"""Do to a stored job what a worker does to it, without a worker."""

from __future__ import annotations

import json
from typing import cast

from redis import Redis

from jobs import keys
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.store import JobStore
from tests.support.plans import plan_of


def input_bytes(store: JobStore, job_id: str) -> bytes:
    """Return the stored input of a job that has not ended."""
    content = store._redis.get(keys.job_input(job_id))
    assert isinstance(content, bytes)
    return content


def begin(store: JobStore, job_id: str) -> None:
    """Mark a job as running, and give its lease back. Raises JobEnded."""
    leases = Leases(store._redis, "nobody", 60)
    lease = leases.acquire(Step(job_id, "select"))
    assert lease is not None
    leases.release(lease, forget=True)


def dispatch(store: JobStore, ledger: Ledger, job_id: str, window: int) -> tuple[int, ...]:
    """Merge what waits, and take the next shards of a job."""
    job = store.get(job_id)
    merged = ledger.merge(job_id, job.spec, job.plan or plan_of(), window)
    assert merged.whole is None
    return merged.dispatched


def name_what_nobody_knows(client: Redis, job_id: str) -> str:
    """Give a stored job a certifier that no program has; return its specification from before."""
    spec = cast("bytes", client.hget(keys.job(job_id), "spec")).decode()
    client.hset(keys.job(job_id), "spec", json.dumps(json.loads(spec) | {"certifier": "unknown"}))
    return spec
