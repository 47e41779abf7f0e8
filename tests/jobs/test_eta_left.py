"""What is left of eta when a job that has shown certificates begins again with other samples."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates import Bounds, Noise
from certificates.discretisation import discretisation_error
from jobs.spec import Failure, JobRecord, JobSpec, JobState, Progress, RunningCertificate
from jobs.upgrades import fresh_start
from tests.support.specs import submission

SHARE = 0.01
"""What running certificates of version 1 took of eta."""
N = 2**40
CHARGE = discretisation_error(0.5 * 255 / 8, 2, N)
"""For discrete noise of ``job``: sigma 0.5 on the input scale [-4, 4], two elements, ``N`` samples."""


def job(eta: float, noise: Noise, *, shown: bool = True, stop: float | None = None) -> JobRecord:
    """An unfinished job of version 1."""
    return JobRecord(
        id="A" * 22,
        stored_version=1,
        spec=submission(n=N, eta=eta, noise=noise, stop=stop).spec,
        state=JobState.RUNNING,
        created_at=1.0,
        progress=Progress(samples_done=100, samples_total=N),
        running=RunningCertificate(radius=0.25, samples=100) if shown else None,
    )


def left_of(eta: float, noise: Noise) -> float:
    start = fresh_start(job(eta, noise))
    assert isinstance(start, JobSpec)
    assert start == job(eta, noise).spec.model_copy(update={"eta": start.eta})
    assert start.claim().problems() == []
    return start.eta


def spent(eta: float, charge: float) -> Fraction:
    """What the first draw may have spent, by the numbers that version 1 computed with."""
    rest = math.nextafter(eta - charge, 0.0) if charge else eta
    return Fraction(charge) + Fraction(SHARE * rest)


@given(eta=st.floats(1e-300, 1.0, exclude_max=True))
def test_both_draws_together_spend_at_most_eta(eta: float) -> None:
    left = Fraction(left_of(eta, Noise.GAUSSIAN))
    assert left + spent(eta, 0.0) <= Fraction(eta)
    assert left >= Fraction(eta) * Fraction(99, 100) * (1 - Fraction(1, 2**48))


@given(times=st.floats(3.1, 1e9))
def test_both_draws_of_discrete_noise_together_spend_at_most_eta(times: float) -> None:
    eta = CHARGE * times
    left = Fraction(left_of(eta, Noise.DISCRETE))
    assert left + spent(eta, CHARGE) <= Fraction(eta)
    exact = (Fraction(eta) - Fraction(CHARGE)) * Fraction(99, 100)
    assert left >= exact * (1 - Fraction(1, 2**48))


@given(times=st.floats(2.0001, 3.0))
def test_what_is_left_may_be_too_little_for_discrete_noise(times: float) -> None:
    """A job of version 1 was accepted if its noise cost less than half of eta."""
    before = job(CHARGE * times, Noise.DISCRETE)
    assert before.spec.claim().problems() == []
    start = fresh_start(before)
    assert isinstance(start, Failure)
    assert start.type == "begun_by_older_release"
    assert "eta is too small for discrete noise" in start.detail
    assert "radius 0.25 with 100 samples. Submit the request again" in start.detail


def test_the_least_eta_of_all_leaves_nothing() -> None:
    start = fresh_start(job(math.nextafter(0.0, 1.0), Noise.GAUSSIAN))
    assert isinstance(start, Failure)
    assert "of its eta 0 is left, with which eta must be strictly between 0 and 1" in start.detail


@pytest.mark.parametrize("noise", list(Noise))
@pytest.mark.parametrize("stop", [None, 0.5])
def test_a_job_that_has_shown_nothing_has_spent_nothing(noise: Noise, stop: float | None) -> None:
    before = job(CHARGE * 3, noise, shown=False, stop=stop)
    assert fresh_start(before) == before.spec


@pytest.mark.parametrize("noise", list(Noise))
def test_one_that_looked_for_a_radius_to_stop_at_has_spent_all(noise: Noise) -> None:
    start = fresh_start(job(0.001, noise, stop=0.5))
    assert isinstance(start, Failure)
    assert "its eta is spent" in start.detail


def test_the_claims_of_these_jobs_are_charged_as_they_say() -> None:
    claim = job(0.001, Noise.DISCRETE).spec.claim()
    assert (claim.bounds, claim.charge) == (Bounds.TIGHT, CHARGE)
    assert job(0.001, Noise.GAUSSIAN).spec.claim().charge == 0.0
