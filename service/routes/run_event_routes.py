"""The route that tells the summary of a run as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Header
from sse_starlette import EventSourceResponse, ServerSentEvent

from jobs.job_errors import CertificationError
from jobs.runs.run_records import RunRecord
from service.context import Context, Ctx
from service.http.limited_streams import LimitedStream
from service.http.problems import responses
from service.http.query import KnownQuery
from service.routes.run_answers import RunIdPath, read_run
from service.routes.run_routes import PATH, RUN
from service.routes.who import AnyCaller, Who

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


def _run(ctx: Ctx, caller: Who, run_id: RunIdPath) -> RunRecord:
    return read_run(ctx, caller, run_id)


@router.get(
    "/{run_id}/events",
    operation_id="streamRunEvents",
    summary="Follow a run",
    description="A stream of `progress` events: one at once, and one after each change, at most about one a "
    "second. The data of each is the whole run, so that a reader who missed some has missed nothing. The "
    "last event is `end`: no row is open, and the run is cancelled or all expected rows have ended. Then the "
    "stream closes. A run without `expected_rows` is followed until it is cancelled. A stream closes after "
    "an hour, unless the operator says otherwise. If it closes without `end`, open it again; with the `id` "
    "of the last event in `Last-Event-ID` it begins with the next change.",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Events `progress` and, last, `end` (data of both: RunResource).",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **responses(*RUN),
    },
)
async def events(
    ctx: Ctx,
    caller: Who,
    run: Annotated[RunRecord, Depends(_run)],
    last_event_id: Annotated[
        str | None, Header(max_length=64, description="`id` of the last event that was received.")
    ] = None,
) -> EventSourceResponse:
    """Stream until nothing more comes. The run is read before that, so a missing one gives 404."""
    return LimitedStream(ctx.streams, caller.owner, _follow(ctx, run, last_event_id))


async def _follow(ctx: Context, run: RunRecord, told: str | None) -> AsyncIterator[ServerSentEvent]:
    """Yield the changes of a run. Ends early if the store is away, the run is gone or the time over."""
    until = anyio.current_time() + ctx.settings.run_events_max_s
    look = ctx.run_looks.first_look
    while anyio.current_time() < until:
        try:
            seen = await look(run)
        except CertificationError:
            return
        if seen.finished:
            yield ServerSentEvent(seen.text, event="end", id=seen.mark)
            return
        if seen.mark != told:
            yield ServerSentEvent(seen.text, event="progress", id=seen.mark)
            told = seen.mark
        look = ctx.run_looks.look
        await anyio.sleep(ctx.run_looks.pause_s)
