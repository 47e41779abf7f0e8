"""Exact miscoverage: every outcome of a small experiment, its probability, and whether it claims too much.

P(certified radius > true radius) must not exceed eta anywhere. It jumps just below the parameters whose
true radius equals a certified one, so those are tried beside a grid. No randomness, no tolerance.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import gammaln, ndtr
from scipy.stats import binom

from certificates import (
    HitCounts,
    PairCounts,
    clopper_pearson_lower,
    clopper_pearson_upper,
    dipole_edge,
    dipole_radius,
    first_order_radius,
)
from tests.support.paper_bounds import certify_dipole, certify_first_order

JUST_BELOW = 1.0 - 1e-12


@pytest.mark.parametrize("alpha", [0.3, 0.05, 0.001, 1e-6])
@pytest.mark.parametrize("n", [1, 5, 17, 40])
def test_clopper_pearson(n: int, alpha: float) -> None:
    lower = np.array([clopper_pearson_lower(k, n, alpha) for k in range(n + 1)])
    upper = np.array([clopper_pearson_upper(k, n, alpha) for k in range(n + 1)])
    for p in {*np.linspace(0.0, 1.0, 401), *(lower * JUST_BELOW), *np.minimum(upper / JUST_BELOW, 1.0)}:
        outcomes = binom.pmf(np.arange(n + 1), n, p)
        assert math.fsum(outcomes[lower > p]) <= alpha
        assert math.fsum(outcomes[upper < p]) <= alpha


@pytest.mark.parametrize("eta", [0.3, 0.05, 0.001])
@pytest.mark.parametrize("n", [5, 12, 25, 40])
def test_first_order(n: int, eta: float) -> None:
    certified = np.array(
        [certify_first_order(HitCounts(n, 0, (k, n - k)), 1.0, eta).radius for k in range(n + 1)]
    )
    worst = 0.0
    for p in {*np.linspace(0.0, 1.0, 1001)[:-1], *(ndtr(certified) * JUST_BELOW)}:
        outcomes = binom.pmf(np.arange(n + 1), n, p)
        wrong = math.fsum(outcomes[certified > first_order_radius(float(p), 1.0)])
        assert wrong <= eta
        worst = max(worst, wrong)
    if eta**2 > 0.5**n:
        assert worst > 0.5 * eta, "the grid misses the parameters that matter"


@pytest.mark.parametrize(("pairs", "eta"), [(5, 0.3), (12, 0.3), (12, 0.05), (24, 0.05), (40, 0.01)])
def test_dipole(pairs: int, eta: float) -> None:
    outcomes = [
        (s, c, pairs - s - c) for s, c in itertools.product(range(pairs + 1), repeat=2) if s + c <= pairs
    ]
    certified = np.array(
        [certify_dipole(PairCounts(pairs, s, c, 0, 0), 1.0, eta).radius for s, c, _ in outcomes]
    )
    counts = np.array(outcomes)
    ways = gammaln(pairs + 1) - gammaln(counts + 1).sum(axis=1)
    worst = 0.0
    for c_s, c_n in dipole_parameters(certified):
        chance = np.array([c_s, c_n, max(0.0, 1.0 - c_s - c_n)])
        with np.errstate(divide="ignore", invalid="ignore"):
            powers = np.where(counts > 0, counts * np.log(chance), 0.0)
        probabilities = np.exp(ways + powers.sum(axis=1))
        wrong = math.fsum(probabilities[certified > dipole_radius(c_s, c_n, 1.0)])
        assert wrong <= eta
        worst = max(worst, wrong)
    assert worst > 0.05 * eta, "the grid misses the parameters that matter"


def dipole_parameters(certified: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[tuple[float, float]]:
    """A grid, and points just below the edges of all certified radii; all with ``c_s + 2 c_n <= 1``."""
    share = np.linspace(0.0, 0.999, 41)
    points = [(float(s), float(t * (1.0 - s) / 2.0)) for s in share for t in np.linspace(0.0, 1.0, 21)]
    widths = np.linspace(0.0, 3.0, 31)
    for radius in np.unique(certified):
        c_s = 2.0 * ndtr(widths) - 1.0
        c_n = dipole_edge(radius, widths) * JUST_BELOW
        points += [(float(s), float(c)) for s, c in zip(c_s, c_n, strict=True) if s + 2.0 * c <= 1.0]
    return points
