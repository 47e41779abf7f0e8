"""The route that tells the progress of one certification as server-sent events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse

from service.api import examples
from service.context import Ctx
from service.http.limited_streams import LimitedStream
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery
from service.job_looks import Look
from service.routes.job_answers import JobIdPath, look_at_job
from service.routes.who import AnyCaller, Who

router = APIRouter(prefix="/v1/certifications", tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


async def _look(ctx: Ctx, caller: Who, job_id: JobIdPath) -> Look:
    return await look_at_job(ctx, caller, job_id)


@router.get(
    "/{job_id}/events",
    operation_id="streamCertificationEvents",
    summary="Follow a certification",
    description="A stream of `progress` events: one at once, and one after each change. The last event is "
    "`end`; its data is the whole job. Then the stream closes. If it closes without `end`, open it again: "
    "the first event states the job's progress.",
    response_class=EventSourceResponse,
    responses={
        200: examples.EVENTS,
        **responses(
            "unauthorized",
            "job-not-found",
            "invalid-request",
            "too-many-requests",
            *OF_THE_STORE,
        ),
    },
)
async def events(
    ctx: Ctx, caller: Who, job_id: JobIdPath, look: Annotated[Look, Depends(_look)]
) -> EventSourceResponse:
    """Stream until the job has ended. It is read before the answer begins, so a missing job gives 404."""
    return LimitedStream(ctx.streams, caller.owner, ctx.job_streams.follow(job_id, look))
