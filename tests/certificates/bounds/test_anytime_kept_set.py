"""The parameters that an anytime-valid bound keeps, and what is read off them, against a search."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, xlogy

from certificates import dipole_edge, dipole_radius, dipole_radius_anytime, probability_lower_anytime
from certificates.bounds.anytime import _likelihood_upper, _needed, pair_shares_lower_anytime
from certificates.bounds.joint_dipole.region import slab_end
from tests.support.fifty_digits import cdf, mp

Array = NDArray[np.float64]
COUNTS = [(20, 4, 0), (20, 1, 1), (9, 1, 0), (9, 0, 1), (600, 300, 100), (1, 8, 0), (30, 0, 0), (700, 1, 200)]
every_count = pytest.mark.parametrize("counts", COUNTS, ids=str)


def likeliest_on_edge(r: float, counts: tuple[int, int, int]) -> float:
    """The largest log-likelihood among parameters whose dipole radius is ``r``, from ever finer scans."""
    low, high = 0.0, slab_end(r)
    best = -math.inf
    for _ in range(6):
        z = np.linspace(low, high, 10_001)
        s, d = erf(z * math.sqrt(0.5)), 2.0 * dipole_edge(r, z)
        u = np.maximum(1.0 - s - d, 0.0)
        likelihood = xlogy(counts[0], s) + xlogy(counts[1], d) + xlogy(counts[2], u)
        likelihood[1.0 - s - d < -1e-15] = -math.inf
        at = int(likelihood.argmax())
        best = max(best, float(likelihood[at]))
        low, high = float(z[max(at - 1, 0)]), float(z[min(at + 1, 10_000)])
    return best


@every_count
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_the_likelihood_bound_is_the_largest_likelihood_of_smaller_radii(
    counts: tuple[int, int, int], part: float
) -> None:
    observed = dipole_radius(counts[0] / sum(counts), 0.5 * counts[1] / sum(counts), 1.0)
    r = part * min(observed, 2.0)
    upper = _likelihood_upper(r, np.array(counts, dtype=np.float64))
    largest = likeliest_on_edge(r, counts)
    assert largest <= upper + 1e-9 <= largest + 1e-6 * sum(counts)


@pytest.mark.parametrize("r", [0.01, 0.3, 1.0, 2.5])
def test_where_every_pair_hits_twice_the_bound_is_above_the_exact_likelihood(r: float) -> None:
    """All of the mass is in the slab, whose end is known to 50 digits. No multiplier may pass its limit."""
    slab = mp.findroot(lambda z: cdf(z - r) - cdf(-z - r) - mp.mpf(1) / 2, r + 0.6 * math.exp(-r))
    exact = 40 * mp.log(cdf(slab) - cdf(-slab))
    upper = _likelihood_upper(r, np.array([40.0, 0.0, 0.0]))
    assert exact <= upper <= exact + 1e-5


@every_count
@pytest.mark.parametrize("alpha", [0.3, 0.001])
def test_what_a_parameter_must_reach_is_rounded_down(counts: tuple[int, int, int], alpha: float) -> None:
    half = mp.mpf(1) / 2
    mixture = sum(mp.loggamma(c + half) - mp.loggamma(half) for c in counts)
    mixture -= mp.loggamma(sum(counts) + 3 * half) - mp.loggamma(3 * half)
    exact = mixture + mp.log(mp.mpf(alpha))
    needed = _needed(np.array(counts, dtype=np.float64), alpha)
    assert exact - 1e-11 * abs(exact) <= needed < exact


@every_count
def test_share_bounds_are_the_smallest_shares_of_the_kept_set(counts: tuple[int, int, int]) -> None:
    both, one, none = counts
    pairs = sum(counts)
    needed = _needed(np.array(counts, dtype=np.float64), 0.05)
    c_s, c_n = pair_shares_lower_anytime(both, one, pairs, 0.05)
    for lower, part, rest in ((c_s, both, (one, none)), (2.0 * c_n, one, (both, none))):
        if part == 0:
            assert lower == 0.0
            continue
        others = max(sum(rest), 1)

        def profile(p: float, part: int = part, rest: tuple[int, int] = rest, others: int = others) -> float:
            left = 1.0 - p
            return float(xlogy(part, p) + sum(xlogy(c, left * c / others) for c in rest))

        assert profile(lower) <= needed + 1e-9
        assert profile(lower * (1.0 + 1e-9) + 1e-12) >= needed - 1e-6


@pytest.mark.parametrize("pairs", [2**30, 2**52])
@pytest.mark.parametrize("eta", [0.3, 1e-6])
def test_the_radius_of_nothing_but_hits_is_below_the_exact_one(pairs: int, eta: float) -> None:
    """Near eight sigmas the mass of a slab is a float64 number just below 1, or no longer one."""
    radius = dipole_radius_anytime(pairs, 0, pairs, 1.0, eta)
    slab = mp.findroot(lambda z: cdf(z - radius) - cdf(-z - radius) - mp.mpf(1) / 2, radius)
    needed = mp.loggamma(pairs + mp.mpf(1) / 2) - mp.loggamma(mp.mpf(1) / 2) + mp.loggamma(mp.mpf(3) / 2)
    needed += mp.log(mp.mpf(eta)) - mp.loggamma(pairs + mp.mpf(3) / 2)
    assert 5.0 < radius < 8.0
    assert pairs * mp.log1p(-2 * cdf(-slab)) <= needed


def test_a_small_radius_of_many_pairs_is_found() -> None:
    assert 0.01 < dipole_radius_anytime(1_000_000, 99_000_000, 10**8, 1.0, 0.001) < 0.015


@pytest.mark.parametrize(("both", "one", "pairs"), [(-1, 0, 5), (0, -1, 5), (0, 0, -1), (3, 3, 5)])
def test_counts_that_do_not_fit_are_refused(both: int, one: int, pairs: int) -> None:
    with pytest.raises(ValueError, match=f"counts {both} and {one} do not fit {pairs} pairs"):
        dipole_radius_anytime(both, one, pairs, 1.0, 0.05)


@pytest.mark.parametrize(("hits", "n"), [(-1, 5), (6, 5)])
def test_hits_that_do_not_fit_are_refused(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"hits must be between 0 and n, got {hits} of {n}"):
        probability_lower_anytime(hits, n, 0.05)
