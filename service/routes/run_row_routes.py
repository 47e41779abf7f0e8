"""Routes that add rows to a run and list them."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import anyio.to_thread
from fastapi import APIRouter, Query, Request, Response, status

from jobs.keys import row_name
from jobs.runs.run_records import RunRecord
from jobs.store import Idempotency, RowOf
from service.certification.parsing import read_fields, read_json
from service.certification.resources import JobResource
from service.certification.tensors import Tensor
from service.context import Context, Ctx
from service.http.bodies import Form
from service.http.problems import OF_AN_INPUT, responses
from service.http.query import KnownQuery, check_page
from service.routes.accepting import Ready, accept
from service.routes.run_answers import After, RowLimit, RunIdPath, read_run
from service.routes.run_routes import PATH, RUN
from service.routes.who import AnyCaller, Who
from service.runs.run_requests import RowFields, RowJson
from service.runs.run_resources import RowPage, row_resource
from service.runs.run_submission import new_row

Among = Literal["open", "failed", "cancelled", "abstained", "wrong"]

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    "/{run_id}/rows",
    operation_id="addRow",
    summary="Add a row to a run",
    description="Stores a certification with the run's parameters and answers at once. Send a multipart form "
    "with a file part `image` or `tensor`, or JSON with `image` in base64 or a small `tensor`. The same key "
    "with the same input gives the same job; with another input it is refused.",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobResource,
    response_description="Accepted and stored. `Location` is the job's address.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {"schema": {"$ref": "#/components/schemas/RowForm"}},
                "application/json": {"schema": {"$ref": "#/components/schemas/RowJson"}},
            },
        }
    },
    responses=responses(
        *OF_AN_INPUT,
        "run-closed",
        "run-full",
        "run-model-changed",
        "idempotency-key-reused",
        "too-many-jobs",
        *RUN,
    ),
)
async def add(request: Request, ctx: Ctx, caller: Who, run_id: RunIdPath) -> Response:
    """Accept the row that the body holds."""
    run = await anyio.to_thread.run_sync(read_run, ctx, caller, run_id)
    return await accept(request, ctx, caller, partial(_prepare, ctx, run))


def _prepare(ctx: Context, run: RunRecord, body: bytearray | Form) -> Ready:
    fields, given = _read(body)
    submission, label = new_row(ctx.submissions, run.spec, fields, given)
    same = Idempotency(row_name(run.id, fields.key), submission.fingerprint)
    return Ready(submission, same, RowOf(run.id, fields.key, label, ctx.settings.max_run_rows))


def _read(body: bytearray | Form) -> tuple[RowFields, bytes | Tensor]:
    if isinstance(body, bytearray):
        return read_json(body, RowJson)
    return read_fields(body, RowFields)


@router.get(
    "/{run_id}/rows",
    operation_id="listRows",
    summary="List the rows of a run in the order of their arrival",
    responses=responses(*RUN),
)
def list_rows(
    ctx: Ctx,
    caller: Who,
    run_id: RunIdPath,
    after: After = 0,
    limit: RowLimit = 100,
    among: Annotated[
        Among | None,
        Query(
            description="Only rows that have not ended, failed, were cancelled, abstained, or are not "
            "correct."
        ),
    ] = None,
) -> RowPage:
    """Read one page of rows."""
    check_page(limit, ctx.settings.max_page_size)
    run = read_run(ctx, caller, run_id)
    rows = ctx.runs.rows(run.id, after, limit, among)
    full = len(rows) == limit and rows[-1].number < run.counts.rows
    return RowPage(rows=[row_resource(row) for row in rows], next_after=rows[-1].number if full else None)
