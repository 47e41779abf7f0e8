"""Every rounding errs to the smaller radius: computed values against arithmetic of 50 digits."""

from __future__ import annotations

import math

import mpmath
import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    DipoleCurve,
    Evidence,
    FirstOrderCurve,
    GradientSums,
    HitCounts,
    PairCounts,
    SecondOrderCurve,
    clopper_pearson_lower,
    clopper_pearson_upper,
    dipole_radius,
    first_order_radius,
    gradient_norm_upper_paired,
    second_order_radius,
)
from certificates.curves.directed_rounding import bisect_last_true, radius_down
from tests.support.fifty_digits import cdf, mp, phi, upper_quantile
from tests.support.paper_bounds import certify

HALF = mp.mpf(1) / 2
# The last two scores are lower bounds from all hits at n = 1e9, and the largest float below 1.
SCORES = [0.5 + 1e-9, 0.51, 0.75, 0.95, 0.99993, 1.0 - 7e-9, math.nextafter(1.0, 0.0)]


def exact_slab(p: float, gradient: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    q = 1 - mp.mpf(p)
    low, high = mp.mpf(0), q / 2
    for _ in range(120):
        middle = (low + high) / 2
        left = phi(upper_quantile(q - middle)) - phi(upper_quantile(middle))
        low, high = (middle, high) if left > gradient else (low, middle)
    return -upper_quantile(low), upper_quantile(q - low)


@pytest.mark.parametrize("p", SCORES)
def test_first_order_root(p: float) -> None:
    exact = upper_quantile(1 - mp.mpf(p))
    radius = first_order_radius(p, 1.0)
    assert radius <= exact
    assert radius >= exact * (1 - 1e-11)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
@pytest.mark.parametrize("p", [0.51, 0.95, 1.0 - 7e-9])
def test_second_order_curve_and_root(p: float, share: float) -> None:
    gradient = share * float(phi(upper_quantile(1 - mp.mpf(p))))
    a, b = exact_slab(p, gradient)
    curve = SecondOrderCurve(p, gradient)
    for r in (0.0, 0.4, 1.5, 6.0):
        exact = cdf(b - r) - cdf(a - r)
        assert abs(curve(r) - exact) < 1e-10
        assert curve(r) <= exact + 1e-14
    radius = second_order_radius(p, gradient, 1.0)
    assert cdf(b - radius) - cdf(a - radius) > HALF
    beyond = radius + 1e-7
    assert cdf(b - beyond) - cdf(a - beyond) < HALF


@pytest.mark.parametrize(
    ("c_s", "c_n"), [(0.0, 0.6), (0.51, 0.0), (0.3, 0.3), (0.9, 0.0499), (1.0 - 7e-9, 1e-12), (0.999, 1e-300)]
)
def test_dipole_curve_and_root(c_s: float, c_n: float) -> None:
    z = upper_quantile((1 - mp.mpf(c_s)) / 2)
    y = mp.mpf("-inf") if c_n == 0.0 else -upper_quantile(mp.mpf(c_n))

    def exact(r: float) -> mpmath.mpf:
        return (0 if c_n == 0.0 else cdf(y - r)) + cdf(z - r) - cdf(-z - r)

    curve = DipoleCurve(c_s, c_n)
    for r in (0.0, 0.4, 1.5, 6.0):
        assert abs(curve(r) - exact(r)) < 1e-14
    radius = dipole_radius(c_s, c_n, 1.0)
    assert exact(radius) > HALF
    assert exact(radius + 1e-7) < HALF


@pytest.mark.parametrize("alpha", [0.05, 0.001, 1e-12])
@pytest.mark.parametrize(
    ("hits", "n"),
    [
        (1, 1),
        (3, 7),
        (950, 1000),
        (100_000, 100_000),
        (5_100_000, 10**7),
        (9_999_000, 10**7),
        (10, 10**9),
        (10**9 - 1, 10**9),
        (10**9 - 1000, 10**9),
        (10**9, 10**9),
    ],
)
def test_clopper_pearson_rounds_outward(hits: int, n: int, alpha: float) -> None:
    """At the bound, the exact binomial tail is below alpha; a hair nearer to 1/2 it is not, or hardly."""
    lower = mp.mpf(clopper_pearson_lower(hits, n, alpha))
    upper = mp.mpf(clopper_pearson_upper(n - hits, n, alpha))
    for bound in (lower, 1 - upper):
        assert upper_tail(hits, n, bound) <= alpha
        assert upper_tail(hits, n, bound + 3e-16 + 2e-13 * (1 - bound)) >= alpha * (1 - 1e-6)


def upper_tail(k: int, n: int, p: mpmath.mpf) -> mpmath.mpf:
    """``P(Binomial(n, p) >= k)`` above the mean: its first term times the sum of the ratios to it."""
    log_choose = mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)
    first = mp.exp(log_choose + k * mp.log(p) + (n - k) * mp.log1p(-p))
    term, total, odds = mp.mpf(1), mp.mpf(0), p / (1 - p)
    for j in range(k, n + 1):
        total += term
        term *= odds * (n - j) / (j + 1)
        if term < total * mp.mpf(10) ** -30:
            break
    return first * total


