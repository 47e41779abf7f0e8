"""Which processes hold the leases of a job's steps."""

from __future__ import annotations

import time

from redis import Redis

from jobs import keys
from tests.support.specs import Submission
from tests.support.stack import Stack
from tests.support.wait import wait_until


def leases_of(client: Redis, job_id: str) -> dict[str, int]:
    """Return step -> process id of whoever works on this job now."""
    prefix = keys.lease(job_id, "")
    found = {}
    for key in client.scan_iter(f"{prefix}*", count=1000):
        holder = client.get(key)
        if isinstance(holder, bytes):
            found[key.decode().removeprefix(prefix)] = int(holder.rpartition(b"/")[2])
    return found


def sampled_jobs(stack: Stack, made: Submission, number: int = 1) -> list[str]:
    """Submit jobs, and return as a shard of the first is being sampled.

    If the first ends before that is seen, as on a slow machine, others are submitted.
    """

    def seen() -> list[str]:
        job_ids = [stack.submit(made) for _ in range(number)]
        while not stack.store.get(job_ids[0]).state.is_final:
            if leases_of(stack.client, job_ids[0]).keys() - {"select"}:
                return job_ids
            time.sleep(0.02)
        return []

    return wait_until(seen, "a shard to be seen while it is sampled")
