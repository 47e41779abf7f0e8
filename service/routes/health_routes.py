"""Routes of health checks and metrics."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from service import readiness
from service.certification.certificate_resources import Resource
from service.context import Ctx
from service.http.problems import ProblemError, responses
from service.http.query import KnownQuery
from service.metrics import CONTENT_TYPE
from service.routes.who import MetricsReader

router = APIRouter(tags=["operations"])


class Live(Resource):
    """The process answers."""

    status: Literal["live"]


@router.get(
    "/health/live", operation_id="getLiveness", summary="Is the gateway alive?", responses=responses()
)
async def live() -> Live:
    """Answer without checking anything else."""
    return Live(status="live")


@router.get(
    "/health/ready",
    operation_id="getReadiness",
    summary="Can jobs run now?",
    description="503 if they cannot; the problem document then has the same members as the answer 200.",
    responses=responses("not-ready"),
)
def ready(ctx: Ctx) -> readiness.Readiness:
    """Check the store, the workers and the models."""
    found = readiness.check(ctx)
    if found.missing:
        raise ProblemError("not-ready", "; ".join(found.missing), extensions=found.model_dump(mode="json"))
    return found


@router.get(
    "/metrics",
    operation_id="getMetrics",
    summary="Prometheus metrics",
    response_class=PlainTextResponse,
    responses=responses("unauthorized", "invalid-request", "too-many-requests", "not-ready"),
    dependencies=[MetricsReader, KnownQuery],
)
def metrics(ctx: Ctx) -> Response:
    """Render the gateway's registry."""
    return Response(ctx.metrics.render(), media_type=CONTENT_TYPE)
