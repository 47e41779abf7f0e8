"""Routes that make, list, read and cancel runs."""

from __future__ import annotations

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response, status

from certificates import CERTIFIERS
from jobs.runs.run_listing import RunFilter
from jobs.runs.run_records import RunState
from service.auth.callers import Caller
from service.certification.parsing import read_only_json
from service.context import Context, Ctx
from service.http.problems import OF_A_BODY, OF_THE_STORE, responses
from service.http.query import KnownQuery, check_certifier, check_page
from service.job_looks import FRESH_S
from service.routes.run_answers import RunIdPath, read_run
from service.routes.submitted_bodies import json_body
from service.routes.who import AnyCaller, Who
from service.runs.run_requests import RunFields
from service.runs.run_resources import RunList, RunResource
from service.runs.run_submission import new_run
from service.runs.run_views import show_run, shown

PATH = "/v1/runs"
RUN = ("unauthorized", "run-not-found", "invalid-request", "too-many-requests", *OF_THE_STORE)

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    "",
    operation_id="createRun",
    summary="Begin a run over a test set",
    description="A run fixes model, certifier and parameters for all its rows. Send the rows to `/rows`, in "
    "any order, from as many clients as you like; a run that was interrupted goes on by sending them again.",
    status_code=status.HTTP_201_CREATED,
    response_model=RunResource,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RunFields"}}},
        }
    },
    responses=responses(
        *OF_A_BODY,
        "unauthorized",
        "model-broken",
        "too-many-requests",
        "too-many-runs",
        *OF_THE_STORE,
    ),
)
async def create(request: Request, ctx: Ctx, caller: Who) -> Response:
    """Read the body on the event loop; check and store the run in a thread."""
    with ctx.held.share(caller.owner) as held:
        body = await json_body(request, ctx, caller, held, ctx.settings.max_body_bytes)
        run = await anyio.to_thread.run_sync(_create, ctx, caller, body)
    location = {"Location": f"{request.scope['root_path']}{PATH}/{run.id}"}
    return Response(run.model_dump_json(), status.HTTP_201_CREATED, location, "application/json")


def _create(ctx: Context, caller: Caller, body: bytearray) -> RunResource:
    spec = new_run(ctx.submissions, read_only_json(body, RunFields), caller)
    ctx.durability.require()
    owned = caller.max_runs or ctx.settings.max_runs_of_a_key
    return show_run(ctx.runs, ctx.runs.create(spec, ctx.settings.max_runs, owned))


@router.get(
    "",
    operation_id="listRuns",
    summary="List your runs, newest first",
    description="Pass `next_cursor` as `cursor` until it is null, with the same other parameters. A page of "
    "runs that are picked by `status`, `model`, `certifier` or `name` may be short, or empty.",
    responses=responses("unauthorized", "invalid-request", "too-many-requests", *OF_THE_STORE),
)
def list_all(
    ctx: Ctx,
    caller: Who,
    limit: Annotated[int, Query(ge=1, description="Largest number of runs in one page.")] = 20,
    cursor: Annotated[
        str | None, Query(max_length=64, description="`next_cursor` of the previous page.")
    ] = None,
    status: Annotated[RunState | None, Query(description="Only runs whose `status` is this.")] = None,
    model: Annotated[str | None, Query(max_length=200, description="Only runs of this model.")] = None,
    certifier: Annotated[
        str | None,
        Query(description="Only runs by this one.", json_schema_extra={"enum": list(CERTIFIERS.names())}),
    ] = None,
    name: Annotated[str, Query(max_length=200, description="Only runs whose name begins like this.")] = "",
) -> RunList:
    """Read one page of the caller's runs."""
    check_page(limit, ctx.settings.max_page_size)
    check_certifier(certifier)
    page = ctx.runs.list_runs(limit, cursor, caller.owner, RunFilter(status, model, certifier, name))
    runs = [shown(counted.run, counted.certified) for counted in page.runs]
    return RunList(runs=runs, next_cursor=page.next_cursor)


@router.get(
    "/{run_id}", operation_id="getRun", summary="Read a run: counts and summary", responses=responses(*RUN)
)
def get(ctx: Ctx, caller: Who, run_id: RunIdPath) -> RunResource:
    """Read one run."""
    return show_run(ctx.runs, read_run(ctx, caller, run_id))


def _cancelled(ctx: Ctx, caller: Who, run_id: RunIdPath) -> RunResource:
    return show_run(ctx.runs, ctx.runs.cancel(read_run(ctx, caller, run_id).id))


@router.delete(
    "/{run_id}",
    operation_id="cancelRun",
    summary="Cancel a run",
    description="Rows that have not ended are cancelled, those that are done stay, and no more are taken. To "
    "repeat the call is harmless.",
    responses=responses(*RUN),
)
async def cancel(run: Annotated[RunResource, Depends(_cancelled)]) -> RunResource:
    """Close a run and cancel its open rows. The answer comes when no gateway shows them open any more."""
    await anyio.sleep(FRESH_S)
    return run
