"""Tables of binomial tails err upwards, also where SciPy or the rounding of logarithms errs downwards."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import binom

from certificates.bounds.joint_dipole import binomial
from certificates.bounds.joint_dipole.binomial import TailTable
from tests.support.fifty_digits import cdf, mp


def closed_form(n: int, m: int, p: float) -> mpmath.mpf:
    """The bound of Zubkov and Serov on ``P(Binomial(n, p) >= m)`` with 50 digits."""
    below, above, q = mp.mpf(m - 1), mp.mpf(n - m + 1), 1 - mp.mpf(p)
    entropy = below * mp.log(below / (n * mp.mpf(p))) + above * mp.log(above / (n * q))
    sign = -1 if below > n * mp.mpf(p) else 1
    return cdf(sign * mp.sqrt(2 * entropy))


@pytest.mark.parametrize("error", [0.0, -1e-11, -9e-10])
def test_a_beta_function_that_errs_downwards_is_raised(error: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binomial, "betainc", lambda a, b, x: (1.0 + error) * betainc(a, b, x))
    m = np.arange(1.0, 41.0)
    p = np.linspace(0.01, 0.99, 50)
    upper = TailTable(np.full_like(m, 40.0), m, exact=True).upper(p, 1.0 - p)
    truth = binom.sf(m[None, :] - 1.0, 40, p[:, None])
    assert np.all(upper >= np.minimum(truth * (1.0 + 5e-11), 1.0))


@pytest.mark.parametrize("n", [3, 12, 50_000, 50_000_000, 10**9, 10**10])
@pytest.mark.parametrize("p", [0.3, 0.5, 0.9, 0.999])
def test_the_closed_form_is_not_below_its_exact_value(n: int, p: float) -> None:
    spread = (n * p * (1.0 - p)) ** 0.5
    m = np.unique(np.clip(np.round(n * p + spread * np.linspace(-3.0, 6.0, 40)), 2.0, n - 1.0))
    upper = TailTable(np.full_like(m, n), m, exact=False).upper(np.array([p]), np.array([1.0 - p]))[0]
    exact = [closed_form(n, int(one), p) for one in m]
    assert all(value >= bound for value, bound in zip(upper.tolist(), exact, strict=True))
    sharp = 1.0 + max(1e-6, 1e-11 * n)
    assert all(value <= bound * sharp for value, bound in zip(upper.tolist(), exact, strict=True))


@pytest.mark.parametrize("n", [10.0, 10.0**9])
def test_the_first_and_the_last_count_have_their_exact_tails(n: float) -> None:
    p = np.array([1e-12, 1e-3, 0.7, 1.0 - 1e-12])
    upper = TailTable(np.array([n, n]), np.array([1.0, n]), exact=False).upper(p, 1.0 - p)
    for row, one in zip(upper.tolist(), p.tolist(), strict=True):
        none, every = (1 - mp.mpf(one)) ** int(n), mp.mpf(one) ** int(n)
        assert min(1 - none, mp.mpf(1)) <= row[0] * (1.0 + 1e-16) <= (1 - none) * 1.00001
        assert row[1] <= every * 1.00001
        assert row[1] >= every or every < 1e-300
