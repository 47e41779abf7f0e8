"""What must hold for all counts and parameters: monotonicity, order between certificates, limits."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import (
    DipoleCurve,
    FirstOrderCurve,
    GradientSums,
    HitCounts,
    PairCounts,
    SecondOrderCurve,
    clopper_pearson_lower,
    clopper_pearson_upper,
    dipole_edge,
    dipole_radius,
    first_order_radius,
    gradient_norm_ceiling,
    gradient_norm_upper_paired,
    round_up_to_grid,
    second_order_radius,
)
from tests.support.paper_bounds import certify_dipole, certify_first_order, certify_second_order

HAIR = 1e-10
etas = st.floats(1e-12, 0.5)
sizes = st.integers(1, 10**9)
scores = st.floats(0.0, 1.0)
winning = st.floats(0.5, 1.0 - 1e-9)
shares = st.floats(0.0, 1.0)
distances = st.floats(0.0, 8.0)
many = settings(max_examples=200, deadline=None, derandomize=True)


def hit_counts(hits: int, n: int) -> HitCounts:
    return HitCounts(n, 0, (hits, n - hits))


@many
@given(sizes, shares, etas, etas)
def test_first_order_grows_with_hits_and_eta(n: int, share: float, eta: float, other: float) -> None:
    hits = min(n - 1, int(share * n))
    radius = certify_first_order(hit_counts(hits, n), 0.5, eta).radius
    assert certify_first_order(hit_counts(hits + 1, n), 0.5, eta).radius >= radius
    assert (certify_first_order(hit_counts(hits, n), 0.5, other).radius >= radius) or other < eta


@many
@given(sizes, shares, etas, st.floats(-0.5, 0.5), st.integers(1, 200_000))
def test_second_order_grows_with_hits_and_shrinks_with_the_gradient(
    pairs: int, share: float, eta: float, mean: float, d: int
) -> None:
    n = 2 * pairs
    hits = min(n - 1, int(share * n))
    sums = GradientSums(d, pairs, round_up_to_grid(mean * pairs))
    steeper = GradientSums(d, pairs, round_up_to_grid((mean + 0.01) * pairs))
    radius = certify_second_order(hit_counts(hits, n), sums, 0.5, eta).radius
    assert certify_second_order(hit_counts(hits, n), steeper, 0.5, eta).radius <= radius
    assert certify_second_order(hit_counts(hits + 1, n), sums, 0.5, eta).radius >= radius
    assert certify_second_order(hit_counts(hits, n), sums, 0.5, eta / 2).radius <= radius


@many
@given(sizes, shares, shares, etas)
def test_dipole_grows_with_either_count_and_eta(pairs: int, first: float, second: float, eta: float) -> None:
    both = int(first * (pairs - 1))
    plus = int(second * (pairs - 1 - both))
    radius = certify_dipole(PairCounts(pairs, both, plus, 0, 0), 0.5, eta).radius
    assert certify_dipole(PairCounts(pairs, both + 1, plus, 0, 0), 0.5, eta).radius >= radius
    assert certify_dipole(PairCounts(pairs, both, plus + 1, 0, 0), 0.5, eta).radius >= radius
    assert certify_dipole(PairCounts(pairs, both, plus, 0, 0), 0.5, eta / 2).radius <= radius


@many
@given(scores, shares, distances, distances)
def test_curves_start_at_the_score_and_decrease(p: float, share: float, r: float, more: float) -> None:
    c_s = p * share
    c_n = min(p - c_s, 0.5 * (1.0 - c_s))
    for curve, start in (
        (FirstOrderCurve(p), p),
        (SecondOrderCurve(p, 0.4 * share), p),
        (DipoleCurve(c_s, c_n), c_s + c_n),
    ):
        assert curve(0.0) == pytest.approx(start, abs=HAIR)
        assert curve(r + more) <= curve(r) + HAIR


@many
@given(winning, shares, distances)
def test_second_order_is_never_below_first_order_and_meets_it_at_the_ceiling(
    p: float, share: float, r: float
) -> None:
    ceiling = gradient_norm_ceiling(p, 1.0)
    assert SecondOrderCurve(p, share * ceiling)(r) >= FirstOrderCurve(p)(r) - HAIR
    assert second_order_radius(p, share * ceiling, 1.0) >= first_order_radius(p, 1.0)
    assert second_order_radius(p, ceiling, 1.0) == first_order_radius(p, 1.0)
    assert second_order_radius(p, 10.0 * ceiling, 1.0) == first_order_radius(p, 1.0)
    assert second_order_radius(p, math.inf, 1.0) == first_order_radius(p, 1.0)


@many
@given(winning, winning, shares, shares)
def test_second_order_radius_is_monotone(p: float, q: float, low: float, high: float) -> None:
    p, q = sorted((p, q))
    low, high = sorted((0.4 * low, 0.4 * high))
    assert second_order_radius(p, high, 1.0) <= second_order_radius(p, low, 1.0) + HAIR
    assert second_order_radius(p, low, 1.0) <= second_order_radius(q, low, 1.0) + HAIR


@many
@given(winning, shares)
def test_dipole_is_never_below_first_order(p: float, share: float) -> None:
    """For values that a classifier can have: ``c_s + 2 c_n <= 1``."""
    c_n = share * (1.0 - p)
    c_s = p - c_n
    assert dipole_radius(c_s, c_n, 1.0) >= first_order_radius(c_s + c_n, 1.0) - HAIR


@many
@given(shares, shares, shares)
def test_dipole_radius_is_monotone(c_s: float, share: float, other: float) -> None:
    low, high = sorted((share * (1.0 - c_s), other * (1.0 - c_s)))
    if c_s + high <= 1.0:
        assert dipole_radius(c_s, low, 1.0) <= dipole_radius(c_s, high, 1.0) + HAIR
        assert dipole_radius(low, c_s, 1.0) <= dipole_radius(high, c_s, 1.0) + HAIR


@many
@given(st.floats(0.0, 5.0), st.floats(0.0, 5.0))
def test_the_dipole_edge_is_where_the_curve_crosses_one_half(r: float, z: float) -> None:
    c_s, c_n = math.erf(z / math.sqrt(2.0)), float(dipole_edge(r, z))
    curve = DipoleCurve(c_s, 0.0)
    if c_n == 0.0:
        assert curve(r) >= 0.5 - HAIR
    elif c_s + c_n <= 1.0:
        assert DipoleCurve(c_s, c_n)(r) == pytest.approx(0.5, abs=1e-8)


@many
@given(sizes, shares, etas)
def test_clopper_pearson_surrounds_the_estimate_and_mirrors(n: int, share: float, alpha: float) -> None:
    hits = int(share * n)
    lower, upper = clopper_pearson_lower(hits, n, alpha), clopper_pearson_upper(hits, n, alpha)
    assert 0.0 <= lower <= hits / n <= upper <= 1.0
    assert lower < 1.0
    assert upper > 0.0
    mirrored = clopper_pearson_upper(n - hits, n, alpha)
    # One is not computed from the other where a majority of few samples has a bound below 1/2.
    apart = 2 * hits > n and mirrored > 0.5
    assert mirrored == pytest.approx(1.0 - lower, abs=1e-7 if apart else 1e-15)


@many
@given(st.floats(-1e3, 1e3), sizes, st.integers(1, 200_000), st.floats(1e-3, 10.0), etas, winning)
def test_the_gradient_bound_is_an_upper_one(
    squared: float, pairs: int, d: int, sigma: float, alpha: float, p: float
) -> None:
    bound = gradient_norm_upper_paired(squared, pairs, d, sigma, alpha, p)
    ceiling = gradient_norm_ceiling(p, sigma)
    assert 0.0 <= bound <= ceiling
    assert bound >= min(ceiling, math.sqrt(max(squared, 0.0)))
    assert bound <= gradient_norm_upper_paired(squared, pairs, d + 1, sigma, alpha, p)
    assert bound <= gradient_norm_upper_paired(squared, pairs, d, sigma, alpha / 2, p)
