"""Routes that list, read and cancel certifications."""

from __future__ import annotations

from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Query, Response

from certificates import CERTIFIERS
from jobs.job_records import JobState
from jobs.listing import JobFilter
from service.api import examples
from service.certification.resources import JobList, JobResource
from service.context import Ctx
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery, check_certifier, check_page
from service.job_looks import FRESH_S
from service.routes.job_answers import JobIdPath, look_at_job, read_job, show_job, show_jobs
from service.routes.who import AnyCaller, Who

router = APIRouter(prefix="/v1/certifications", tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "",
    operation_id="listCertifications",
    summary="List your certifications, newest first",
    description="Pass `next_cursor` as `cursor` until it is null, with the same other parameters. A page of "
    "jobs that are picked by `status`, `model`, `certifier` or `key` may be short, or empty.",
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
    model: Annotated[str | None, Query(max_length=200, description="Only jobs of this model.")] = None,
    certifier: Annotated[
        str | None,
        Query(description="Only jobs by this one.", json_schema_extra={"enum": list(CERTIFIERS.names())}),
    ] = None,
    key: Annotated[
        str, Query(max_length=1024, description="Only rows of runs whose key begins like this.")
    ] = "",
) -> JobList:
    """Read one page of the caller's jobs."""
    check_page(limit, ctx.settings.max_page_size)
    check_certifier(certifier)
    page = ctx.store.list_jobs(limit, cursor, caller.owner, JobFilter(status, model, certifier, key))
    return JobList(jobs=show_jobs(ctx, page.jobs), next_cursor=page.next_cursor)


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
async def get(ctx: Ctx, caller: Who, job_id: JobIdPath) -> Response:
    """Read one job."""
    look = await look_at_job(ctx, caller, job_id)
    return Response(look.answer, media_type="application/json")


def _cancelled(ctx: Ctx, caller: Who, job_id: JobIdPath) -> JobResource:
    return show_job(ctx, ctx.store.cancel(read_job(ctx, caller, job_id).id))


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
async def cancel(job: Annotated[JobResource, Depends(_cancelled)]) -> JobResource:
    """End a job unless it has ended. The answer comes when no gateway shows an earlier state any more."""
    await anyio.sleep(FRESH_S)
    return job
