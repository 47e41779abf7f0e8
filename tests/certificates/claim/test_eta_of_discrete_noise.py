"""The error of drawing with finitely many bits is charged to eta, and shown."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from certificates import DIPOLE, FIRST_ORDER, Bounds, Certifier, Claim, Evidence, HitCounts, Noise, PairCounts
from certificates.noise_laws.grid_gaussian import SHARE, discretisation_error
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian

N = 100_000
HITS = Evidence(hits=HitCounts(100_000, 1, (3000, 97_000)))
PAIRS = Evidence(pairs=PairCounts(50_000, 47_000, 1500, 1400, 0))


@pytest.mark.parametrize("sigma", [0.0005, 0.12, 0.25, 1.0])
def test_the_charge_covers_what_the_sampler_states_for_every_draw(sigma: float) -> None:
    steps = float(PixelGrid().steps(sigma))
    stated = Fraction(DiscreteGaussian(sigma).tv_error_per_draw) * 784 * 100_000
    assert Fraction(discretisation_error(steps, 784, 100_000)) >= stated * (1 - Fraction(1, 2**50))
    exact = (21 * PixelGrid().steps(sigma) + 4) / 2**81 * 784 * 100_000
    assert exact <= Fraction(discretisation_error(steps, 784, 100_000)) <= exact * (1 + Fraction(1, 10**9))


def test_the_largest_job_of_an_imagenet_model_keeps_its_eta() -> None:
    assert discretisation_error(255 * 0.25, 150_528, 10**9) < 1e-6


def claim_of(
    certifier: Certifier,
    bounds: Bounds,
    *,
    eta: float = 0.001,
    n: int = N,
    d: int = 784,
    stop: float | None = None,
) -> tuple[Claim, Claim]:
    """Return the same claim for Gaussian and for discrete noise."""
    plain = Claim(certifier, bounds, 0.25, eta, n, d, stop_radius=stop)
    return plain, replace(plain, noise=Noise.DISCRETE, grid_steps=63.75)


@pytest.mark.parametrize("bounds", [Bounds.PAPER, Bounds.TIGHT])
@pytest.mark.parametrize(("certifier", "evidence"), [(FIRST_ORDER, HITS), (DIPOLE, PAIRS)])
def test_shares_add_up_to_eta_and_the_radius_is_that_of_what_is_left(
    certifier: Certifier, evidence: Evidence, bounds: Bounds
) -> None:
    plain, discrete = (claim.final(evidence) for claim in claim_of(certifier, bounds))
    assert discrete.eta == plain.eta
    assert discrete.noise is Noise.DISCRETE
    assert discrete.eta_spent[SHARE] == discretisation_error(63.75, 784, N)
    assert math.fsum(discrete.eta_spent.values()) <= discrete.eta
    assert 0.999 * plain.radius < discrete.radius <= plain.radius


def test_a_charge_that_matters_lowers_the_radius() -> None:
    """With a million billion elements a draw nearly half of eta is gone."""
    d = int(0.00049 / discretisation_error(63.75, 1, N))
    plain, discrete = (claim.final(HITS) for claim in claim_of(FIRST_ORDER, Bounds.PAPER, d=d))
    assert discrete.eta_spent["p_a"] == pytest.approx(0.00051, rel=1e-6)
    assert discrete.radius < plain.radius


def test_a_charge_of_half_of_eta_is_refused() -> None:
    _, discrete = claim_of(FIRST_ORDER, Bounds.PAPER, eta=1e-13, d=150_528)
    assert [field for field, _ in discrete.problems()] == ["eta"]
    with pytest.raises(ValueError, match="too small for discrete noise"):
        discrete.final(HITS)


def test_a_job_that_ended_early_is_charged_for_all_that_it_might_have_drawn() -> None:
    _, discrete = claim_of(FIRST_ORDER, Bounds.TIGHT, n=10 * N, stop=0.1)
    for certificate in (discrete.final(HITS), discrete.running(HITS)):
        assert certificate.n == N
        assert certificate.eta_spent[SHARE] == discretisation_error(63.75, 784, 10 * N)


def test_steps_of_the_grid_are_the_exact_quotient_rounded_once() -> None:
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (-4.0, 4.0), (0.1, 0.7)):
        exact = Fraction(0.37) * 255 / (Fraction(high) - Fraction(low))
        assert Noise.DISCRETE.grid_steps(0.37, low, high) == float(exact)


@pytest.mark.parametrize(("steps", "d", "draws"), [(0.0, 1, 1), (math.inf, 1, 1), (1.0, 0, 1), (1.0, 1, -1)])
def test_nonsense_is_refused(steps: float, d: int, draws: int) -> None:
    with pytest.raises(ValueError, match="steps"):
        discretisation_error(steps, d, draws)
