"""Read the job that a path names, and build answers from job records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Path
from sse_starlette import ServerSentEvent

from jobs.job_errors import JobNotFound
from jobs.job_records import JobRecord
from jobs.liveness import Liveness, WorkerRecord
from service.api import examples
from service.auth.callers import Caller
from service.certification.resources import JobResource, job_resource, progress_event
from service.context import Context
from service.job_looks import Look

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{22}")

JobIdPath = Annotated[str, Path(description="Id of a job.", examples=[examples.JOB_ID])]


def read_job(ctx: Context, caller: Caller, job_id: str) -> JobRecord:
    """Read a job's record.

    Raises JobNotFound, also for text that cannot be an id, and for a job of another owner: the answer does
    not tell whether such a job exists.
    """
    _check_id(job_id)
    record = ctx.store.get(job_id)
    _check_owner(record.spec.owner, caller, job_id)
    return record


async def look_at_job(ctx: Context, caller: Caller, job_id: str) -> Look:
    """Return a look at a job, which it may share with others. Raises JobNotFound as `read_job`."""
    _check_id(job_id)
    look = await ctx.job_looks.look(job_id)
    _check_owner(look.owner, caller, job_id)
    return look


def _check_id(job_id: str) -> None:
    if not _JOB_ID.fullmatch(job_id):
        raise JobNotFound(job_id[:64])


def _check_owner(owner: str, caller: Caller, job_id: str) -> None:
    if owner != caller.owner:
        raise JobNotFound(job_id)


def look_of(record: JobRecord, liveness: Liveness) -> Look:
    """Build what is told of a job to all who ask about it now."""
    ended = record.state.is_final
    job = job_resource(record, waiting_for(record, () if ended else liveness.recent_workers()))
    answer = job.model_dump_json()
    if ended:
        event = ServerSentEvent(event="end", data=answer)
    else:
        event = ServerSentEvent(event="progress", data=progress_event(job).model_dump_json())
    return Look(record.spec.owner, ended, answer.encode(), event.encode())


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
