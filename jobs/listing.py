"""Read jobs by their ids, or an owner's jobs page by page."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import InvalidCursor
from jobs.job_records import JobRecord
from jobs.record_decoding import decode_record


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of the listing, newest first; ``next_cursor`` is None on the last page."""

    jobs: tuple[JobRecord, ...]
    next_cursor: str | None


def list_jobs(client: Redis, limit: int, cursor: str | None, owner: str) -> JobPage:
    """List at most ``limit`` jobs of an owner, newest first, from ``cursor`` on.

    Raises InvalidCursor for a cursor that no listing issued. Drops index entries of expired jobs.
    """
    behind = f"({decode_cursor(cursor)!r}" if cursor is not None else "+inf"
    index = keys.owned(owner) if owner else keys.INDEX
    found: list[JobRecord] = []
    while len(found) <= limit:
        with store_errors():
            entries = client.zrevrangebyscore(index, behind, "-inf", start=0, num=limit + 1, withscores=True)
        listed = cast("list[tuple[bytes, float]]", entries)
        if not listed:
            break
        behind = f"({listed[-1][1]!r}"
        read = _read_listed(client, index, [job_id.decode() for job_id, _ in listed])
        found += [record for record in read if record.spec.owner == owner]
    page = tuple(found[:limit])
    return JobPage(page, encode_cursor(page[-1].created_at) if page and len(found) > limit else None)


def read_jobs(client: Redis, job_ids: Sequence[str]) -> list[JobRecord | None]:
    """Read jobs in one round trip; None for a job that does not exist. Raises UnsupportedRecord."""
    with store_errors(), client.pipeline(transaction=True) as pipe:
        for job_id in job_ids:
            pipe.hgetall(keys.job(job_id))
            pipe.hvals(keys.progress(job_id))
            pipe.zrank(keys.QUEUED, job_id)
        answers = pipe.execute()
    read = zip(job_ids, answers[::3], answers[1::3], answers[2::3], strict=True)
    return [
        decode_record(job_id, fields, in_flight, rank) if fields else None
        for job_id, fields, in_flight, rank in read
    ]


def _read_listed(client: Redis, index: str, job_ids: list[str]) -> list[JobRecord]:
    records = read_jobs(client, job_ids)
    expired = [job_id for job_id, record in zip(job_ids, records, strict=True) if record is None]
    if expired:
        with store_errors():
            client.zrem(index, *expired)
    return [record for record in records if record is not None]


def encode_cursor(created_at: float) -> str:
    """Write the cursor of a listing that goes on behind this time of creation."""
    return base64.urlsafe_b64encode(repr(created_at).encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> float:
    """Return the time of creation behind which a listing goes on. Raises InvalidCursor."""
    try:
        created_at = float(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        created_at = math.nan
    if not math.isfinite(created_at):
        raise InvalidCursor("no listing issued this cursor: start again without one")
    return created_at
