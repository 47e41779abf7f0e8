"""The job store: every job's record in Redis, from acceptance to expiry.

States move queued -> running -> succeeded | failed | cancelled, each move is atomic, and a final state
never changes.
"""

from __future__ import annotations

import base64
import json
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import InvalidCursor, JobConflict, JobNotFound, OwnerFull, StoreFull
from jobs.job_records import RECORD_VERSION, Failure, JobRecord, JobState
from jobs.record_decoding import decode_record
from jobs.scripts import load_script
from jobs.shared_settings import JobsSettings
from jobs.spec import JobSpec


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's ``Idempotency-Key`` and a fingerprint of the request it came with."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be stored when a job is added; 0 stands for no limit.

    ``active`` and ``owned`` count jobs that have not ended, of everybody and of the job's owner;
    ``memory`` is the server's used memory in bytes.
    """

    active: int = 0
    owned: int = 0
    memory: int = 0


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Created:
    """Answer to a submission; ``replayed`` when an earlier one with the same key made the job."""

    job_id: str
    replayed: bool


@dataclass(frozen=True, slots=True)
class JobPage:
    """Part of the listing, newest first; ``next_cursor`` is None on the last page."""

    jobs: tuple[JobRecord, ...]
    next_cursor: str | None


class JobStore:
    """Reads and writes job records. Every method raises StoreUnavailable when the server is away."""

    def __init__(self, client: Redis, settings: JobsSettings) -> None:
        self._redis = client
        self._settings = settings
        self._create = load_script(client, "create")
        self._start = load_script(client, "start")
        self._finish = load_script(client, "finish")

    def ping(self) -> None:
        """Raise StoreUnavailable unless the server answers."""
        with store_errors():
            self._redis.ping()

    def create(
        self,
        spec: JobSpec,
        input_bytes: bytes | memoryview,
        idempotency: Idempotency | None = None,
        limits: Limits = NO_LIMITS,
    ) -> Created:
        """Store a new job in one transaction; once it returns, the job is in the append-only file.

        ``input_bytes`` are the little-endian, C-ordered float32 elements of the input. Raises
        JobConflict when ``idempotency.key`` belongs to a request with another fingerprint, StoreFull
        or OwnerFull when the limits leave no room; nothing is stored then.
        """
        job_id = secrets.token_urlsafe(16)
        names = [
            keys.job(job_id),
            keys.job_input(job_id),
            keys.INDEX,
            keys.ACTIVE,
            keys.QUEUED,
            keys.owned(spec.owner),
            keys.owned_active(spec.owner),
        ]
        fingerprint = ""
        if idempotency is not None:
            names.append(keys.idempotency(idempotency.key, spec.owner))
            fingerprint = idempotency.fingerprint
        with store_errors():
            answer = self._create(
                keys=names,
                args=[
                    job_id,
                    f"{time.time():.6f}",
                    RECORD_VERSION,
                    spec.model_dump_json(),
                    input_bytes,
                    fingerprint,
                    spec.owner,
                    limits.active,
                    limits.memory,
                    limits.owned,
                    keys.job(""),
                ],
            )
        what, *told = (part.decode() for part in cast("list[bytes]", answer))
        if what == "created":
            return Created(job_id, replayed=False)
        if what == "full":
            raise OwnerFull(_FULL["owner"]) if told[0] == "owner" else StoreFull(_FULL[told[0]])
        held_fingerprint, _, held_id = told[0].rpartition(":")
        if held_fingerprint != fingerprint:
            raise JobConflict("this idempotency key was used before for a different request")
        return Created(held_id, replayed=True)

    def get(self, job_id: str) -> JobRecord:
        """Read one job. Raises JobNotFound or UnsupportedRecord."""
        record = self._read([job_id])[0]
        if record is None:
            raise JobNotFound(job_id)
        return record

    def list_jobs(self, limit: int, cursor: str | None = None, owner: str = "") -> JobPage:
        """List at most ``limit`` jobs of an owner, newest first, going on behind ``cursor``.

        Raises InvalidCursor for a cursor from elsewhere. Entries of expired jobs are dropped on the way.
        """
        behind = f"({_decode_cursor(cursor)!r}" if cursor is not None else "+inf"
        index = keys.owned(owner) if owner else keys.INDEX
        found: list[JobRecord] = []
        while len(found) <= limit:
            with store_errors():
                entries = self._redis.zrevrangebyscore(
                    index, behind, "-inf", start=0, num=limit + 1, withscores=True
                )
            listed = cast("list[tuple[bytes, float]]", entries)
            if not listed:
                break
            behind = f"({listed[-1][1]!r}"
            read = self._read_listed(index, [job_id.decode() for job_id, _ in listed])
            found += [record for record in read if record.spec.owner == owner]
        page = tuple(found[:limit])
        return JobPage(page, _encode_cursor(page[-1].created_at) if page and len(found) > limit else None)

    def queue_positions(self, job_ids: Sequence[str]) -> dict[str, int]:
        """Return how many jobs are to be begun up to and including each of these that is still queued."""
        with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            for job_id in job_ids:
                pipe.zrank(keys.QUEUED, job_id)
            ranks = cast("list[int | None]", pipe.execute())
        return {job_id: rank + 1 for job_id, rank in zip(job_ids, ranks, strict=True) if rank is not None}

    def cancel(self, job_id: str) -> JobRecord:
        """End a job that has not ended; one that has is left as it is. Returns the record after.

        The certificate that its merged samples supported, if any, becomes its own. Raises JobNotFound.
        """
        self._end(job_id, JobState.CANCELLED, "cancelled")
        return self.get(job_id)

    def start(self, job_id: str) -> JobState:
        """Mark a queued job as running and return its state. Raises JobNotFound."""
        with store_errors():
            state = self._start(keys=[keys.job(job_id), keys.ACTIVE, keys.QUEUED], args=[job_id, time.time()])
        if state is None:
            raise JobNotFound(job_id)
        return JobState(cast("bytes", state).decode())

    def succeed(self, job_id: str, certificate: dict[str, object]) -> bool:
        """Store the certificate, once. False when the job had ended before. Raises JobNotFound."""
        outcome = "abstained" if certificate.get("abstained") else "certified"
        content = json.dumps(certificate, allow_nan=False)
        return self._end(job_id, JobState.SUCCEEDED, outcome, "certificate", content)

    def fail(self, job_id: str, failure: Failure) -> bool:
        """Store why the job failed. False when the job had ended before. Raises JobNotFound."""
        return self._end(job_id, JobState.FAILED, "failed", "failure", failure.model_dump_json())

    def input_bytes(self, job_id: str) -> bytes:
        """Read the input's bytes; they are dropped when the job ends. Raises JobNotFound."""
        with store_errors():
            content = cast("bytes | None", self._redis.get(keys.job_input(job_id)))
        if content is None:
            raise JobNotFound(job_id)
        return content

    def _end(self, job_id: str, state: JobState, outcome: str, *fields: str) -> bool:
        names = [
            keys.job(job_id),
            keys.progress(job_id),
            keys.ACTIVE,
            keys.QUEUED,
            keys.TOTALS,
            keys.running(job_id),
            keys.job_input(job_id),
            keys.shards(job_id),
            keys.evidence(job_id),
            keys.attempts(job_id),
        ]
        ttl_ms = max(1, round(self._settings.result_ttl_s * 1000))
        with store_errors():
            ended = self._finish(
                keys=names, args=[job_id, time.time(), state.value, ttl_ms, outcome, *fields]
            )
        if ended == -1:
            raise JobNotFound(job_id)
        return bool(ended)

    def _read_listed(self, index: str, job_ids: list[str]) -> list[JobRecord]:
        records = self._read(job_ids)
        expired = [job_id for job_id, record in zip(job_ids, records, strict=True) if record is None]
        if expired:
            with store_errors():
                self._redis.zrem(index, *expired)
        return [record for record in records if record is not None]

    def _read(self, job_ids: list[str]) -> list[JobRecord | None]:
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            for job_id in job_ids:
                pipe.hgetall(keys.job(job_id))
                pipe.hvals(keys.progress(job_id))
            answers = pipe.execute()
        now = time.time()
        return [
            decode_record(job_id, fields, in_flight, now) if fields else None
            for job_id, fields, in_flight in zip(job_ids, answers[::2], answers[1::2], strict=True)
        ]


_FULL: Final = {
    "jobs": "as many jobs as may be stored have not ended yet",
    "bytes": "the server of the job store uses as much memory as it may",
    "owner": "this key has as many jobs that have not ended as it may have",
}


def _encode_cursor(created_at: float) -> str:
    return base64.urlsafe_b64encode(repr(created_at).encode()).decode().rstrip("=")


def _decode_cursor(cursor: str) -> float:
    try:
        created_at = float(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        created_at = math.nan
    if not math.isfinite(created_at):
        raise InvalidCursor("this cursor was not given out by a listing: start again without one")
    return created_at
