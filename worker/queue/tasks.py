"""The Celery tasks, and the handling of steps that fail."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from celery import Celery
from celery.exceptions import Reject

from jobs import keys
from jobs.celery_app import CERTIFY, SAMPLE, SELECT
from jobs.handovers import FIRST_STEP
from jobs.job_errors import (
    CannotLoad,
    JobEnded,
    JobNotFound,
    PermanentFailure,
    StepLeftOver,
    StoreUnavailable,
    TooManyAttempts,
    UnreadableRecord,
    UnsupportedRecord,
)
from jobs.job_records import Failure, JobRecord
from jobs.leases import Lease, Step
from jobs.plan import Fleet
from jobs.tracing import TRACES, Attributes
from registry import ModelError
from worker import steps
from worker.queue.handing_over import able_fleet, able_one_is_silent
from worker.worker_context import WorkerContext

LONGEST_PAUSE_S: Final = 30
"""Longest pause before a failed step is tried again. A choice: pauses double from 1 s."""
HAND_OVER_PAUSE_S: Final = 1
"""Pause before a worker's step is offered again to workers that are alike, itself among them. A choice."""
Work = Callable[[WorkerContext, Lease], None]

log = logging.getLogger(__name__)


def register_tasks(app: Celery, context: WorkerContext) -> None:
    """Register the three tasks with the application."""

    @app.task(name=SELECT, bind=True)  # type: ignore[untyped-decorator]  # Celery is untyped
    def select(task: Any, job_id: str) -> None:
        run_step(task, context, _step(task, job_id, FIRST_STEP), steps.select)

    @app.task(name=SAMPLE, bind=True)  # type: ignore[untyped-decorator]  # Celery is untyped
    def sample(task: Any, job_id: str, shard: int) -> None:
        step = _step(task, job_id, f"sample:{shard}", context.fleet, shard)
        run_step(task, context, step, partial(steps.sample, shard=shard))

    @app.task(name=CERTIFY, bind=True)  # type: ignore[untyped-decorator]  # Celery is untyped
    def certify(task: Any, job_id: str) -> None:
        run_step(task, context, _step(task, job_id, "certify", context.fleet), steps.certify)


def _step(task: Any, job_id: str, name: str, fleet: Fleet | None = None, shard: int | None = None) -> Step:
    queue = (task.request.delivery_info or {}).get("routing_key") or keys.COMMON_QUEUE
    return Step(job_id, name, task.request.get("sent_at"), queue, fleet, shard)


def run_step(task: Any, context: WorkerContext, step: Step, work: Work) -> None:
    """Run one step of a job. Skip it if it is done or another live process works on it.

    A stale message, whose step is not in the job's plan, is dropped and does not count as an attempt. If the
    store is away, the message goes back to the queue. If this worker cannot load the model, one that can gets
    the step, which is no attempt. An error that lies in the job or its model fails the job. After any other
    error the step is tried again after a growing pause; the job fails after ``max_attempts``.
    """
    about: dict[str, object] = {"job_id": step.job_id, "step": step.name}
    try:
        lease = _take_in_hand(context, step, about)
        if lease is not None:
            _attempt(task, context, lease, work)
    except (JobEnded, JobNotFound):
        log.info("the job has ended", extra=about)
    except StepLeftOver as error:
        log.warning("a stale message is dropped, its step is not in the job's plan: %s", error, extra=about)
    except UnsupportedRecord as error:
        log.error("%s", error, extra=about)  # noqa: TRY400 - the message says it all
    except StoreUnavailable as error:
        log.warning("the step goes back to the queue: %s", error, extra=about)
        raise Reject(str(error), requeue=True) from error


def _take_in_hand(context: WorkerContext, step: Step, about: dict[str, object]) -> Lease | None:
    """Return the lease; None if another process works on the step, or the job fails."""
    try:
        lease = context.leases.acquire(step, with_input=step.job_id not in context.inputs)
    except TooManyAttempts as error:
        why = f"{error}: the model may crash, need more memory than there is, or exceed the step's time limit"
        _fail(context, step.job_id, Failure(type="worker_crashed", detail=why), about)
        return None
    except UnreadableRecord as error:
        if error.attempts < context.settings.max_attempts:
            raise  # the watchdog sends it again, perhaps to a worker that can read it
        _fail(context, step.job_id, Failure(type="unreadable_record", detail=str(error)), about)
        return None
    if lease is None:
        log.info("another process works on the step", extra=about)
    return lease


def _attempt(task: Any, context: WorkerContext, lease: Lease, work: Work) -> None:
    job = lease.job
    about: dict[str, Any] = {"job_id": job.id, "step": lease.step, "attempt": lease.attempt}
    began = time.monotonic()
    try:
        parts: Attributes = {f"certify.{name}": value for name, value in about.items()}
        with TRACES.span(f"step {lease.step.partition(':')[0]}", parts, job.spec.trace), lease:
            work(context, lease)
    except (JobEnded, JobNotFound, StepLeftOver, StoreUnavailable, UnsupportedRecord):
        raise
    except CannotLoad as error:
        _hand_over(task, context, job, error, about)
    except PermanentFailure as error:
        _fail(context, job.id, Failure(type=error.failure_type, detail=error.detail), about)
    except ModelError as error:
        _fail(context, job.id, Failure(type="model_broken", detail=str(error)), about)
    except Exception as error:
        log.exception("the step failed", extra=about)
        if lease.attempt >= context.settings.max_attempts:
            _fail(context, job.id, _unforeseen(lease, error), about)
            return
        pause = min(2 ** (lease.attempt - 1), LONGEST_PAUSE_S)
        raise task.retry(exc=error, countdown=pause, max_retries=None) from error
    else:
        log.info("the step is done", extra={**about, "seconds": round(time.monotonic() - began, 3)})


def _hand_over(
    task: Any, context: WorkerContext, job: JobRecord, error: CannotLoad, about: dict[str, object]
) -> None:
    """Give a step to workers that can load its model. The job fails if none lives or may come back."""
    fleet = able_fleet(context, job)
    if fleet is None and able_one_is_silent(context, job):
        log.warning("the step is tried again: a worker that has the model is silent: %s", error, extra=about)
        raise task.retry(exc=error, countdown=HAND_OVER_PAUSE_S, max_retries=None) from error
    if fleet is None:
        _fail(context, job.id, Failure(type=error.failure_type, detail=error.detail), about)
        return
    log.warning("the step goes to workers with %s: %s", fleet.words, error, extra=about)
    if fleet == context.fleet:  # the step may come back to this worker
        raise task.retry(exc=error, countdown=HAND_OVER_PAUSE_S, max_retries=None) from error
    context.handovers.give(job.id, fleet.key)


def _fail(context: WorkerContext, job_id: str, failure: Failure, about: dict[str, object]) -> None:
    log.warning("the job fails: %s: %s", failure.type, failure.detail, extra=about)
    context.store.fail(job_id, failure)


def _unforeseen(lease: Lease, error: Exception) -> Failure:
    return Failure(
        type="internal",
        detail=f"step {lease.step} failed {lease.attempt} times, at last: {type(error).__name__}: {error}",
    )
