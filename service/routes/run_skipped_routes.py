"""Routes that note rows of a run that will not come, and list them."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request, Response, status

from jobs.runs.run_records import RunRecord
from service.certification.parsing import read_only_json
from service.context import Context, Ctx
from service.http.problems import OF_A_BODY, responses
from service.http.query import KnownQuery, check_page
from service.routes.run_answers import After, RowLimit, RunIdPath, read_run
from service.routes.run_routes import PATH, RUN
from service.routes.submitted_bodies import json_body
from service.routes.who import AnyCaller, Who
from service.runs.run_requests import SkippedFields
from service.runs.run_resources import SkippedPage, SkippedResource

MOST_BYTES = 16_384
"""Largest body. The longest key and reason in JSON take less."""

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    "/{run_id}/skipped",
    operation_id="skipRow",
    summary="Say that a row will not come, and why",
    description="For an input that was refused, or that cannot be read. It counts towards `expected_rows`, "
    "so that the run can be complete, and for nothing else. To repeat the call is harmless. If a row of the "
    "same key is there, nothing is noted; one that comes later takes its place.",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SkippedFields"}}},
        }
    },
    responses=responses(*OF_A_BODY, "run-closed", "run-full", *RUN),
)
async def skip(request: Request, ctx: Ctx, caller: Who, run_id: RunIdPath) -> Response:
    """Read the body on the event loop; check and store it in a thread."""
    run = await anyio.to_thread.run_sync(read_run, ctx, caller, run_id)
    with ctx.held.share(caller.owner) as held:
        body = await json_body(request, ctx, caller, held, MOST_BYTES)
        await anyio.to_thread.run_sync(_skip, ctx, run, body)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


def _skip(ctx: Context, run: RunRecord, body: bytearray) -> None:
    fields = read_only_json(body, SkippedFields)
    most, memory = ctx.settings.max_run_rows, ctx.settings.max_stored_bytes
    ctx.runs.skip(run.id, fields.key, fields.reason, most, run.spec.owner, memory)


@router.get(
    "/{run_id}/skipped",
    operation_id="listSkipped",
    summary="List the rows that will not come, in the order in which that was said",
    responses=responses(*RUN),
)
def list_skipped(
    ctx: Ctx,
    caller: Who,
    run_id: RunIdPath,
    after: After = 0,
    limit: RowLimit = 100,
) -> SkippedPage:
    """Read one page."""
    check_page(limit, ctx.settings.max_page_size)
    found = ctx.runs.skipped(read_run(ctx, caller, run_id).id, after, limit)
    skipped = [SkippedResource(number=row.number, key=row.key, reason=row.reason) for row in found]
    return SkippedPage(skipped=skipped, next_after=found[-1].number if len(found) == limit else None)
