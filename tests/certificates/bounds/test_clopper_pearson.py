"""Clopper-Pearson bounds are checked by the tail itself, however far SciPy's inverse function errs."""

from __future__ import annotations

import math

import mpmath
import pytest
from scipy.special import betaincc, betainccinv, betaincinv

from certificates import clopper_pearson_lower, clopper_pearson_upper
from certificates.bounds import clopper_pearson
from tests.support.fifty_digits import mp

COUNTS = [(1, 10), (3, 10), (5, 10), (40, 100), (499, 1000), (12, 2000)]
MARGIN = 1e-9  # relative, taken off alpha


def tail_at_lower(hits: int, n: int, bound: float) -> mpmath.mpf:
    """``P(Binomial(n, bound) >= hits)`` with 50 digits."""
    return mp.betainc(hits, n - hits + 1, 0, mp.mpf(bound), regularized=True)


def tail_at_upper(hits: int, n: int, bound: float) -> mpmath.mpf:
    """``P(Binomial(n, bound) <= hits)`` with 50 digits."""
    return mp.betainc(hits + 1, n - hits, mp.mpf(bound), 1, regularized=True)


@pytest.mark.parametrize("error", [1e-12, 1e-9, 1e-4])
@pytest.mark.parametrize(("hits", "n"), COUNTS)
def test_an_inverse_that_errs_upwards_is_corrected(
    hits: int, n: int, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clopper_pearson, "betaincinv", lambda a, b, y: (1.0 + error) * betaincinv(a, b, y))
    bound = clopper_pearson_lower(hits, n, 0.001)
    assert 0.98 * 0.001 < tail_at_lower(hits, n, bound) <= 0.001 * (1.0 - 0.9 * MARGIN)


@pytest.mark.parametrize("error", [1e-12, 1e-9, 1e-4])
@pytest.mark.parametrize(("hits", "n"), COUNTS)
def test_an_inverse_that_errs_downwards_is_corrected(
    hits: int, n: int, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clopper_pearson, "betainccinv", lambda a, b, y: (1.0 - error) * betainccinv(a, b, y))
    bound = clopper_pearson_upper(hits, n, 0.001)
    assert 0.98 * 0.001 < tail_at_upper(hits, n, bound) <= 0.001 * (1.0 - 0.9 * MARGIN)


@pytest.mark.parametrize(("hits", "n"), COUNTS)
def test_a_tail_within_the_margin_of_alpha_is_lowered(
    hits: int, n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computed tail may be off by less than the margin, so that it must be that much below alpha."""
    within = 0.001 * (1.0 - 0.5 * MARGIN)
    inverse = float(betaincinv(hits, n - hits + 1, within))
    near = float(mp.findroot(lambda p: tail_at_lower(hits, n, p) - within, inverse))
    monkeypatch.setattr(clopper_pearson, "betaincinv", lambda *_: near)
    assert tail_at_lower(hits, n, clopper_pearson_lower(hits, n, 0.001)) <= 0.001 * (1.0 - 0.9 * MARGIN)
    inverse = float(betainccinv(hits + 1, n - hits, within))
    near = float(mp.findroot(lambda p: tail_at_upper(hits, n, p) - within, inverse))
    monkeypatch.setattr(clopper_pearson, "betainccinv", lambda *_: near)
    assert tail_at_upper(hits, n, clopper_pearson_upper(hits, n, 0.001)) <= 0.001 * (1.0 - 0.9 * MARGIN)


def test_an_upper_bound_is_never_above_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clopper_pearson_upper(0, 0, 0.001) == 1.0
    assert clopper_pearson_upper(0, 1, 1e-17) == 1.0
    monkeypatch.setattr(clopper_pearson, "betainccinv", lambda *_: math.nextafter(1.0, 0.0))
    monkeypatch.setattr(clopper_pearson, "betaincc", lambda a, b, x: 1.0 if x < 1.0 else betaincc(a, b, x))
    assert clopper_pearson_upper(3, 10, 0.001) == 1.0
