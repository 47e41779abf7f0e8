"""The route that submits a certification."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response, status

from jobs.store import Idempotency
from service.api import examples
from service.auth.callers import Caller
from service.certification.parsing import read_fields, read_json
from service.certification.requests import CertificationFields, CertificationJson, FormFields
from service.certification.resources import JobResource
from service.certification.tensors import Tensor
from service.context import Context, Ctx
from service.http.bodies import Form
from service.http.problems import OF_AN_INPUT, field_problem, responses
from service.http.query import KnownQuery
from service.routes.accepting import CERTIFICATIONS, Ready, accept
from service.routes.who import AnyCaller, Who

LONGEST_KEY = 255
"""Longest Idempotency-Key. A choice, common among such APIs."""

router = APIRouter(tags=["certifications"], dependencies=[AnyCaller, KnownQuery])


@router.post(
    CERTIFICATIONS,
    operation_id="createCertification",
    summary="Submit a certification",
    description="Checks the request, stores the job and answers at once; the job runs in the background. "
    "Send a multipart form with a file part `image` or `tensor`, or JSON with `image` in base64 or with "
    "a small `tensor`.",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobResource,
    response_description="Accepted and stored. `Location` is the job's address.",
    openapi_extra=examples.SUBMISSION_BODY,
    responses={
        202: examples.ACCEPTED,
        **responses(
            *OF_AN_INPUT,
            "unauthorized",
            "idempotency-key-reused",
            "too-many-requests",
            "too-many-jobs",
            "overloaded",
            "store-unavailable",
            "not-ready",
        ),
    },
)
async def create(
    request: Request,
    ctx: Ctx,
    caller: Who,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Makes the submission repeatable: the same key with the same request gives the "
            "same job; the same key with another request is refused. 1 to 255 printable ASCII characters."
        ),
    ] = None,
) -> Response:
    """Check the key, and accept what the body holds."""
    _check_key(request.headers.getlist("idempotency-key"))
    return await accept(request, ctx, caller, partial(_prepare, ctx, caller, idempotency_key))


def _check_key(given: list[str]) -> None:
    if len(given) > 1:
        raise field_problem("Idempotency-Key", "given more than once")
    for key in given:
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise field_problem("Idempotency-Key", f"must be 1 to {LONGEST_KEY} printable ASCII characters")


def _prepare(ctx: Context, caller: Caller, key: str | None, body: bytearray | Form) -> Ready:
    fields, given = _read(body)
    submission = ctx.submissions.check(fields, given, caller)
    return Ready(submission, None if key is None else Idempotency(key, submission.fingerprint))


def _read(body: bytearray | Form) -> tuple[CertificationFields, bytes | Tensor]:
    if isinstance(body, bytearray):
        return read_json(body, CertificationJson)
    return read_fields(body, FormFields)