@pytest.mark.parametrize(("d", "pairs"), [(1, 1), (1, 40), (2, 5), (49, 50_000), (150_528, 5 * 10**8)])
@pytest.mark.parametrize("alpha", [0.4, 0.0005, 5e-13])
def test_theorem_2_deviation_has_the_stated_tail(d: int, pairs: int, alpha: float) -> None:
    """The deviation is where the Bernstein tail of eq. (70), in unit noise, equals alpha, or just past it."""
    bound = gradient_norm_upper_paired(-1e-30, pairs, d, 1e-3, alpha, 0.5)
    if bound < 398.0:  # not capped: phi(0) / sigma = 398.9
        deviation = (mp.mpf(bound) * mp.mpf(1e-3)) ** 2
    else:
        shift = -1e6 * (4.0 * math.sqrt(d * -math.log(alpha) / pairs) - 0.05)
        if 2 * -math.log(alpha) > d * pairs:
            shift = -1e6 * (4.0 * math.sqrt(2.0) * -math.log(alpha) / pairs - 0.05)
        bound = gradient_norm_upper_paired(shift, pairs, d, 1e-3, alpha, 0.5)
        deviation = (mp.mpf(bound) * mp.mpf(1e-3)) ** 2 - mp.mpf(shift) * mp.mpf(1e-3) ** 2
    small = deviation <= 2 * mp.sqrt(2) * d
    exponent = pairs * deviation**2 / (16 * d) if small else pairs * deviation / (4 * mp.sqrt(2))
    assert alpha * (1 - 1e-6) <= mp.exp(-exponent) <= alpha


@pytest.mark.parametrize("end", [1e-300, 0.1, 1.0 / 3.0, 7.0 - 1e-12])
def test_bisection_returns_the_end_at_which_the_predicate_holds(end: float) -> None:
    found = bisect_last_true(lambda x: x <= end, 0.0, 7.0)
    assert found <= end
    assert found >= end * (1.0 - 1e-14) - 1e-300
    assert bisect_last_true(lambda x: x < end, 0.0, 7.0) < end


@pytest.mark.parametrize(
    ("radius", "published"),
    [
        (0.1234567, 0.123456),
        (0.123456, 0.123455),
        (3.0, 2.99999),
        (12345.678, 12345.6),
        (1e-9 / 3, 3.33333e-10),
    ],
)
def test_published_radii_are_rounded_down(radius: float, published: float) -> None:
    """Six digits, and strictly down: a figure that is already round may lose its last unit."""
    assert radius_down(radius) == published


def test_an_infinite_radius_is_never_published() -> None:
    with pytest.raises(ValueError, match=r"^a radius measured from finitely many samples is finite$"):
        radius_down(math.inf)


