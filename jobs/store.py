"""The job store: every job's record in Redis, from acceptance to expiry.

States move queued -> running -> succeeded | failed | cancelled, each move is atomic, and a final state
never changes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import JobConflict, JobNotFound, RunClosed, StepLeftOver, limit_reached
from jobs.job_ids import new_id
from jobs.job_records import (
    RECORD_VERSION,
    Failure,
    JobRecord,
    JobState,
    Progress,
    RowRef,
    RunningCertificate,
)
from jobs.listing import ALL, JobFilter, JobListing, JobPage, find_jobs, read_jobs
from jobs.plan import Plan
from jobs.replication import run_replicated
from jobs.scripts import load_script
from jobs.shard_times import bucket_of
from jobs.shared_settings import JobsSettings
from jobs.spec import JobSpec
from jobs.step_messages import StepMessages


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's ``Idempotency-Key`` and the fingerprint of its request."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits for accepting a job; 0 means no limit.

    ``active`` and ``owned`` limit the jobs that have not ended, of all owners and of the job's owner;
    ``memory`` limits the server's used memory, in bytes.
    """

    active: int = 0
    owned: int = 0
    memory: int = 0


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class RowOf:
    """Which run a job is a row of. ``key``: the row's key there; ``label``: its true class, if it is known.

    ``most``: most rows of the run; 0 means no limit.
    """

    run_id: str
    key: str
    label: int | None = None
    most: int = 0


@dataclass(frozen=True, slots=True)
class Created:
    """The result of a submission; ``replayed`` if an earlier one with the same key made the job."""

    job: JobRecord
    replayed: bool

    @property
    def job_id(self) -> str:
        """Return the job's id."""
        return self.job.id


@dataclass(frozen=True, slots=True)
class Counted:
    """A job that was counted in one piece: its plan, when sampling began, and what it cost."""

    plan: Plan
    began_at: float
    samples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Ending:
    """How a job ends; ``fields`` are the names and values that its record gets."""

    state: JobState
    outcome: str
    fields: tuple[str, str] | tuple[()] = ()
    running: RunningCertificate | None = None
    counted: Counted | None = None
    lease: str | None = None

    def arguments(self) -> list[str | float]:
        """Return the script's arguments; a missing value is empty text."""
        counted: tuple[str | float, ...] = ("", "", "", "", "")
        if self.counted is not None:
            plan = self.counted.plan.text
            seconds = self.counted.seconds
            counted = (plan, self.counted.began_at, self.counted.samples, seconds, bucket_of(seconds))
        running = ("", "") if self.running is None else (self.running.radius, self.running.samples)
        return [self.state.value, self.outcome, *counted, *running, keys.ENDED, *self.fields]


