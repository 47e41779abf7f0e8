"""Submitting a certification."""

from __future__ import annotations

import logging
from functools import partial
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Header, Request, Response, status

from jobs.store import Created, Idempotency, Limits
from registry.model_errors import ModelBroken
from service.api import examples
from service.auth.callers import Caller
from service.certification.parsing import read_fields, read_json
from service.certification.requests import CertificationFields, CertificationJson, FormFields
from service.certification.resources import JobResource
from service.certification.submission import Submission
from service.certification.tensors import Tensor
from service.context import Context, Ctx
from service.http.bodies import BodyLimits, Form
from service.http.problems import field_problem, responses
from service.http.query import KnownQuery
from service.model_verdicts import nobody_loads
from service.routes.job_answers import show_job
from service.routes.submitted_bodies import submitted_body
from service.routes.who import AnyCaller, Who

PATH = "/v1/certifications"
LONGEST_KEY = 255
"""Longest Idempotency-Key. A choice, common among such APIs."""
LARGE_BYTES = 2**20
"""A larger input is stored before the next one is decoded, so that large inputs do not add up in memory. A
choice: small ones are stored while others are decoded, which is faster."""

router = APIRouter(tags=["certifications"], dependencies=[AnyCaller, KnownQuery])
_logger = logging.getLogger(__name__)


@router.post(
    PATH,
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
            "malformed-body",
            "unauthorized",
            "body-timeout",
            "model-broken",
            "body-too-large",
            "unsupported-media-type",
            "invalid-request",
            "invalid-image",
            "image-too-large",
            "invalid-tensor",
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
    """Read the body on the event loop; parse, decode and store it in a thread."""
    _check_key(request.headers.getlist("idempotency-key"))
    with ctx.held.share(caller.owner) as held:
        with ctx.bodies.share(caller.owner) as place:
            place.take(1)
            body = await submitted_body(request, BodyLimits.of(ctx.settings, held))
        with ctx.requests.share() as work:
            work.take(1)
            async with ctx.decoding:
                submission = await anyio.to_thread.run_sync(_parse, ctx, caller, body)
                del body
                store = partial(_store, ctx, caller, submission, idempotency_key)
                large = len(submission.data) > LARGE_BYTES
                stored = await anyio.to_thread.run_sync(store) if large else None
            created, job = await anyio.to_thread.run_sync(store) if stored is None else stored
    headers = {
        "Location": f"{request.scope['root_path']}{PATH}/{created.job_id}",
        "Idempotency-Replayed": str(created.replayed).lower(),
    }
    # A ready response: FastAPI would validate a JobResource a second time.
    return Response(job.model_dump_json(), status.HTTP_202_ACCEPTED, headers, "application/json")


def _check_key(given: list[str]) -> None:
    if len(given) > 1:
        raise field_problem("Idempotency-Key", "given more than once")
    for key in given:
        if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
            raise field_problem("Idempotency-Key", f"must be 1 to {LONGEST_KEY} printable ASCII characters")


def _parse(ctx: Context, caller: Caller, body: bytearray | Form) -> Submission:
    """Parse, check and decode. This takes processor time: at most ``max_parallel_decodes`` run at once."""
    fields, given = _read(body)
    return ctx.submissions.check(fields, given, caller)


def _read(body: bytearray | Form) -> tuple[CertificationFields, bytes | Tensor]:
    return (
        read_json(body, CertificationJson) if isinstance(body, bytearray) else read_fields(body, FormFields)
    )


def _store(
    ctx: Context, caller: Caller, submission: Submission, key: str | None
) -> tuple[Created, JobResource]:
    """Store the job and put it on the queue."""
    ctx.durability.require()
    _refuse_if_no_worker_has(ctx, submission.spec.model)
    idempotency = None if key is None else Idempotency(key, submission.fingerprint)
    limits = Limits(
        active=ctx.settings.max_active_jobs,
        owned=caller.max_active_jobs or 0,
        memory=ctx.settings.max_stored_bytes,
    )
    created = ctx.store.create(submission.spec, submission.data, idempotency, limits, ctx.first_message)
    if not created.replayed:
        ctx.metrics.submissions.labels(submission.spec.model, submission.spec.certifier.name).inc()
        _logger.info("a job is accepted", extra={"job_id": created.job_id})
    return created, show_job(ctx, created.job)


def _refuse_if_no_worker_has(ctx: Context, model: str) -> None:
    """Refuse a model that no live worker could load although its folder is valid."""
    reason = nobody_loads(ctx, ctx.registry.get(model))
    if reason is not None:
        raise ModelBroken(f"model {model!r} cannot be used: no worker can load it: {reason}")
