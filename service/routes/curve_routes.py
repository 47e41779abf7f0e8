"""The route that shows a certificate as a curve."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from service.certification.curve_resource import ScoreCurveResource, curve_drawing, curve_of, curve_resource
from service.certification.resources import job_resource
from service.context import Ctx
from service.http.negotiation import preferred
from service.http.problems import OF_THE_STORE, responses
from service.http.query import KnownQuery
from service.routes.job_answers import JobIdPath, read_job
from service.routes.who import AnyCaller, Who

JSON: Final = "application/json"
SVG: Final = "image/svg+xml"

router = APIRouter(prefix="/v1/certifications", tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


@router.get(
    "/{job_id}/curve",
    operation_id="getCertificationCurve",
    summary="Show a certificate as a curve",
    description="The lower bound on the smoothed score by distance from the input, as numbers or, with "
    "`Accept: image/svg+xml`, as a picture; and what first order shows from the same votes, for comparison.",
    response_model=ScoreCurveResource,
    responses={
        200: {"content": {SVG: {"schema": {"type": "string"}}}},
        **responses(
            "unauthorized",
            "job-not-found",
            "not-acceptable",
            "no-curve",
            "invalid-request",
            "too-many-requests",
            *OF_THE_STORE,
        ),
    },
)
def get_curve(request: Request, ctx: Ctx, caller: Who, job_id: JobIdPath) -> Response:
    """Compute the curve from the certificate's counts, in the kind that the client accepts."""
    kind = preferred(request, (JSON, SVG))
    record = read_job(ctx, caller, job_id)
    certificate = job_resource(record).certificate
    curve = curve_of(record, certificate)
    if certificate is None:
        raise AssertionError("a curve without a certificate")
    if kind == SVG:
        content: str | bytes = curve_drawing(certificate, curve)
    else:
        content = curve_resource(record.id, certificate, curve).model_dump_json()
    return Response(content, media_type=kind, headers={"Vary": "Accept"})
