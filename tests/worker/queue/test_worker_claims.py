"""Every kind of job through real workers, against the same samples drawn in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Decision,
    EndedBy,
    Noise,
    Weights,
)
from certificates.noise_laws.pixel_grid import PixelGrid
from jobs.job_records import JobRecord, JobState, RunningCertificate
from jobs.merged_prefix import Prefix
from tests.support.reference import assert_undisturbed, half_space, runtime_of, shard_undisturbed
from tests.support.stack import Stack
from tests.support.wait import wait_until
from worker.sampling.sampler import select_class
from worker.sampling.shard_size import checkpoint_blocks

KINDS: dict[str, dict[str, Any]] = {
    "paper": {"certifier": SECOND_ORDER, "bounds": Bounds.PAPER},
    "multi-class first order": {"certifier": FIRST_ORDER, "decision": Decision.MULTICLASS},
    "top 1": {"certifier": FIRST_ORDER, "decision": Decision.TOP_K, "k": 1},
    "multi-class second order": {"certifier": SECOND_ORDER, "decision": Decision.MULTICLASS},
    "discrete first order": {"certifier": FIRST_ORDER, "noise": Noise.DISCRETE},
    "discrete second order": {"certifier": SECOND_ORDER, "noise": Noise.DISCRETE},
    "discrete dipole": {"certifier": DIPOLE, "noise": Noise.DISCRETE},
}
ON_GRID = PixelGrid(-4.0, 4.0).values(np.array([144, 130]))


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_job_gives_the_certificate_of_its_samples(
    stack: Stack, models_dir: Path, kind: str
) -> None:
    made = half_space(models_dir, slow=True, n=8_000, x=ON_GRID, **KINDS[kind])
    job = stack.finished(stack.submit(made))
    assert_undisturbed(models_dir, job, made.input_bytes)
    assert job.certificate is not None
    assert {name: job.certificate[name] for name in KINDS[kind]} == {
        name: value if name == "k" else str(value) for name, value in KINDS[kind].items()
    }
    radius = job.certificate["radius"]
    assert isinstance(radius, float)
    assert 0.3 < radius <= ON_GRID[0]


@pytest.mark.parametrize(
    ("kind", "weights"),
    [
        ({}, Weights.MISSES),
        ({"noise": Noise.DISCRETE}, Weights.MISSES),
        ({"decision": Decision.MULTICLASS}, Weights.SCORES),
        ({"bounds": Bounds.PAPER}, Weights.SCORES),
        ({"x": np.array([0.25, 0.25], np.float32)}, Weights.SCORES),
    ],
)
def test_the_votes_of_the_selection_alone_decide_which_samples_are_summed(
    stack: Stack, models_dir: Path, kind: dict[str, Any], weights: Weights
) -> None:
    """They are drawn here again. Far from the boundary, they say that few samples miss."""
    far = PixelGrid(-4.0, 4.0).values(np.array([168, 130]))
    made = half_space(models_dir, **{"certifier": SECOND_ORDER, "n": 20_000, "x": far, **kind})
    job = stack.finished(stack.submit(made))
    assert job.plan is not None
    assert job.plan.weights is weights
    assert_undisturbed(models_dir, job, made.input_bytes)
    spec, x = job.spec, np.frombuffer(made.input_bytes, "<f4").copy()
    drawn = (spec.sigma, spec.n0, spec.noise_seed, job.plan.batch, spec.noise, (-4.0, 4.0))
    selected = select_class(runtime_of(models_dir, spec.model), x, *drawn)
    assert selected.target == job.plan.target
    decided = SECOND_ORDER.weights(spec.bounds, spec.decision, (selected.hits, spec.n0), spec.n, 2)
    assert decided is weights
    assert job.certificate is not None
    counts = job.certificate["counts"]
    assert isinstance(counts, dict)
    stated = (counts["gradient"]["all_pairs"] or {}).get("weights", Weights.SCORES)
    assert stated == weights


def expected_stop(models_dir: Path, job: JobRecord, content: bytes) -> dict[str, object]:
    """Return the certificate found by sampling shard after shard in this process."""
    assert job.plan is not None
    claim, prefix = job.spec.claim(), Prefix()
    while not prefix.stopped:
        shard = shard_undisturbed(models_dir, job.spec, job.plan, prefix.merged, content)
        prefix = prefix.add(shard, claim)
    evidence, certificate = prefix.final(claim)
    return {**certificate.to_dict(), "counts": evidence.to_dict()}


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_job_stops_at_its_radius_whoever_works_on_it(
    stack: Stack, models_dir: Path, certifier: Certifier
) -> None:
    made = half_space(models_dir, n=200_000, certifier=certifier, stop=0.4)
    job = stack.finished(stack.submit(made))
    assert job.state is JobState.SUCCEEDED, job.failure
    assert job.certificate is not None
    assert job.plan is not None
    assert job.plan.shard_blocks == checkpoint_blocks(job.plan.blocks, gives_up=False) == 24
    expected = expected_stop(models_dir, job, made.input_bytes)
    assert {name: job.certificate[name] for name in expected} == expected
    assert expected["ended_by"] == EndedBy.STOP_RADIUS


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_job_gives_up_at_the_same_shard_whoever_works_on_it(
    stack: Stack, models_dir: Path, certifier: Certifier
) -> None:
    made = half_space(models_dir, n=200_000, certifier=certifier, stop=1.5, give_up=True)
    job = stack.finished(stack.submit(made))
    assert job.state is JobState.SUCCEEDED, job.failure
    assert job.certificate is not None
    assert job.plan is not None
    assert job.plan.shard_blocks == checkpoint_blocks(job.plan.blocks, gives_up=True) == 6
    expected = expected_stop(models_dir, job, made.input_bytes)
    assert {name: job.certificate[name] for name in expected} == expected
    assert expected["ended_by"] == EndedBy.OUT_OF_REACH
    assert isinstance(expected["n"], int)
    assert expected["n"] < made.spec.n / 2


def test_more_workers_stop_at_the_same_samples(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, slow=True, n=40_000, certifier=DIPOLE, stop=0.35)
    alone = stack.finished(stack.submit(made))
    other = stack.extra_worker(processes=1)
    try:
        other.wait_live(stack.liveness)
        assert stack.finished(stack.submit(made)).certificate == alone.certificate
    finally:
        other.kill()


def test_a_running_job_shows_its_radius_and_keeps_it_when_cancelled(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, slow=True, n=50_000_000, certifier=DIPOLE)
    job_id = stack.submit(made)

    def shown() -> RunningCertificate | None:
        """Return what is shown once it is worth something: a slow machine has few samples in a shard."""
        found = stack.store.get(job_id).running
        return found if found is not None and found.radius > 0.3 else None

    running = wait_until(shown, "a running certificate")
    assert running is not None
    assert running.radius <= 0.5
    assert running.samples < made.spec.n
    job = stack.store.cancel(job_id)
    assert job.certificate is not None
    assert job.running is not None
    assert (job.certificate["radius"], job.certificate["n"]) == (job.running.radius, job.running.samples)
    assert (job.certificate["ended_by"], job.certificate["bounds"]) == ("cancelled", "anytime")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"noise": Noise.DISCRETE}, "8-bit pixel values"),
        ({"certifier": DIPOLE, "decision": Decision.MULTICLASS}, "decision"),
    ],
)
def test_what_cannot_be_certified_fails_with_the_reason(
    stack: Stack, models_dir: Path, fields: dict[str, Any], named: str
) -> None:
    job = stack.finished(stack.submit(half_space(models_dir, **fields)))
    assert job.failure is not None
    assert job.failure.type == "invalid_request"
    assert named in job.failure.detail
