"""The error of drawing with finitely many bits is charged to eta, and shown."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from certificates import Bounds, Certifier, Evidence, HitCounts, PairCounts, certify
from certificates.discretisation import SHARE, certify_discrete, discretisation_error
from models.grid import PixelGrid
from worker.discrete_noise import DiscreteGaussian

N = 100_000
HITS = Evidence(hits=HitCounts(100_000, 1, (3000, 97_000)))
PAIRS = Evidence(pairs=PairCounts(50_000, 47_000, 1500, 1400))


@pytest.mark.parametrize("sigma", [0.0005, 0.12, 0.25, 1.0])
def test_the_charge_covers_what_the_sampler_states_for_every_draw(sigma: float) -> None:
    steps = float(PixelGrid().steps(sigma))
    stated = Fraction(DiscreteGaussian(sigma).tv_error_per_draw) * 784 * 100_000
    assert Fraction(discretisation_error(steps, 784, 100_000)) >= stated * (1 - Fraction(1, 2**50))
    exact = (21 * PixelGrid().steps(sigma) + 4) / 2**81 * 784 * 100_000
    assert exact <= Fraction(discretisation_error(steps, 784, 100_000)) <= exact * (1 + Fraction(1, 10**9))


def test_the_largest_job_of_an_imagenet_model_keeps_its_eta() -> None:
    assert discretisation_error(255 * 0.25, 150_528, 10**9) < 1e-6


@pytest.mark.parametrize("bounds", [Bounds.PAPER, Bounds.TIGHT])
@pytest.mark.parametrize(
    ("certifier", "evidence"), [(Certifier.FIRST_ORDER, HITS), (Certifier.DIPOLE, PAIRS)]
)
def test_shares_add_up_to_eta_and_the_radius_is_that_of_what_is_left(
    certifier: Certifier, evidence: Evidence, bounds: Bounds
) -> None:
    eta = 0.001
    certificate = certify_discrete(certifier, evidence, 0.25, eta, bounds, steps=63.75, d=784, draws=N)
    assert certificate.eta == eta
    assert certificate.eta_spent[SHARE] == discretisation_error(63.75, 784, N)
    assert math.fsum(certificate.eta_spent.values()) <= eta
    plain = certify(certifier, evidence, 0.25, eta, bounds)
    assert 0.999 * plain.radius < certificate.radius <= plain.radius


def test_a_charge_that_matters_lowers_the_radius() -> None:
    """With a million billion elements a draw half of eta is gone."""
    d = int(0.0005 / discretisation_error(63.75, 1, 100_000))
    certificate = certify_discrete(
        Certifier.FIRST_ORDER, HITS, 0.25, 0.001, Bounds.PAPER, steps=63.75, d=d, draws=N
    )
    assert certificate.eta_spent["p_a"] == pytest.approx(0.0005, rel=1e-6)
    assert certificate.radius < certify(Certifier.FIRST_ORDER, HITS, 0.25, 0.001, Bounds.PAPER).radius


def test_a_charge_beyond_eta_is_refused() -> None:
    with pytest.raises(ValueError, match="larger eta"):
        certify_discrete(
            Certifier.FIRST_ORDER, HITS, 0.25, 1e-13, Bounds.PAPER, steps=63.75, d=150_528, draws=N
        )


def test_a_job_that_ended_early_is_charged_for_all_that_it_might_have_drawn() -> None:
    eta, kind = 0.001, Certifier.FIRST_ORDER
    certificate = certify_discrete(kind, HITS, 0.25, eta, Bounds.PAPER, steps=63.75, d=784, draws=10 * N)
    assert certificate.eta_spent[SHARE] == discretisation_error(63.75, 784, 10 * N)
    with pytest.raises(ValueError, match="at least the 100000"):
        certify_discrete(kind, HITS, 0.25, eta, Bounds.PAPER, steps=63.75, d=784, draws=N - 1)


@pytest.mark.parametrize(("steps", "d", "draws"), [(0.0, 1, 1), (math.inf, 1, 1), (1.0, 0, 1), (1.0, 1, -1)])
def test_nonsense_is_refused(steps: float, d: int, draws: int) -> None:
    with pytest.raises(ValueError, match="steps"):
        discretisation_error(steps, d, draws)
