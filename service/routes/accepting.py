"""Accept a submission of either kind, a certification or a row of a run: body in, stored job out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import anyio.to_thread
from fastapi import Request, Response, status

from jobs.store import Created, Idempotency, Limits, RowOf
from jobs.tracing import TRACES
from registry.model_errors import ModelBroken
from service.auth.callers import Caller
from service.certification.resources import JobResource
from service.certification.submission import Submission
from service.context import Context
from service.http.bodies import Form
from service.model_verdicts import nobody_loads
from service.routes.job_answers import show_job
from service.routes.submitted_bodies import submitted_body

CERTIFICATIONS: Final = "/v1/certifications"
"""Where the jobs are that submissions make."""
LARGE_BYTES: Final = 2**20
"""A larger input is stored before the next one is decoded, so that large inputs do not add up in memory. A
choice: small ones are stored while others are decoded, which is faster."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """A submission that can be stored, what repeats it, and the run that it is a row of, if it is one."""

    submission: Submission
    idempotency: Idempotency | None
    row: RowOf | None = None


async def accept(
    request: Request, ctx: Context, caller: Caller, prepare: Callable[[bytearray | Form], Ready]
) -> Response:
    """Read the body on the event loop; ``prepare`` and store it in a thread; answer with the job.

    ``prepare`` parses, checks and decodes. This takes processor time: at most ``max_parallel_decodes`` run at
    once.
    """
    with ctx.held.share(caller.owner) as held:
        body = await submitted_body(request, ctx, caller, held)
        with ctx.requests.share() as work:
            work.take(1)
            async with ctx.decoding:
                ready = await anyio.to_thread.run_sync(prepare, body)
                del body
                store = partial(_store, ctx, caller, ready)
                large = len(ready.submission.data) > LARGE_BYTES
                stored = await anyio.to_thread.run_sync(store) if large else None
            created, job = await anyio.to_thread.run_sync(store) if stored is None else stored
    headers = {
        "Location": f"{request.scope['root_path']}{CERTIFICATIONS}/{created.job_id}",
        "Idempotency-Replayed": str(created.replayed).lower(),
    }
    # A ready response: FastAPI would validate a JobResource a second time.
    return Response(job.model_dump_json(), status.HTTP_202_ACCEPTED, headers, "application/json")


def _store(ctx: Context, caller: Caller, ready: Ready) -> tuple[Created, JobResource]:
    """Store the job and put it on the queue."""
    spec = ready.submission.spec.model_copy(update={"trace": TRACES.traceparent()})
    ctx.durability.require()
    _refuse_if_no_worker_has(ctx, spec.model)
    limits = Limits(
        active=ctx.settings.max_active_jobs,
        owned=caller.max_active_jobs or 0,
        memory=ctx.settings.max_stored_bytes,
    )
    created = ctx.store.create(
        spec, ready.submission.data, ready.idempotency, limits, ctx.step_messages, ready.row
    )
    if not created.replayed:
        ctx.metrics.submissions.labels(spec.model, spec.certifier.name).inc()
        about = {} if ready.row is None else {"run_id": ready.row.run_id}
        _logger.info("a job is accepted", extra={"job_id": created.job_id, **about})
    return created, show_job(ctx, created.job)


def _refuse_if_no_worker_has(ctx: Context, model: str) -> None:
    """Refuse a model that no live worker could load although its folder is valid."""
    reason = nobody_loads(ctx, ctx.registry.get(model))
    if reason is not None:
        raise ModelBroken(f"model {model!r} cannot be used: no worker can load it: {reason}")
