"""The steps of a job: select, sample and certify. Each may run more than once, on any worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from certificates import Evidence, EvidenceKind, Weights
from jobs.certificate_document import certificate_document
from jobs.job_errors import CannotLoad, PermanentFailure, StepLeftOver
from jobs.job_records import JobRecord, RunningCertificate
from jobs.leases import Lease
from jobs.ledger import Standing
from jobs.merged_prefix import Prefix
from jobs.plan import Plan
from jobs.spec import JobSpec
from jobs.store import Counted
from jobs.tracing import TRACES
from registry.model_errors import ModelBroken, ModelNotFound
from worker.loading import LoadedModel
from worker.runtimes.runtime_errors import RuntimeLoadError
from worker.sampling.block_size import block_size_for
from worker.sampling.shard_size import checkpoint_blocks, shard_blocks
from worker.worker_context import WorkerContext

if TYPE_CHECKING:
    from worker.sampling.sampler import SampleRequest

REPORT_S: Final = 0.5
"""Least time between two reports of a shard's progress. A cancelled job stops at a report. A choice."""


def select(context: WorkerContext, lease: Lease) -> None:
    """Select the class, fix the plan, once, with which the first shards go on the queue, and count shard 0.

    This process would be the next one free, so it need not wait in the queue for that shard. A job of a
    single shard is also ended in this step, so that a small job waits in the queue once.
    """
    job, x = lease.job, _input(context, lease)
    plan, made, window = job.plan, None, None
    if plan is None:
        processes = cache(context.processes)  # asked at most once
        made = _make_plan(context, job, x, processes)
        if made.shards == 1:
            _do_whole(context, lease, made, x)
            return
        window = context.window(processes())
        plan = _fix(context, job.id, made, window)
    if plan.fleet != context.fleet:  # a worker of another fleet planned the job and did not get further
        context.queue.enqueue_certify(job.id, plan.fleet.key)
        return
    standing = None if plan == made else context.ledger.look(job.id, plan)
    if standing is None or not standing.counted:
        standing = _count_and_store(context, job, plan, 0, x)
    _advance(context, lease, plan, x, standing, window)


def sample(context: WorkerContext, lease: Lease, shard: int) -> None:
    """Count one shard, store its evidence, and do what comes next."""
    job, plan, x = lease.job, _plan(lease), _input(context, lease)
    standing = None if lease.stored else _count_and_store(context, job, plan, shard, x)
    _advance(context, lease, plan, x, standing)


def certify(context: WorkerContext, lease: Lease) -> None:
    """Go on with a job of which no shard is out: send more shards, or end it."""
    _advance(context, lease, _plan(lease), _input(context, lease))


def _plan(lease: Lease) -> Plan:
    if lease.job.plan is None:
        raise StepLeftOver("no class is selected yet")
    return lease.job.plan


def _fix(context: WorkerContext, job_id: str, plan: Plan, window: int) -> Plan:
    """Store the plan, with messages about the shards after the first, and return the job's plan."""
    out = range(1, min(window, plan.shards))
    return context.ledger.fix_plan(
        job_id, plan, [context.messages.sample(job_id, shard, plan.fleet.key) for shard in out]
    )


def _count_and_store(
    context: WorkerContext, job: JobRecord, plan: Plan, shard: int, x: NDArray[np.float32]
) -> Standing:
    evidence, seconds = _count(context, job, plan, shard, x)
    return context.ledger.store_shard(job.id, plan, shard, evidence, seconds)


def _count(
    context: WorkerContext, job: JobRecord, plan: Plan, shard: int, x: NDArray[np.float32]
) -> tuple[Evidence, float]:
    """Sample one shard and check the model; return the evidence and the seconds that sampling took."""
    from worker.sampling.sampler import sample as draw  # noqa: PLC0415 - PyTorch only in the child process

    loaded = _load(partial(context.models.for_plan, job.spec, plan))
    first_block, n = plan.shard_samples(shard, job.spec.n)
    request = _request(job.spec, loaded, plan.weights, plan.batch, plan.target, first_block, n)
    began = time.perf_counter()
    with TRACES.span("shard", {"certify.shard": shard, "certify.samples": n}):
        evidence = draw(loaded.runtime, x, request, _reporter(context, job.id, shard))
    seconds = time.perf_counter() - began
    loaded.block_times.note(request, seconds)
    stops = job.spec.stop is not None
    turns = loaded.reference.times.after_shard(job.id, job.spec.n, shard, plan.shards, n, may_stop=stops)
    if turns is not None:
        _check(loaded, job, x, turns)
    return evidence, seconds


def _check(loaded: LoadedModel, job: JobRecord, x: NDArray[np.float32], turns: range) -> None:
    """Check that the model that counts a job is still one function. Raises PermanentFailure."""
    spec = job.spec
    pairs = spec.certifier.evidence is EvidenceKind.PAIRS
    loaded.reference.check(x, spec.sigma, spec.noise_seed, spec.noise, turns, antithetic=pairs)
    loaded.reference.times.passed(job.id)


def _do_whole(context: WorkerContext, lease: Lease, plan: Plan, x: NDArray[np.float32]) -> None:
    """Sample a job of a single shard and end it. Plan and certificate are stored in one transaction."""
    began_at = time.time()
    evidence, seconds = _count(context, lease.job, plan, 0, x)
    whole = Prefix().add(evidence, lease.job.spec.claim())
    _end(context, lease, plan, x, whole, Counted(plan, began_at, evidence.n, seconds))


