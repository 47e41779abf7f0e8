"""Read jobs by their ids, or an owner's jobs page by page."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import InvalidCursor, JobNotFound
from jobs.job_records import JobRecord, JobState
from jobs.record_decoding import decode_record
from jobs.scripts import load_script

MOST_SEEN: Final = 500
"""Jobs that one page looks at, unless it may hold more. A choice: the server answers nobody else then."""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are listed: those in this state, of this model, by this certifier.

    With a ``prefix``, only rows of runs whose key begins like this. An empty one and None leave all in.
    """

    state: JobState | None = None
    model: str | None = None
    certifier: str | None = None
    prefix: str = ""


ALL: Final = JobFilter()

_Stored = tuple[Mapping[bytes, bytes], Sequence[bytes], int | None]


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first. It may be short; ``next_cursor`` is None on the last page alone."""

    jobs: tuple[JobRecord, ...]
    next_cursor: str | None


class JobListing:
    """Lists the jobs of owners."""

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._list = load_script(client, "list_jobs")

    def page(self, limit: int, cursor: str | None, owner: str, only: JobFilter) -> JobPage:
        """Return at most ``limit`` jobs behind ``cursor``, among as many jobs or the next ``MOST_SEEN``.

        Raises InvalidCursor for a cursor that no listing issued, and UnsupportedRecord.
        """
        behind = f"({decode_cursor(cursor)!r}" if cursor is not None else "+inf"
        asked: list[str | int] = [
            keys.job(""),
            behind,
            limit,
            max(limit, MOST_SEEN),
            owner,
            "" if only.state is None else only.state.value,
            only.model or "",
            only.certifier or "",
            only.prefix,
        ]
        with store_errors():
            index = keys.owned(owner) if owner else keys.INDEX
            following, *found = cast("list[bytes]", self._list(keys=[index], args=asked))
        records = read_jobs(self._redis, [job_id.decode() for job_id in found]) if found else []
        jobs = tuple(record for record in records if record is not None)
        return JobPage(jobs, encode_cursor(float(following)) if following else None)


def read_jobs(client: Redis, job_ids: Sequence[str]) -> list[JobRecord | None]:
    """Read jobs as `find_jobs` does; None for a job that does not exist. Raises what else is in its place."""
    return [_if_there(found) for found in find_jobs(client, job_ids)]


def _if_there(found: JobRecord | Exception) -> JobRecord | None:
    if isinstance(found, JobRecord):
        return found
    if isinstance(found, JobNotFound):
        return None
    raise found


def find_jobs(client: Redis, job_ids: Sequence[str]) -> list[JobRecord | Exception]:
    """Read jobs in one round trip, each with its own JobNotFound, UnsupportedRecord or defect in place."""
    return [_found(job_id, stored) for job_id, stored in zip(job_ids, _stored(client, job_ids), strict=True)]


def _found(job_id: str, stored: _Stored) -> JobRecord | Exception:
    if not stored[0]:
        return JobNotFound(job_id)
    try:
        return decode_record(job_id, *stored)
    except Exception as error:  # noqa: BLE001 - told to those who ask for this job, not for the others
        return error


def _stored(client: Redis, job_ids: Sequence[str]) -> list[_Stored]:
    """Read each job's fields, what is done of its shards, and its place in the queue."""
    with store_errors(), client.pipeline(transaction=True) as pipe:
        for job_id in job_ids:
            pipe.hgetall(keys.job(job_id))
            pipe.hvals(keys.progress(job_id))
            pipe.zrank(keys.QUEUED, job_id)
        answers = pipe.execute()
    return list(zip(answers[::3], answers[1::3], answers[2::3], strict=True))


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
