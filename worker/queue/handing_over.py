"""Find the workers that can load a model which this worker cannot, so that its own lack fails no job."""

from __future__ import annotations

from collections import Counter

from jobs.job_records import JobRecord
from jobs.liveness import weights_of
from jobs.plan import Fleet
from registry import ModelError
from worker.worker_context import WorkerContext


def able_fleet(context: WorkerContext, job: JobRecord) -> Fleet | None:
    """Return a fleet of which another live worker has the job's model, and none says that it cannot load it.

    For a job that is planned, it can only be this worker's own. For others it is the one with most processes,
    if possible not its own, where the step might come back to this worker.
    """
    live = [worker for worker in context.liveness.recent_workers() if worker.id != context.worker_id]
    broken = _broken_in(context, job)
    able: Counter[Fleet] = Counter()
    for worker in live:
        has = worker.models.get(job.spec.model) == weights_of(job.spec.model_sha256)
        begins = worker.begins_jobs or job.plan is not None
        if has and begins and worker.fleet.key not in broken:
            able[worker.fleet] += worker.processes
    if job.plan is not None:
        return context.fleet if context.fleet in able else None
    own = able.pop(context.fleet, 0)
    if able:
        return able.most_common(1)[0][0]
    return context.fleet if own else None


def _broken_in(context: WorkerContext, job: JobRecord) -> set[str]:
    """Return the fleets, by their keys, that could not load this worker's own copy of the model."""
    try:
        fingerprint = context.registry.get(job.spec.model).fingerprint
    except ModelError:
        return set()
    own = {context.fleet.key} if fingerprint in context.liveness.broken_models(context.worker_id) else set()
    return own | {
        worker.fleet.key for worker in context.liveness.recent_workers() if fingerprint in worker.broken
    }
