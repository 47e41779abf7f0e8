"""Which processes hold the leases of a job's steps."""

from __future__ import annotations

from redis import Redis

from jobs import keys


def leases_of(client: Redis, job_id: str) -> dict[str, int]:
    """Return step -> process id of whoever works on this job now."""
    prefix = keys.lease(job_id, "")
    found = {}
    for key in client.scan_iter(f"{prefix}*", count=1000):
        holder = client.get(key)
        if isinstance(holder, bytes):
            found[key.decode().removeprefix(prefix)] = int(holder.rpartition(b"/")[2])
    return found
