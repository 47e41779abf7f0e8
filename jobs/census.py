"""Figures about all jobs, for metrics, read in one round trip for any number of jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.shard_times import cumulated

OUTCOMES: Final = ("certified", "abstained", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Census:
    """The numbers of waiting and running jobs, and totals since the store was first used.

    ``shards_within``: shards by the longest time they took, as in a histogram of Prometheus. ``remaining``:
    evaluations that are still to be counted for jobs that have not ended.
    ``oldest_queued_at`` is in seconds since the epoch, None while nothing waits; ``memory`` is the server's
    used memory in bytes.
    """

    queued: int
    running: int
    oldest_queued_at: float | None
    outcomes: dict[str, int]
    samples: int
    shards_within: dict[str, int]
    shard_seconds: float
    remaining: int
    memory: int


def take_census(client: Redis) -> Census:
    """Read the numbers. Raises StoreUnavailable."""
    with store_errors(), client.pipeline(transaction=True) as pipe:
        pipe.zcard(keys.ACTIVE)
        pipe.zcard(keys.QUEUED)
        pipe.zrange(keys.QUEUED, 0, 0, withscores=True)
        pipe.hgetall(keys.TOTALS)
        pipe.info("memory")
        active, queued, oldest, stored, memory = pipe.execute()
    totals = {name.decode(): value for name, value in cast("dict[bytes, bytes]", stored).items()}
    return Census(
        queued=queued,
        running=max(0, active - queued),
        oldest_queued_at=float(oldest[0][1]) if oldest else None,
        outcomes={outcome: int(totals.get(outcome, 0)) for outcome in OUTCOMES},
        samples=int(totals.get("samples", 0)),
        shards_within=cumulated(totals),
        shard_seconds=float(totals.get("shard_seconds", 0.0)),
        remaining=max(0, int(totals.get("remaining", 0))),
        memory=int(memory["used_memory"]),
    )
