"""Compute in this process, in one go, what an undisturbed job must give."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from certificates import Weights
from certificates.counts.evidence import Evidence
from jobs.job_records import JobRecord
from jobs.plan import Plan
from jobs.spec import JobSpec
from registry.model_folders import Registry
from tests.support.specs import Submission, submission
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.sampler import SampleRequest, sample


@cache
def runtime_of(models_dir: Path, model: str) -> Runtime:
    """Load a model in this process, once; for a slow one the same function without what makes it slow."""
    return load_runtime(Registry(models_dir).get(model.removeprefix("slow-")), "cpu", 1)


def half_space(
    models_dir: Path, *, slow: bool = False, x: NDArray[np.float32] | None = None, **fields: object
) -> Submission:
    """Return a submission of the half-space classifier; without ``x``, at distance 0.5 from its boundary."""
    model = "slow-half-space" if slow else "half-space"
    digest = Registry(models_dir).get(model).sha256
    x = np.array([0.5, 0.25], np.float32) if x is None else x
    return submission(x, model=model, model_sha256=digest, **fields)  # type: ignore[arg-type]  # passed on


@cache
def undisturbed(
    models_dir: Path, spec: JobSpec, target: int, batch: int, weights: Weights, content: bytes
) -> Evidence:
    """Sample a whole job as one shard."""
    return _sample(models_dir, spec, (target, batch, weights), content, (0, spec.n))


def shard_undisturbed(models_dir: Path, spec: JobSpec, plan: Plan, shard: int, content: bytes) -> Evidence:
    """Sample one shard of a job."""
    planned = (plan.target, plan.batch, plan.weights)
    return _sample(models_dir, spec, planned, content, plan.shard_samples(shard, spec.n))


def _sample(
    models_dir: Path, spec: JobSpec, planned: tuple[int, int, Weights], content: bytes, run: tuple[int, int]
) -> Evidence:
    target, batch, weights = planned
    x = np.frombuffer(content, "<f4").astype(np.float32).reshape(spec.input.shape)
    first_block, n = run
    request = SampleRequest(
        certifier=spec.certifier,
        target=target,
        sigma=spec.sigma,
        seed=spec.noise_seed,
        first_block=first_block,
        n=n,
        batch=batch,
        noise=spec.noise,
        scale=(spec.input.low, spec.input.high),
        bounds=spec.bounds,
        decision=spec.decision,
        weights=weights,
    )
    return sample(runtime_of(models_dir, spec.model), x, request, lambda _: None)


def assert_undisturbed(models_dir: Path, job: JobRecord, content: bytes) -> None:
    """Check that a job succeeded with exactly the counts and the certificate of an undisturbed run."""
    assert job.certificate is not None, job.failure
    assert job.plan is not None
    planned = (job.plan.target, job.plan.batch, job.plan.weights)
    expected = undisturbed(models_dir, job.spec, *planned, content).condensed()
    assert job.certificate["counts"] == expected.to_dict()
    computed = job.spec.claim().final(expected).to_dict()
    assert {name: job.certificate[name] for name in computed} == computed
    assert job.progress.samples_done == job.spec.n