def test_extreme_counts() -> None:
    """d = 150,528, N = 1e9, eta = 1e-12: all hits, no hits, nothing at all."""
    n, d, eta = 10**9, 150_528, 1e-12
    for hits in (0, 1, n // 2, n - 1, n):
        counts = HitCounts(n, 1, (n - hits, hits))
        sums = GradientSums(d, n // 2, 2.0**32)
        both = hits // 2
        first = certify(FIRST_ORDER, Evidence(hits=counts), 0.25, eta)
        second = certify(SECOND_ORDER, Evidence(hits=counts, gradient=sums), 0.25, eta)
        dipole = certify(DIPOLE, Evidence(pairs=PairCounts(n // 2, both, 0, 0, 0)), 0.25, eta)
        for certificate in (first, second, dipole):
            assert certificate.abstained == (hits <= n // 2)
            assert certificate.radius < 0.25 * 6.0
    miss = 1 - mp.mpf(eta) ** (mp.mpf(1) / n)
    assert first.radius == pytest.approx(0.25 * float(upper_quantile(miss)), rel=1e-5)


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_no_samples_abstain(certifier: Certifier) -> None:
    hits, gradient = HitCounts(0, 0, (0, 0)), GradientSums(3, 0, 0.0)
    evidence = {
        FIRST_ORDER: Evidence(hits=hits),
        SECOND_ORDER: Evidence(hits=hits, gradient=gradient),
        DIPOLE: Evidence(pairs=PairCounts(0, 0, 0, 0, 0)),
    }[certifier]
    certificate = certify(certifier, evidence, 0.5, 0.001, bounds=Bounds.PAPER)
    assert certificate.abstained
    assert certificate.radius == 0.0
    assert certificate.p_a.lower == 0.0
    assert certificate.p_a.estimate is None


def test_limits() -> None:
    """p = 1 knows no limit; at or below one half nothing is certified."""
    assert first_order_radius(1.0, 0.5) == math.inf
    assert second_order_radius(1.0, 0.0, 0.5) == math.inf
    assert dipole_radius(1.0, 0.0, 0.5) == math.inf
    for p in (0.0, 0.3, 0.5):
        assert first_order_radius(p, 0.5) == 0.0
        assert second_order_radius(p, 0.1, 0.5) == 0.0
        assert dipole_radius(p, 0.0, 0.5) == 0.0
        assert dipole_radius(0.0, p, 0.5) == 0.0
    assert FirstOrderCurve(1.0)(3.0) == 1.0
    assert FirstOrderCurve(0.0)(3.0) == 0.0


@pytest.mark.parametrize("bad", [-0.1, 1.1, math.nan, math.inf])
def test_arguments_out_of_range_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="p must be in"):
        first_order_radius(bad, 1.0)
    with pytest.raises(ValueError, match="p must be in"):
        second_order_radius(bad, 0.0, 1.0)
    with pytest.raises(ValueError, match="c_s must be in"):
        dipole_radius(bad, 0.0, 1.0)
    with pytest.raises(ValueError, match="alpha must be strictly"):
        clopper_pearson_lower(1, 2, bad)
    with pytest.raises(ValueError, match="p_lower must be in"):
        gradient_norm_upper_paired(0.0, 1, 1, 1.0, 0.1, bad)


def test_more_arguments_out_of_range_are_refused() -> None:
    for sigma in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="sigma must be positive"):
            first_order_radius(0.7, sigma)
    for norm in (-1.0, math.nan):
        with pytest.raises(ValueError, match="gradient norm"):
            second_order_radius(0.7, norm, 1.0)
    for hits in (-1, 3):
        with pytest.raises(ValueError, match="hits must be between"):
            clopper_pearson_upper(hits, 2, 0.1)
    for squared in (math.nan, math.inf):
        with pytest.raises(ValueError, match="must be finite"):
            gradient_norm_upper_paired(squared, 1, 1, 1.0, 0.1, 0.7)
    with pytest.raises(ValueError, match="must not exceed 1"):
        dipole_radius(0.6, 0.5, 1.0)
