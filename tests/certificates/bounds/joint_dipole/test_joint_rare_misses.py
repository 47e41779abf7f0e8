"""The joint bound where few of very many pairs miss: enumerations of small samples cannot see that corner."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, ndtr, ndtri
from scipy.stats import binom

from certificates import dipole_radius_joint
from certificates.bounds.joint_dipole.event import _least_one

MOST_MISSES = 12
Array = NDArray[np.float64]


@pytest.mark.parametrize("pairs", [238_106, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 10**9])
def test_what_was_observed_belongs_to_its_own_event(pairs: int) -> None:
    rng = np.random.default_rng(pairs)
    misses = np.unique(np.concatenate([np.arange(1, 200), rng.integers(1, pairs // 2, 300)]))
    for miss in misses.tolist():
        for one in {0, miss, int(rng.integers(0, miss + 1))}:
            both = pairs - miss
            assert _least_one(np.array([float(both)]), both, one, pairs)[0] <= one, (pairs, both, one)


@pytest.mark.parametrize("eta", [0.05, 0.001])
@pytest.mark.parametrize("pairs", [500_000, 5_000_000])
def test_coverage_with_a_handful_of_misses(pairs: int, eta: float) -> None:
    """Exact: every outcome with few misses, against parameters that just fail to have a certified radius."""
    outcomes = [(miss, one) for miss in range(MOST_MISSES + 1) for one in range(miss + 1)]
    certified = np.array([dipole_radius_joint(pairs - m, one, pairs, 1.0, eta) for m, one in outcomes])
    share = np.array([0.0, 1e-4, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0])
    true = np.unique(certified[certified > 0.0])[:, None] * (1.0 - 1e-9)
    rate = _misses_at(true, share[None, :], pairs)
    wrong = np.zeros(rate.shape)
    for (miss, one), radius in zip(outcomes, certified, strict=True):
        missed = np.asarray(binom.pmf(miss, pairs, rate / pairs))
        on_one_side = np.asarray(binom.pmf(one, miss, share))
        wrong += np.where(radius > true, missed * on_one_side, 0.0)
    assert wrong.max() <= eta
    assert wrong.max() >= 0.5 * eta, "the parameters do not probe the bound"


def _misses_at(r: Array, share: Array, pairs: int) -> Array:
    """Return the expected number of misses at which the dipole radius is ``r``, by bisection.

    ``share`` of the misses hit on one side. All in terms of miss rates, whose digits survive.
    """
    low, high = np.zeros(np.broadcast_shapes(r.shape, share.shape)), 4.0 * pairs * ndtr(-r) + 0.0 * share
    for _ in range(200):
        middle = 0.5 * (low + high)
        z, y = -ndtri(middle / (2 * pairs)), ndtri(middle * share / (2 * pairs))
        above = ndtr(y - r) + 0.5 * erf((z - r) * np.sqrt(0.5)) - ndtr(-z - r) > 0.0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(high)
