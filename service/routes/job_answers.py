"""Read the job that a path names, and build answers from job records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Path

from jobs.job_errors import JobNotFound
from jobs.job_records import JobRecord
from jobs.liveness import WorkerRecord
from service.api import examples
from service.auth.callers import Caller
from service.certification.resources import JobResource, job_resource
from service.context import Context

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{22}")

JobIdPath = Annotated[str, Path(description="Id of a job.", examples=[examples.JOB_ID])]


def read_job(ctx: Context, caller: Caller, job_id: str) -> JobRecord:
    """Read a job's record.

    Raises JobNotFound, also for text that cannot be an id, and for a job of another owner: the answer does
    not tell whether such a job exists.
    """
    if not _JOB_ID.fullmatch(job_id):
        raise JobNotFound(job_id[:64])
    record = ctx.store.get(job_id)
    if record.spec.owner != caller.owner:
        raise JobNotFound(job_id)
    return record


def show_jobs(ctx: Context, records: Sequence[JobRecord]) -> list[JobResource]:
    """Build the answers for jobs; one that has not ended states what it waits for."""
    alive = () if all(record.state.is_final for record in records) else ctx.liveness.recent_workers()
    return [job_resource(record, waiting_for(record, alive)) for record in records]


def show_job(ctx: Context, record: JobRecord) -> JobResource:
    """Build the answer for one job."""
    return show_jobs(ctx, [record])[0]


def waiting_for(record: JobRecord, workers: Sequence[WorkerRecord]) -> str | None:
    """Say what a job lacks to go on, if the operator must provide it; None otherwise."""
    if record.state.is_final:
        return None
    if not workers:
        return "no live worker"
    if record.plan is None and not any(worker.begins_jobs for worker in workers):
        return "a worker that begins jobs"
    if record.plan is not None and all(worker.fleet != record.plan.fleet for worker in workers):
        return f"a worker with {record.plan.fleet.words}, which began the job"
    if all(record.spec.model in worker.problems for worker in workers):
        return f"a worker that can use model {record.spec.model}"
    return None
