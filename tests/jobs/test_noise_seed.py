"""Each job draws noise of its own, so that no other job predicts its counts; jobs to be compared share it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates import DIPOLE, SECOND_ORDER, Bounds, Decision, Noise
from tests.support.reference import half_space
from tests.support.specs import submission
from tests.support.stack import Stack

X = np.array([0.5, 0.25], np.float32)
ANOTHER_JOB: dict[str, dict[str, Any]] = {
    "seed": {"seed": 8},
    "n": {"n": 10_002},
    "n0": {"n0": 101},
    "stop": {"stop": 0.3},
    "another stop": {"stop": 0.300001},
    "giving up": {"stop": 0.3, "give_up": True},
    "model": {"model_sha256": "1" * 64},
    "input": {"x": np.array([0.5, 0.2500001], np.float32)},
}
COMPARED: dict[str, dict[str, Any]] = {
    "certifier": {"certifier": DIPOLE},
    "bounds": {"bounds": Bounds.PAPER},
    "decision": {"decision": Decision.MULTICLASS},
    "noise": {"noise": Noise.DISCRETE},
    "sigma": {"sigma": 0.51},
    "eta": {"eta": 0.01},
}


def seed_of(**fields: Any) -> int:
    asked: dict[str, Any] = {"x": X, "seed": 7}
    return submission(**asked | fields).spec.noise_seed


def test_what_makes_another_job_makes_other_noise() -> None:
    seeds = {seed_of(), *(seed_of(**change) for change in ANOTHER_JOB.values())}
    assert len(seeds) == 1 + len(ANOTHER_JOB)
    assert all(0 <= seed < 2**256 for seed in seeds)


@pytest.mark.parametrize("change", list(COMPARED))
def test_what_is_compared_on_the_same_samples_has_the_same_noise(change: str) -> None:
    assert seed_of(**COMPARED[change]) == seed_of()


def test_anyone_can_compute_it_from_what_a_certificate_states() -> None:
    spec = submission(X, seed=7, stop=0.25).spec
    text = f'[7,10000,100,0.25,"{spec.model_sha256}","{spec.input.sha256}"]'
    assert spec.noise_seed == int(hashlib.sha256(text.encode()).hexdigest(), 16)


def test_a_job_is_not_the_beginning_of_a_longer_one(stack: Stack, models_dir: Path) -> None:
    """A job that stops early and a job of just as many samples draw different noise."""

    def counted(n: int, stop: float | None = None) -> tuple[Any, Any]:
        """Return a sum of the noise that the job drew, and how often it drew."""
        made = half_space(models_dir, certifier=SECOND_ORDER, n=n, stop=stop)
        job = stack.finished(stack.submit(made))
        certificate: dict[str, Any] | None = job.certificate
        assert certificate is not None, job.failure
        return certificate["counts"]["gradient"]["all_pairs"]["mean"], certificate["n"]

    stopped, n = counted(200_000, stop=0.4)
    assert n < 200_000
    shorter, as_many = counted(n)
    assert as_many == n
    assert shorter != stopped
    assert counted(200_000, stop=0.4) == (stopped, n)
