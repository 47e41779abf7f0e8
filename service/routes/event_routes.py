"""The route that tells the progress of one certification as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
import anyio.to_thread
from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent

from jobs.job_errors import CertificationError
from jobs.job_records import JobRecord
from service.api import examples
from service.certification.resources import ProgressEvent, job_resource, progress_event
from service.context import Context, Ctx
from service.http.limited_streams import LimitedStream
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery
from service.routes.job_answers import JobIdPath, read_job, show_job
from service.routes.who import AnyCaller, Who

FIRST_LOOK_S = 0.05
LATE_BY = 0.1
"""Pause between two reads of a job, as a share of the time that the stream has been open, but at least
``FIRST_LOOK_S``. Choices: progress is told late by at most that share, for about 40 reads in 5 s. The end is
told at once, because the server gives notice of it; should the notice be lost, the next read finds it."""

router = APIRouter(prefix="/v1/certifications", tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


def _job(ctx: Ctx, caller: Who, job_id: JobIdPath) -> JobRecord:
    return read_job(ctx, caller, job_id)


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
async def events(ctx: Ctx, caller: Who, record: Annotated[JobRecord, Depends(_job)]) -> EventSourceResponse:
    """Stream until the job has ended. It is read before the answer begins, so a missing job gives 404."""
    return LimitedStream(ctx.streams, caller.owner, _follow(ctx, record))


async def _follow(ctx: Context, record: JobRecord) -> AsyncIterator[ServerSentEvent]:
    """Read the job repeatedly and yield its changes. Ends early if the store is away or the job has expired.

    A job that ends between the first read and this wait is found by the second read.
    """
    with ctx.job_ends.waiting(record.id) as end:
        async for event in _changes(ctx, record, end):
            yield event


async def _changes(ctx: Context, record: JobRecord, end: asyncio.Event) -> AsyncIterator[ServerSentEvent]:
    opened, told = anyio.current_time(), ""
    while not record.state.is_final:
        try:
            data = (await anyio.to_thread.run_sync(_progress, ctx, record)).model_dump_json()
        except CertificationError:
            return
        if data != told:
            yield ServerSentEvent(event="progress", data=data)
            told = data
        pause = max(FIRST_LOOK_S, LATE_BY * (anyio.current_time() - opened))
        with anyio.move_on_after(min(pause, ctx.settings.events_interval_s)):
            await end.wait()
        end.clear()
        try:
            record = await anyio.to_thread.run_sync(ctx.store.get, record.id)
        except CertificationError:
            return
    yield ServerSentEvent(event="end", data=job_resource(record).model_dump_json())


def _progress(ctx: Context, record: JobRecord) -> ProgressEvent:
    return progress_event(show_job(ctx, record))
