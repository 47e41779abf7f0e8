"""The three steps of a job: decode, call, encode. Each may run any number of times, anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jobs.errors import JobEnded, PermanentFailure
from jobs.spec import JobRecord, JobState, Plan
from worker.context import WorkerContext
from worker.document import certificate_document
from worker.loading import LoadedModel
from worker.shards import shard_blocks

REPORT_S: Final = 0.2
"""Least time between two reports of a shard's progress, at which a cancelled job also stops."""


def select(context: WorkerContext, job: JobRecord) -> None:
    """Fix the class and the plan, once, and put the first shards on the queue."""
    if context.store.start(job.id) is not JobState.RUNNING:
        raise JobEnded(f"job {job.id} has ended")
    plan = job.plan or context.ledger.fix_plan(job.id, _make_plan(context, job))
    _advance(context, job.id, plan)


def sample(context: WorkerContext, job: JobRecord, shard: int) -> None:
    """Count one shard, store its evidence, and put on the queue what comes next."""
    plan = _plan(job)
    if not 0 <= shard < plan.shards:
        raise PermanentFailure("internal", f"there is no shard {shard} in a job of {plan.shards}")
    if not context.ledger.is_stored(job.id, shard):
        _count(context, job, plan, shard)
    _advance(context, job.id, plan)


def certify(context: WorkerContext, job: JobRecord) -> None:
    """Turn the evidence of all shards into the certificate, and end the job."""
    plan, spec = _plan(job), job.spec
    tally = context.ledger.merge(job.id)
    if tally.merged < plan.shards or tally.evidence is None:
        _advance(context, job.id, plan)
        return
    if tally.evidence.n != spec.n:
        raise PermanentFailure("internal", f"{tally.evidence.n} samples were counted instead of {spec.n}")
    certificate = spec.claim().final(tally.evidence)
    context.store.succeed(job.id, certificate_document(spec, plan, tally.evidence, certificate))


def _count(context: WorkerContext, job: JobRecord, plan: Plan, shard: int) -> None:
    from worker.sampler import SampleRequest  # noqa: PLC0415 - PyTorch only in the child process
    from worker.sampler import sample as draw  # noqa: PLC0415 - as above

    spec = job.spec
    loaded = context.models.for_plan(spec, plan)
    first_block, n = plan.shard_samples(shard, spec.n)
    request = SampleRequest(spec.certifier, plan.target, spec.sigma, spec.seed, first_block, n, plan.batch)
    evidence = draw(loaded.runtime, _input(context, job), request, _reporter(context, job.id, shard))
    context.ledger.store_shard(job.id, shard, evidence)


def _advance(context: WorkerContext, job_id: str, plan: Plan) -> None:
    """Put the next shards on the queue, or the last step when all shards are merged."""
    if context.ledger.merge(job_id).merged == plan.shards:
        context.queue.enqueue_certify(job_id)
        return
    for shard in context.ledger.dispatch(job_id, plan.shards, context.window()):
        context.queue.enqueue_sample(job_id, shard)


def _make_plan(context: WorkerContext, job: JobRecord) -> Plan:
    from worker.sampler import select_class  # noqa: PLC0415 - PyTorch only in the child process

    spec = job.spec
    loaded = context.models.for_spec(spec)
    x = _input(context, job)
    target = select_class(loaded.runtime, x, spec.sigma, spec.n0, spec.seed, loaded.batch)
    blocks = -(-spec.n // loaded.batch)
    cut = shard_blocks(blocks, _block_s(job, loaded, x), context.settings.shard_s, context.processes())
    return Plan(
        target=target,
        label=loaded.manifest.labels[target],
        manifest_sha256=loaded.manifest_sha256,
        batch=loaded.batch,
        blocks=blocks,
        shard_blocks=cut,
        runtime=loaded.runtime.identity,
    )


def _block_s(job: JobRecord, loaded: LoadedModel, x: NDArray[np.float32]) -> float:
    """Measure the time of one block, in seconds. What it counts is thrown away."""
    from worker.sampler import SampleRequest  # noqa: PLC0415 - PyTorch only in the child process
    from worker.sampler import sample as draw  # noqa: PLC0415 - as above

    spec = job.spec
    trial = SampleRequest(spec.certifier, 0, spec.sigma, spec.seed, 0, loaded.batch, loaded.batch)
    began = time.perf_counter()
    draw(loaded.runtime, x, trial, lambda _: None)
    return time.perf_counter() - began


def _reporter(context: WorkerContext, job_id: str, shard: int) -> Callable[[int], None]:
    """Return a callback that reports progress at a measured pace and stops a job that has ended."""
    last = time.monotonic()

    def report(samples: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= REPORT_S:
            last = now
            context.ledger.report(job_id, shard, samples)

    return report


def _input(context: WorkerContext, job: JobRecord) -> NDArray[np.float32]:
    content = context.store.input_bytes(job.id)
    return np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(job.spec.input.shape)


def _plan(job: JobRecord) -> Plan:
    if job.plan is None:
        raise PermanentFailure("internal", "a shard was asked for before selection")
    return job.plan
