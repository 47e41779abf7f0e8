"""The joint dipole bound is wrong with probability at most eta: every outcome listed, no tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from certificates import dipole_radius_joint
from tests.support.multinomials import SLACK, Outcomes, grid, just_below, true_radius


@pytest.mark.parametrize("eta", [0.001, 0.05, 0.3])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 13, 24, 40])
def test_joint_radius_exceeds_the_true_one_with_probability_at_most_eta(n: int, eta: float) -> None:
    outcomes = Outcomes(n)
    certified = np.array([dipole_radius_joint(both, one, n, 1.0, eta) for both, one in outcomes])
    worst = 0.0
    for s, d in grid(50) + just_below(certified.tolist(), 12):
        wrong = certified > true_radius(s, d) + SLACK
        worst = max(worst, float(outcomes.probabilities(s, d)[wrong].sum()))
    assert worst <= eta
    if n >= 24:
        assert worst >= 0.95 * eta, "the bound is far from using all of eta"
