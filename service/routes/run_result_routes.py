"""Routes that give a run's results: the table of its rows, and its curve of certified accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from jobs.runs.run_store import RunStore
from service.context import Ctx
from service.http.negotiation import preferred
from service.http.problems import responses
from service.http.query import KnownQuery
from service.routes.run_answers import RunIdPath, read_run
from service.routes.run_routes import PATH, RUN
from service.routes.who import AnyCaller, Who
from service.runs.run_curves import CurveResource, curve_of
from service.runs.run_resources import RowResource, row_resource
from service.runs.run_tables import FORMATS, written

PAGE = 500
"""Rows that are read at once for a table. A choice; it bounds the memory of an answer."""
MOST_POINTS = 500

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "/{run_id}/results",
    operation_id="getRunResults",
    summary="Read all rows of a run as a table",
    description="One line a row, in the order of arrival, with the columns of `RowResource`. A field that is "
    "null is empty; false and true are 0 and 1 where the format has no words for them. Radii have all their "
    "digits.",
    response_class=StreamingResponse,
    responses={
        200: {"content": {kind: {"schema": {"type": "string"}} for kind in FORMATS}},
        **responses("not-acceptable", *RUN),
    },
)
def results(request: Request, ctx: Ctx, caller: Who, run_id: RunIdPath) -> StreamingResponse:
    """Write the table page by page while it is sent."""
    kind = preferred(request, tuple(FORMATS))
    run = read_run(ctx, caller, run_id)
    return StreamingResponse(written(kind, _pages(ctx.runs, run.id)), media_type=kind)


def _pages(runs: RunStore, run_id: str) -> Iterator[list[RowResource]]:
    after = 0
    while rows := runs.rows(run_id, after, PAGE):
        yield [row_resource(row) for row in rows]
        after = rows[-1].number


@router.get(
    "/{run_id}/curve",
    operation_id="getRunCurve",
    summary="Certified accuracy against radius",
    responses=responses(*RUN),
)
def curve(
    ctx: Ctx,
    caller: Who,
    run_id: RunIdPath,
    points: Annotated[int, Query(ge=2, le=MOST_POINTS, description="Largest number of points.")] = 200,
) -> CurveResource:
    """Read some of the radii; the curve at these is exact."""
    run = read_run(ctx, caller, run_id)
    return curve_of(run, ctx.runs.radii(run.id, points))