class JobStore:
    """Reads and writes job records. Every method raises StoreUnavailable when the server is away."""

    def __init__(self, client: Redis, settings: JobsSettings) -> None:
        self._redis = client
        self._settings = settings
        self._create = load_script(client, "create")
        self._finish = load_script(client, "finish")
        self._listing = JobListing(client)

    def create(
        self,
        spec: JobSpec,
        input_bytes: bytes | memoryview,
        idempotency: Idempotency | None = None,
        limits: Limits = NO_LIMITS,
        message: StepMessages | None = None,
        row: RowOf | None = None,
    ) -> Created:
        """Store a new job in one transaction; once it returns, the job is in the append-only file.

        ``input_bytes`` are the little-endian, C-ordered float32 elements of the input. ``message`` goes on
        the queue with the job; without one, a watchdog sends it later. Raises JobConflict when
        ``idempotency.key`` belongs to a request with another fingerprint, StoreFull or OwnerFull when a limit
        is reached, RunFull if the run of ``row`` has all rows that it may have, and RunClosed if it takes
        none; then nothing is stored.
        """
        job_id = new_id()
        names = [
            keys.job(job_id),
            keys.job_input(job_id),
            keys.INDEX,
            keys.ACTIVE,
            keys.QUEUED,
            keys.owned(spec.owner),
            keys.owned_active(spec.owner),
            keys.messages(keys.COMMON_QUEUE),
            keys.TOTALS,
        ]
        fingerprint = ""
        if idempotency is not None:
            names.append(keys.idempotency(idempotency.key, spec.owner))
            fingerprint = idempotency.fingerprint
        arguments = [
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
            "" if message is None else message.select(job_id),
            *self._about_row(row),
            spec.n,
        ]
        answer = run_replicated(self._redis, self._create, names, arguments, self._settings)
        what, *told = (part.decode() for part in cast("list[bytes]", answer))
        if what == "created":
            created_at, rank, number = told
            position = int(rank) + 1 if rank else None
            return Created(_new(job_id, spec, float(created_at), position, _ref(row, number)), replayed=False)
        if what == "closed":
            raise RunClosed("the run is cancelled and takes no more rows: begin another")
        if what == "full":
            raise limit_reached(told[0])
        held_fingerprint, _, held_id = told[0].rpartition(":")
        if held_fingerprint != fingerprint:
            raise JobConflict("this idempotency key was used before for a different request")
        return Created(self.get(held_id), replayed=True)

    def _about_row(self, row: RowOf | None) -> tuple[str | float, ...]:
        """Return the script's arguments about the run; all are empty for a job that is no row."""
        if row is None:
            return ("", "", 0, "", "")
        until = time.time() + self._settings.result_ttl_s
        return (keys.run(row.run_id), until, row.most, row.key, "" if row.label is None else row.label)

    def get(self, job_id: str) -> JobRecord:
        """Read one job. Raises JobNotFound or UnsupportedRecord."""
        found = find_jobs(self._redis, [job_id])[0]
        if isinstance(found, JobRecord):
            return found
        raise found

    def get_all(self, job_ids: Sequence[str]) -> list[JobRecord | None]:
        """Read jobs in one round trip; None for one that does not exist. Raises UnsupportedRecord."""
        return read_jobs(self._redis, job_ids)

    def list_jobs(
        self, limit: int, cursor: str | None = None, owner: str = "", only: JobFilter = ALL
    ) -> JobPage:
        """List at most ``limit`` jobs of an owner, newest first, from ``cursor`` on. Raises InvalidCursor."""
        return self._listing.page(limit, cursor, owner, only)

    def cancel(self, job_id: str) -> JobRecord:
        """Cancel a job unless it has ended, and return its record. Raises JobNotFound.

        If its merged samples support a certificate, that becomes the job's certificate.
        """
        self._end(job_id, _Ending(JobState.CANCELLED, "cancelled"))
        return self.get(job_id)

    def succeed(
        self,
        job_id: str,
        certificate: dict[str, object],
        running: RunningCertificate | None = None,
        counted: Counted | None = None,
        lease: str | None = None,
    ) -> bool:
        """Store the certificate, once. Return False if the job had ended before. Raises JobNotFound.

        ``running`` is the last certificate before the end. ``counted`` is for a job that was counted in one
        piece and has no stored plan; raises StepLeftOver if it has one. ``lease`` is the key of a lease that
        ends with the job.
        """
        outcome = "abstained" if certificate.get("abstained") else "certified"
        fields = ("certificate", json.dumps(certificate, allow_nan=False))
        return self._end(job_id, _Ending(JobState.SUCCEEDED, outcome, fields, running, counted, lease))

    def fail(self, job_id: str, failure: Failure) -> bool:
        """Store why the job failed. Return False if the job had ended before. Raises JobNotFound."""
        return self._end(job_id, _Ending(JobState.FAILED, "failed", ("failure", failure.model_dump_json())))

    def _end(self, job_id: str, ending: _Ending) -> bool:
        names = [keys.job(job_id), keys.progress(job_id), keys.ACTIVE, keys.QUEUED, keys.TOTALS]
        names += [name(job_id) for name in _ENDS_WITH_ITS_JOB]
        if ending.lease is not None:
            names.append(ending.lease)
        ttl_ms = max(1, round(self._settings.result_ttl_s * 1000))
        with store_errors():
            ended = self._finish(keys=names, args=[job_id, time.time(), ttl_ms, *ending.arguments()])
        if ended == -1:
            raise JobNotFound(job_id)
        if ended == -2:
            raise StepLeftOver("another worker has planned the job meanwhile")
        return bool(ended)


_ENDS_WITH_ITS_JOB: Final = (
    keys.running,
    keys.job_input,
    keys.shards,
    keys.vectors,
    keys.sums,
    keys.prefix,
    keys.attempts,
)


def _ref(row: RowOf | None, number: str) -> RowRef | None:
    if row is None:
        return None
    return RowRef(run_id=row.run_id, number=int(number), key=row.key, label=row.label)


def _new(
    job_id: str, spec: JobSpec, created_at: float, position: int | None, row: RowRef | None
) -> JobRecord:
    """Return the record of a job that was just stored, without reading it."""
    return JobRecord(
        id=job_id,
        spec=spec,
        state=JobState.QUEUED,
        created_at=created_at,
        progress=Progress(samples_done=0, samples_total=spec.n, samples_per_second=None),
        queue_position=position,
        row=row,
    )
