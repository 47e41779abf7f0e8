"""The route that verifies a certificate by its counts alone."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from service.api import examples
from service.certification.verifications import MOST_BYTES, MOST_CLASSES, VerdictResource, verdict_resource
from service.context import Ctx
from service.http.problems import OF_A_BODY, responses
from service.http.query import KnownQuery
from service.routes.submitted_bodies import json_body
from service.routes.who import AnyCaller, Who

router = APIRouter(tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    "/v1/verifications",
    operation_id="verifyCertificate",
    summary="Verify a certificate",
    description="Computes bounds and radius again from the counts of a certificate, and compares all that "
    "the document states. The body is a job as it was answered, or its `certificate` alone. Beside the "
    "checks it says whether the model is one of this service's, and what no check shows. No stored job is "
    "read, so that a certificate of any service of this release can be verified; `certify verify` does the "
    f"same without a service, for any number of classes; here they are at most {MOST_CLASSES:,}.",
    response_model=VerdictResource,
    openapi_extra=examples.VERIFICATION_BODY,
    responses={
        200: examples.VERIFIED,
        **responses(
            *OF_A_BODY,
            "unauthorized",
            "too-many-requests",
            "overloaded",
            "not-ready",
        ),
    },
)
async def verify_certificate(request: Request, ctx: Ctx, caller: Who) -> Response:
    """Read the body on the event loop; parse it and compute in a thread, one at a time."""
    with ctx.held.share(caller.owner) as held:
        body = await json_body(request, ctx, caller, held, MOST_BYTES)
        with ctx.requests.share() as work:
            work.take(1)
            async with ctx.verifying:
                verdict = await anyio.to_thread.run_sync(verdict_resource, body, ctx.registry)
    return Response(verdict.model_dump_json(), media_type="application/json")
