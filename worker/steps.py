"""The three steps of a job: decode, call, encode. Each may run any number of times, anywhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from jobs.certificate_document import certificate_document
from jobs.job_errors import JobEnded, PermanentFailure, StepLeftOver
from jobs.job_records import JobRecord, JobState
from jobs.plan import Plan
from jobs.spec import JobSpec
from worker.loading import LoadedModel
from worker.sampling.block_size import batch_size_for
from worker.sampling.shard_size import checkpoint_blocks, shard_blocks
from worker.worker_context import WorkerContext

if TYPE_CHECKING:
    from worker.sampling.sampler import SampleRequest

REPORT_S: Final = 0.2
"""Least time between two reports of a shard's progress, at which a cancelled job also stops."""


def select(context: WorkerContext, job: JobRecord) -> None:
    """Fix the class and the plan, once, and put the first shards on the queue.

    A job of a single shard is sampled here and now, so that a small job waits in the queue once.
    """
    if context.store.start(job.id) is not JobState.RUNNING:
        raise JobEnded(f"job {job.id} has ended")
    x = _input(context, job)
    plan = job.plan or context.ledger.fix_plan(job.id, _make_plan(context, job, x))
    if plan.fleet != context.fleet:  # a worker of another fleet planned the job and did not get further
        context.queue.enqueue_certify(job.id, plan.fleet.key)
        return
    if plan.shards == 1 and not context.ledger.is_stored(job.id, 0):
        _count(context, job, plan, 0, x)
    _advance(context, job, plan, x)


def sample(context: WorkerContext, job: JobRecord, shard: int) -> None:
    """Count one shard, store its evidence, and do what comes next."""
    plan, x = plan_with(context, job, shard), _input(context, job)
    if not context.ledger.is_stored(job.id, shard):
        _count(context, job, plan, shard, x)
    _advance(context, job, plan, x)


def certify(context: WorkerContext, job: JobRecord) -> None:
    """Drive on a job whose shards are all there, or none are out."""
    _advance(context, job, plan_with(context, job), _input(context, job))


def plan_with(context: WorkerContext, job: JobRecord, shard: int = 0) -> Plan:
    """Return the job's plan. Raises StepLeftOver without one, with no such shard, or for another fleet.

    A worker may hold such a message when the server comes back with an older copy of its data. One for a
    shard that the plan has does no harm: it is counted once.
    """
    if job.plan is None:
        raise StepLeftOver("no class is selected yet")
    if not 0 <= shard < job.plan.shards:
        raise StepLeftOver(f"there is no shard {shard} among {job.plan.shards}")
    if job.plan.fleet != context.fleet:
        raise StepLeftOver(f"its steps go to workers with {job.plan.fleet.words}")
    return job.plan


def _count(context: WorkerContext, job: JobRecord, plan: Plan, shard: int, x: NDArray[np.float32]) -> None:
    from worker.sampling.sampler import sample as draw  # noqa: PLC0415 - PyTorch only in the child process

    loaded = context.models.for_plan(job.spec, plan)
    first_block, n = plan.shard_samples(shard, job.spec.n)
    request = _request(job.spec, loaded, plan.batch, plan.target, first_block, n)
    began = time.perf_counter()
    evidence = draw(loaded.runtime, x, request, _reporter(context, job.id, shard))
    context.ledger.store_shard(job.id, shard, evidence, time.perf_counter() - began)


def _advance(context: WorkerContext, job: JobRecord, plan: Plan, x: NDArray[np.float32]) -> None:
    """Put the next shards on the queue; or end the job with its certificate when nothing is left to count."""
    tally = context.ledger.merge(job.id, job.spec, plan)
    if tally.complete and tally.prefix is not None:
        loaded = context.models.for_plan(job.spec, plan)
        evidence, certificate = tally.prefix.final(job.spec.claim())
        loaded.reference.check(x, job.spec.sigma, job.spec.noise_seed, job.spec.noise, evidence.n)
        context.store.succeed(job.id, certificate_document(job.spec, plan, evidence, certificate))
        return
    for shard in context.ledger.dispatch(job.id, plan.shards, context.window()):
        context.queue.enqueue_sample(job.id, shard, plan.fleet.key)


def _make_plan(context: WorkerContext, job: JobRecord, x: NDArray[np.float32]) -> Plan:
    from worker.sampling.sampler import select_class  # noqa: PLC0415 - PyTorch only in the child process

    spec = job.spec
    loaded = context.models.for_spec(spec)
    for field, message in spec.claim().problems(loaded.runtime.classes):
        raise PermanentFailure("invalid_request", f"{field} {message}")
    scale = loaded.manifest.input.scale
    if (unfit := spec.noise.input_fault(x, *scale)) is not None:
        raise PermanentFailure("invalid_request", f"the input is none for this noise: {unfit}")
    batch = batch_size_for(loaded.manifest, context.settings.device)
    target = select_class(loaded.runtime, x, spec.sigma, spec.n0, spec.noise_seed, batch, spec.noise, scale)
    blocks = -(-spec.n // batch)
    if spec.stop is not None:
        cut = checkpoint_blocks(blocks)
    elif blocks == 1:
        cut = 1  # nothing to cut, so nothing to measure
    else:
        block_s = _block_s(spec, loaded, x, batch, blocks)
        cut = shard_blocks(blocks, block_s, context.settings.shard_s, context.processes())
    return Plan(
        target=target,
        label=loaded.manifest.labels[target],
        manifest_sha256=loaded.manifest_sha256,
        batch=batch,
        blocks=blocks,
        shard_blocks=cut,
        runtime=loaded.identity(spec.noise),
        fleet=context.fleet,
    )


def _block_s(spec: JobSpec, loaded: LoadedModel, x: NDArray[np.float32], batch: int, block: int) -> float:
    """Measure the time of one block, in seconds; ``block`` is one that the job never counts."""
    from worker.sampling.sampler import sample as draw  # noqa: PLC0415 - PyTorch only in the child process

    trial = _request(spec, loaded, batch, 0, block, batch)
    began = time.perf_counter()
    draw(loaded.runtime, x, trial, lambda _: None)
    return time.perf_counter() - began


def _request(
    spec: JobSpec, loaded: LoadedModel, batch: int, target: int, first_block: int, n: int
) -> SampleRequest:
    from worker.sampling.sampler import SampleRequest  # noqa: PLC0415 - PyTorch only in the child process

    return SampleRequest(
        certifier=spec.certifier,
        target=target,
        sigma=spec.sigma,
        seed=spec.noise_seed,
        first_block=first_block,
        n=n,
        batch=batch,
        noise=spec.noise,
        bounds=spec.bounds,
        decision=spec.decision,
        scale=loaded.manifest.input.scale,
    )


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
