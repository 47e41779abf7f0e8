"""Routes that list, read and cancel certifications."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from jobs.job_records import JobRecord, JobState
from service.api import examples
from service.certification.resources import JobList, JobResource
from service.context import Ctx
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery, check_page
from service.routes.job_answers import JobIdPath, read_job, show_job, show_jobs
from service.routes.who import AnyCaller, Who

MAX_LISTING_READS = 50
"""A filtered listing reads at most this many pages of the store, and answers with what it found. A choice:
no request reads all jobs, so a page may have few entries."""

router = APIRouter(prefix="/v1/certifications", tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "",
    operation_id="listCertifications",
    summary="List your certifications, newest first",
    description="Pass `next_cursor` as `cursor` until it is null. A page filtered by `status` may be short.",
    response_model=JobList,
    responses=responses("unauthorized", "invalid-request", "too-many-requests", *OF_THE_STORE),
)
def list_all(
    ctx: Ctx,
    caller: Who,
    limit: Annotated[int, Query(ge=1, description="Largest number of jobs in one page.")] = 20,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the previous page.")
    ] = None,
    status: Annotated[JobState | None, Query(description="Only jobs whose `status` is this.")] = None,
) -> JobList:
    """Read pages of the store until the answer's page is full."""
    check_page(limit, ctx.settings.max_page_size)
    found: list[JobRecord] = []
    for _ in range(MAX_LISTING_READS):
        page = ctx.store.list_jobs(limit - len(found), cursor, caller.owner)
        found += [record for record in page.jobs if status in (None, record.state)]
        cursor = page.next_cursor
        if cursor is None or len(found) == limit:
            break
    return JobList(jobs=show_jobs(ctx, found), next_cursor=cursor)


@router.get(
    "/{job_id}",
    operation_id="getCertification",
    summary="Read a certification: state, progress, certificate",
    response_model=JobResource,
    responses={
        200: examples.JOBS,
        **responses("unauthorized", "job-not-found", "invalid-request", "too-many-requests", *OF_THE_STORE),
    },
)
def get(ctx: Ctx, caller: Who, job_id: JobIdPath) -> Response:
    """Read one job."""
    job = show_job(ctx, read_job(ctx, caller, job_id))
    # Clients poll this route, so the answer is built here: FastAPI would validate it a second time.
    return Response(job.model_dump_json(), media_type="application/json")


@router.delete(
    "/{job_id}",
    operation_id="cancelCertification",
    summary="Cancel a certification",
    description="A job that has not ended is cancelled; one that has ended is not changed. In both cases the "
    "answer is the job, so repeating the call is harmless.",
    response_model=JobResource,
    responses=responses(
        "unauthorized", "job-not-found", "invalid-request", "too-many-requests", *OF_THE_STORE
    ),
)
def cancel(ctx: Ctx, caller: Who, job_id: JobIdPath) -> JobResource:
    """End a job unless it has ended."""
    return show_job(ctx, ctx.store.cancel(read_job(ctx, caller, job_id).id))
