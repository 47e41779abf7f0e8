"""Progress of one certification as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent

from jobs.errors import CertificationError
from jobs.spec import JobRecord
from service import examples
from service.context import Context, Ctx
from service.problems import responses
from service.reading import JobIdPath, read_job
from service.resources import job_resource, progress_event

HEARTBEAT_S = 15
SEND_TIMEOUT_S = 30

router = APIRouter(prefix="/v1/certifications", tags=["certifications"])


def _job(ctx: Ctx, job_id: JobIdPath) -> JobRecord:
    return read_job(ctx, job_id)


@router.get(
    "/{job_id}/events",
    operation_id="streamCertificationEvents",
    summary="Follow a certification",
    description="A stream of `progress` events, one at once and one whenever something has changed, and "
    "one last event `end` whose data is the whole job; then the stream is closed. A stream that closes "
    "without `end` can be opened again: the first event tells where the job stands.",
    response_class=EventSourceResponse,
    responses={
        200: examples.EVENTS,
        **responses("job-not-found", "unsupported-record", "store-unavailable"),
    },
)
async def events(ctx: Ctx, record: Annotated[JobRecord, Depends(_job)]) -> EventSourceResponse:
    """Stream until the job has ended. The first read is made before the answer starts, so it may be 404."""
    return EventSourceResponse(_follow(ctx, record), ping=HEARTBEAT_S, send_timeout=SEND_TIMEOUT_S)


async def _follow(ctx: Context, record: JobRecord) -> AsyncIterator[ServerSentEvent]:
    """Look at the job again and again; ends early when the store is away or the job has expired."""
    told = ""
    while not record.state.is_final:
        data = progress_event(record).model_dump_json()
        if data != told:
            yield ServerSentEvent(event="progress", data=data)
            told = data
        await anyio.sleep(ctx.settings.events_interval_s)
        try:
            record = await anyio.to_thread.run_sync(ctx.store.get, record.id)
        except CertificationError:
            return
    yield ServerSentEvent(event="end", data=job_resource(record).model_dump_json())