def _advance(
    context: WorkerContext,
    lease: Lease,
    plan: Plan,
    x: NDArray[np.float32],
    standing: Standing | None = None,
    window: int | None = None,
) -> None:
    """Put the next shards on the queue, or end the job if everything is counted.

    ``window``: shards that may be out, if it is known. It does not matter once everything is counted.
    """
    job = lease.job
    if window is None:
        window = 0 if standing and standing.counted == plan.shards else context.window()
    merged = context.ledger.merge(job.id, job.spec, plan, window, standing)
    if merged.whole is not None:
        _end(context, lease, plan, x, merged.whole)
        return
    for shard in merged.dispatched:
        context.queue.enqueue_sample(job.id, shard, plan.fleet.key)


def _end(
    context: WorkerContext,
    lease: Lease,
    plan: Plan,
    x: NDArray[np.float32],
    whole: Prefix,
    counted: Counted | None = None,
) -> None:
    """End a job with the certificate of its evidence.

    A job that may stop early has as many shards as moments to stop, few of which it may need. So most turns
    of its trial follow here, and those of any other job after its shards.
    """
    job, spec = lease.job, lease.job.spec
    with TRACES.span("certificate", {"certify.certifier": spec.certifier.name}):
        evidence, certificate = whole.final(spec.claim())
    if spec.stop is not None and plan.shards > 1:
        loaded = _load(partial(context.models.for_plan, spec, plan))
        _check(loaded, job, x, loaded.reference.times.at_early_end(evidence.n))
    document = certificate_document(spec, plan, evidence, certificate)
    running = None
    if whole.certificate is not None:
        running = RunningCertificate(radius=whole.certificate.radius, samples=evidence.n)
    lease.gone = context.store.succeed(job.id, document, running, counted, lease.key)


def _load(load: Callable[[], LoadedModel]) -> LoadedModel:
    """Load a model; tell reasons of this worker, which others may not share, from those of the model."""
    try:
        return load()
    except (ModelNotFound, ModelBroken, RuntimeLoadError) as error:
        raise CannotLoad("model_broken", str(error)) from error


def _make_plan(
    context: WorkerContext, job: JobRecord, x: NDArray[np.float32], processes: Callable[[], int]
) -> Plan:
    from worker.sampling.clean_vote import clean_class  # noqa: PLC0415 - PyTorch only in the child process
    from worker.sampling.sampler import select_class  # noqa: PLC0415 - as above

    spec = job.spec
    loaded = _load(partial(context.models.for_spec, spec))
    for field, message in spec.claim().problems(loaded.runtime.classes):
        raise PermanentFailure("invalid_request", f"{field} {message}")
    scale = loaded.manifest.input.scale
    if (unfit := spec.noise.input_fault(x, *scale)) is not None:
        raise PermanentFailure("invalid_request", f"the input does not fit this noise: {unfit}")
    batch = block_size_for(loaded.manifest, context.settings.device)
    drawn = (spec.sigma, spec.n0, spec.noise_seed, batch, spec.noise, scale)
    target, hits = select_class(loaded.runtime, x, *drawn)
    weights = spec.certifier.weights(spec.bounds, spec.decision, (hits, spec.n0), spec.n, loaded.manifest.d)
    clean = clean_class(loaded.runtime, x, batch)
    blocks = -(-spec.n // batch)
    if spec.stop is not None:
        cut = checkpoint_blocks(blocks, gives_up=spec.stop.give_up)
    elif blocks == 1:
        cut = 1  # nothing to cut, so nothing to measure
    else:
        trial = _request(spec, loaded, weights, batch, target, blocks, batch)
        block_s = loaded.block_times.of(trial) or _block_s(loaded, x, trial)
        cut = shard_blocks(blocks, block_s, context.settings.shard_s, processes())
    return Plan(
        target=target,
        label=loaded.manifest.labels[target],
        clean=clean,
        clean_label=None if clean is None else loaded.manifest.labels[clean],
        trained_sigma=loaded.manifest.trained_sigma,
        manifest_sha256=loaded.manifest_sha256,
        batch=batch,
        blocks=blocks,
        shard_blocks=cut,
        weights=weights,
        runtime=loaded.identity(spec.noise),
        fleet=context.fleet,
    )


def _block_s(loaded: LoadedModel, x: NDArray[np.float32], block: SampleRequest) -> float:
    """Measure the time of one block, in seconds. It is one that the job never counts."""
    from worker.sampling.sampler import sample as draw  # noqa: PLC0415 - PyTorch only in the child process

    began = time.perf_counter()
    draw(loaded.runtime, x, block, lambda _: None)
    return time.perf_counter() - began


def _request(
    spec: JobSpec, loaded: LoadedModel, weights: Weights, batch: int, target: int, first_block: int, n: int
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
        weights=weights,
    )


def _reporter(context: WorkerContext, job_id: str, shard: int) -> Callable[[int], None]:
    """Return a callback that reports progress every ``REPORT_S``, and stops the step if the job has ended."""
    last = time.monotonic()

    def report(samples: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= REPORT_S:
            last = now
            context.ledger.report(job_id, shard, samples)

    return report


def _input(context: WorkerContext, lease: Lease) -> NDArray[np.float32]:
    return context.inputs.keep(lease.job.id, lease.content, lease.job.spec.input)
