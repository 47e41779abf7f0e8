"""Between the vertices of a chain each probability stays below a geometric mean of the raised ones."""

from __future__ import annotations

import numpy as np
import pytest

from certificates import dipole_radius_joint
from certificates.bounds.joint_dipole.search import BOX_SHARE, _JointTest, _raise, specht_ratio
from tests.support.fifty_digits import mp

NEAR_ONE = [1.0 + sign * 10.0**-k for k in range(2, 13) for sign in (-1, 1)]
FAR_FROM_ONE = [one for k in range(1, 120) for one in (1.17**k, 1.17**-k)]


@pytest.mark.parametrize("h", [*NEAR_ONE, *FAR_FROM_ONE, 1.0])
def test_the_ratio_is_that_of_specht_rounded_up(h: float) -> None:
    exact = mp.mpf(1)
    if h != 1.0:
        x = mp.log(mp.mpf(h)) / (mp.mpf(h) - 1)
        exact = mp.exp(x - 1) / x
    ratio = float(specht_ratio(np.array([h]))[0])
    assert exact <= ratio <= exact * (1 + mp.mpf(10) ** -10)


@pytest.mark.parametrize("spread", [1e-6, 0.01, 0.3, 2.0, 6.0])
def test_a_straight_line_between_vertices_is_below_the_geometric_mean_of_the_raised_ones(
    spread: float,
) -> None:
    rng = np.random.default_rng(int(1e6 * spread))
    mass = np.exp(-rng.uniform(0.0, spread, (3, 200)))
    raised = _raise(mass)
    assert np.all(raised >= mass)
    for t in np.linspace(0.0, 1.0, 41):
        line = (1.0 - t) * mass[:, :-1] + t * mass[:, 1:]
        mean = raised[:, :-1] ** (1.0 - t) * raised[:, 1:] ** t
        assert np.all(line <= mean * (1.0 + 1e-14))


@pytest.mark.parametrize(("both", "one", "pairs"), [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_counts_that_do_not_fit_are_refused(both: int, one: int, pairs: int) -> None:
    with pytest.raises(ValueError, match=f"counts {both} and {one} do not fit {pairs} pairs"):
        dipole_radius_joint(both, one, pairs, 1.0, 0.05)


@pytest.mark.parametrize("eta", [0.3, 0.001, 1e-9])
def test_the_box_and_the_test_share_eta(eta: float) -> None:
    test = _JointTest(40, 5, 50, eta)
    assert mp.mpf(test.level) + mp.mpf(BOX_SHARE) * mp.mpf(eta) < mp.mpf(eta)
    assert test.level > eta * (1.0 - BOX_SHARE) * (1.0 - 1e-11)
