"""Find the workers that can load a model which this worker cannot, so that its own lack fails no job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from jobs.job_records import JobRecord
from jobs.liveness import WorkerRecord, weights_of
from jobs.plan import Fleet
from registry import ModelError
from worker.worker_context import WorkerContext

BELIEVED: Final = 2
"""Workers of a fleet that could not load a model, after which the fleet is given no job with it to begin.

A choice: one machine may be out of order; a model that two cannot load is tried by no third.
"""


def able_fleet(context: WorkerContext, job: JobRecord) -> Fleet | None:
    """Return a fleet of which another live worker has the job's model, and did not fail to load it.

    For a job that is planned, it can only be this worker's own. For others it is the one with most processes,
    if possible not its own, where the step might come back to this worker.
    """
    return _able_of(context, job, context.liveness.recent_workers())


def able_one_is_silent(context: WorkerContext, job: JobRecord) -> bool:
    """Whether such a worker is silent and may come back (`jobs.liveness.SILENT_S`)."""
    return _able_of(context, job, context.liveness.silent_workers()) is not None


def _able_of(context: WorkerContext, job: JobRecord, workers: Sequence[WorkerRecord]) -> Fleet | None:
    failed = _could_not_load(context, job)
    believed = {key for key, count in Counter(failed.values()).items() if count >= BELIEVED}
    able: Counter[Fleet] = Counter()
    for worker in workers:
        has = worker.models.get(job.spec.model) == weights_of(job.spec.model_sha256)
        may = job.plan is not None or (worker.begins_jobs and worker.fleet.key not in believed)
        if has and may and worker.id not in failed and worker.id != context.worker_id:
            able[worker.fleet] += worker.processes
    if job.plan is not None:
        return context.fleet if context.fleet in able else None
    own = able.pop(context.fleet, 0)
    if able:
        return able.most_common(1)[0][0]
    return context.fleet if own else None


def _could_not_load(context: WorkerContext, job: JobRecord) -> dict[str, str]:
    """Return the workers that could not load this worker's own copy of the model: id -> key of the fleet."""
    try:
        fingerprint = context.registry.get(job.spec.model).fingerprint
    except ModelError:
        return {}
    failed = {
        worker.id: worker.fleet.key
        for worker in (*context.liveness.recent_workers(), *context.liveness.silent_workers())
        if fingerprint in worker.broken
    }
    if fingerprint in context.liveness.broken_models(context.worker_id):  # perhaps only just
        failed[context.worker_id] = context.fleet.key
    return failed
