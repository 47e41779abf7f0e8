"""Routes that give a run's results: its table, curve and evidence, and how it compares with another run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from jobs.runs.run_records import Reached, Row, RunRecord
from jobs.runs.run_store import RunStore
from service.certification.resources import job_resource
from service.context import Context, Ctx
from service.http.negotiation import preferred
from service.http.problems import responses
from service.http.query import KnownQuery
from service.routes.run_answers import RunIdPath, read_run
from service.routes.run_routes import PATH, RUN
from service.routes.who import AnyCaller, Who
from service.runs.comparisons import Comparison, compare, radii_of
from service.runs.evidence_files import zipped
from service.runs.run_curves import FORMS, PNG, CurveResource, curve_of
from service.runs.run_resources import RowResource, row_resource
from service.runs.run_tables import ALWAYS, FORMATS, PARQUET
from service.runs.run_views import show_run

PAGE = 500
"""Rows that are read at once for a table. A choice; it bounds the memory of an answer."""
MOST_POINTS = 500
JSON: Final = "application/json"
SVG: Final = "image/svg+xml"

router = APIRouter(prefix=PATH, tags=["runs"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "/{run_id}/results",
    operation_id="getRunResults",
    summary="Read all rows of a run as a table",
    description="One line a row, in the order of arrival, with the columns of `RowResource`. A field that is "
    "null is empty; false and true are 0 and 1 where the format has no words for them. Radii have all their "
    "digits. Parquet is possible where the gateway has pyarrow.",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {
                **{kind: {"schema": {"type": "string"}} for kind in ALWAYS},
                PARQUET.media_type: {"schema": {"type": "string", "format": "binary"}},
            }
        },
        **responses("not-acceptable", *RUN),
    },
)
def results(request: Request, ctx: Ctx, caller: Who, run_id: RunIdPath) -> StreamingResponse:
    """Write the table page by page while it is sent."""
    kind = preferred(request, ALWAYS, [PARQUET])
    run = read_run(ctx, caller, run_id)
    table = FORMATS[kind](_pages(ctx.runs, run.id))
    return StreamingResponse(table, media_type=kind, headers={"Vary": "Accept"})


def _pages(runs: RunStore, run_id: str) -> Iterator[list[RowResource]]:
    for page in _row_pages(runs, run_id):
        yield [row_resource(row) for row in page]


def _row_pages(runs: RunStore, run_id: str) -> Iterator[list[Row]]:
    after = 0
    while rows := runs.rows(run_id, after, PAGE):
        yield rows
        after = rows[-1].number


@router.get(
    "/{run_id}/curve",
    operation_id="getRunCurve",
    summary="Certified accuracy against radius",
    description="Or the share of certified rows, for a run without labels. As numbers, or with "
    "`Accept: image/svg+xml` as a picture; `image/png` is possible where the "
    "gateway has matplotlib.",
    response_model=CurveResource,
    responses={
        200: {
            "content": {
                SVG: {"schema": {"type": "string"}},
                PNG.media_type: {"schema": {"type": "string", "format": "binary"}},
            }
        },
        **responses("not-acceptable", *RUN),
    },
)
def curve(
    request: Request,
    ctx: Ctx,
    caller: Who,
    run_id: RunIdPath,
    points: Annotated[int, Query(ge=2, le=MOST_POINTS, description="Largest number of points.")] = 200,
    reached: Annotated[
        Reached,
        Query(
            description="Which rows count at a radius: those certified to be of their class, `correct`, as a "
            "share of the labelled ones; or all that are `certified`, of whatever class, as a share of all."
        ),
    ] = Reached.CORRECT,
) -> Response:
    """Read some of the radii; the curve at these is exact."""
    kind = preferred(request, (JSON, SVG), [PNG])
    run, radii = ctx.runs.radii(read_run(ctx, caller, run_id).id, points, reached)
    content = FORMS[kind](run, curve_of(run, radii, reached))
    return Response(content, media_type=kind, headers={"Vary": "Accept"})


@router.get(
    "/{run_id}/comparison",
    operation_id="compareRuns",
    summary="Compare the radii of runs over the same keys",
    description="Pairs the rows of this run with those of one or two others by their keys.",
    responses=responses(*RUN),
)
def comparison(
    ctx: Ctx,
    caller: Who,
    run_id: RunIdPath,
    others: Annotated[
        list[str],
        Query(alias="with", min_length=1, max_length=2, description="Ids of one or two other runs."),
    ],
) -> Comparison:
    """Read all rows of the runs, page by page."""
    runs = [read_run(ctx, caller, each) for each in (run_id, *others)]
    mine, *theirs = (radii_of(chain.from_iterable(_row_pages(ctx.runs, run.id))) for run in runs)
    pairs = zip(runs[1:], theirs, strict=True)
    return Comparison(comparisons=[compare(run_id, mine, other.id, radii) for other, radii in pairs])


@router.get(
    "/{run_id}/evidence",
    operation_id="getRunEvidence",
    summary="Read the certificates of a run as a zip archive",
    description="`run.json` is the run, `rows.jsonl` its table, `rows/NUMBER.json` the certification of each "
    "row. `certify verify` takes the archive and checks every certificate again.",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}},
        **responses(*RUN),
    },
)
def evidence(ctx: Ctx, caller: Who, run_id: RunIdPath) -> StreamingResponse:
    """Write the archive while it is sent."""
    run = read_run(ctx, caller, run_id)
    headers = {"Content-Disposition": f'attachment; filename="run-{run.id}.zip"'}
    return StreamingResponse(zipped(_files(ctx, run)), media_type="application/zip", headers=headers)


def _files(ctx: Context, run: RunRecord) -> Iterator[tuple[str, str]]:
    yield "run.json", show_run(ctx.runs, run).model_dump_json()
    table: list[str] = []
    for page in _row_pages(ctx.runs, run.id):
        records = ctx.store.get_all([row.job_id for row in page])
        for row, record in zip(page, records, strict=True):
            if record is not None:
                table.append(row_resource(row).model_dump_json())
                yield f"rows/{row.number:06}.json", job_resource(record).model_dump_json()
    yield "rows.jsonl", "".join(f"{line}\n" for line in table)
