"""Both gradient bounds from pairs against a second, slow computation of the theorems."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from certificates import PairStatistic, gradient_norm_upper_all_pairs, gradient_norm_upper_misses
from certificates.bounds import all_pairs_gradient, missed_gradient
from certificates.bounds.pair_integral import least as least_found
from certificates.bounds.rare_votes import RareVotes
from certificates.curves.normal_law import profile
from tests.support import pair_bounds

ALPHA = 1e-4


def least(bound: Callable[[float], float], low: float, high: float, points: int) -> tuple[float, float]:
    """Return the smallest value on a grid of ``ln x`` that is refined twice, and its place."""
    begin, end = math.log(low), math.log(high)
    best = (math.inf, low)
    for _ in range(3):
        places = np.exp(np.linspace(begin, end, points))
        values = [bound(float(x)) for x in places]
        i = int(np.argmin(values))
        best = min(best, (values[i], float(places[i])))
        step = (end - begin) / (points - 1)
        middle = math.log(places[i])
        begin, end = max(begin, middle - step), min(end, middle + step)
    return best


@pytest.mark.parametrize("n", [50, 10_000, 100_000])
@pytest.mark.parametrize("d", [1, 49, 784, 150_528])
@pytest.mark.parametrize("u", [0.0, 0.01])
def test_the_bound_from_scores_is_the_least_of_both_theorems(n: int, d: int, u: float) -> None:
    largest = 0.25
    found = all_pairs_gradient.squared_norm_upper(PairStatistic(n, u), d, ALPHA, largest)

    def both(x: float) -> float:
        slopes = np.geomspace(1e-3, 3.0, 50)
        small = min(pair_bounds.small_slopes(x, float(s), u, n, d, ALPHA, largest) for s in slopes)
        return min(small, pair_bounds.all_pairs(x, u, n, d, ALPHA))

    exact = least(both, 1e-7, 0.49 * (n - 1), 40)[0]
    assert found == pytest.approx(exact, rel=0.04)


@pytest.mark.parametrize("x", [1e-3, 0.02, 0.3, 1.5])
@pytest.mark.parametrize("u", [0.01, -1e-3])
@pytest.mark.parametrize(("n", "d"), [(2, 1), (300, 2), (10_000, 784), (10_000, 150_528), (10**6, 3072)])
def test_every_bound_that_is_tried_from_scores_is_a_hair_above_the_theorems_own(
    x: float, u: float, n: int, d: int
) -> None:
    statistic, places, largest, log_term = PairStatistic(n, u), np.array([x]), 0.2, -math.log(ALPHA)
    if x > 0.5 * (n - 1):
        return
    tried = all_pairs_gradient._bound(statistic, d, places, np.array([0.40219]), np.array([log_term]))
    exact = pair_bounds.all_pairs(x, u, n, d, ALPHA)
    assert exact <= tried[0] <= exact + 1e-8 * (abs(exact) + abs(u))
    for slope in (0.01, 0.1, 0.4, 2.0):
        slopes = np.array([slope])
        tried = all_pairs_gradient._bound_at_slope(statistic, d, log_term, largest, places, slopes)
        exact = pair_bounds.small_slopes(x, slope, u, n, d, ALPHA, largest)
        if math.isinf(exact):
            assert math.isinf(tried[0])
        elif math.isfinite(tried[0]):
            assert exact <= tried[0] <= exact + 1e-7 * (abs(exact) + abs(u))


@pytest.mark.parametrize(
    ("n", "q", "d"),
    [*product((10_000, 100_000), (0.3, 0.012, 0.0009), (2, 784, 150_528))],
)
def test_every_bound_that_is_tried_from_misses_is_a_hair_above_the_theorems_own(
    n: int, q: float, d: int
) -> None:
    u = (0.4 * profile(q)) ** 2
    rare, largest, tries = RareVotes(q, d), profile(q), 0
    for x, slope in product((0.003, 0.03, 0.2), (0.05, 0.2, 0.8)):
        places, slopes = np.array([x]), np.array([slope])
        tried = missed_gradient._bound(PairStatistic(n, u), rare, -math.log(ALPHA), largest, places, slopes)[
            0
        ]
        exact = pair_bounds.misses(x, slope, u, n, d, ALPHA, q)
        assert tried >= exact
        if math.isfinite(tried):
            tries += 1
            assert tried <= exact * 1.01
    assert tries >= (0 if q < 0.01 else 1)


@pytest.mark.parametrize(
    ("n", "q", "d", "x", "slope"),
    [
        (12, 1.0, 283, 0.0808, 2.373),
        (4, 1.0, 1, 3e-4, 0.0825),
        (100, 0.999, 1, 1.0, 0.5),
        (2, 0.9998, 50, 6.3e-5, 0.0832),
        (3, 0.9985, 41, 6.1e-5, 1.28),
        (200, 0.4, 3, 0.5, 0.5),
    ],
)
def test_the_bound_from_misses_is_infinite_where_its_theorem_says_nothing(
    n: int, q: float, d: int, x: float, slope: float
) -> None:
    """With many misses or few samples, the size of a miss is known at small ``x`` alone."""
    u, largest = 0.02, profile(min(q, 0.5))
    places, slopes = np.array([x]), np.array([slope])
    tried = missed_gradient._bound(
        PairStatistic(n, u), RareVotes(q, d), -math.log(ALPHA), largest, places, slopes
    )
    assert tried[0] >= pair_bounds.misses(x, slope, u, n, d, ALPHA, q)


@pytest.mark.parametrize(
    ("n", "q", "d"), [(10_000, 0.3, 784), (10_000, 0.06, 150_528), (100_000, 0.012, 784)]
)
def test_the_bound_from_misses_is_the_least_of_its_theorem(n: int, q: float, d: int) -> None:
    u = (0.4 * profile(q)) ** 2
    found = missed_gradient.squared_norm_upper_misses(PairStatistic(n, u), d, ALPHA, q)
    best, place = math.inf, (0.04, 0.1)
    for width in (1.2, 0.6, 0.2):
        grid = [
            (place[0] * math.exp(a), place[1] * math.exp(b))
            for a in np.linspace(-width, width, 5)
            for b in np.linspace(-width, width, 5)
        ]
        values = [pair_bounds.misses(x, slope, u, n, d, ALPHA, q) for x, slope in grid]
        if min(values) < best:
            best, place = min(values), grid[int(np.argmin(values))]
    assert found == pytest.approx(best, rel=0.02)


@pytest.mark.parametrize(("n", "d", "q"), [(10_000, 1, 0.3), (10_000, 784, 0.1), (100_000, 49, 0.02)])
def test_what_is_tried_allows_for_the_largest_norm_that_the_score_leaves(n: int, d: int, q: float) -> None:
    statistic, largest = PairStatistic(n, (0.5 * profile(q)) ** 2), profile(q)
    scores = all_pairs_gradient.squared_norm_upper(statistic, d, ALPHA, largest)
    norm = gradient_norm_upper_all_pairs(statistic, d, 0.5, ALPHA, 1.0 - q)
    assert norm == pytest.approx(math.sqrt(scores) / 0.5, rel=1e-9)
    rare = RareVotes(q, d)
    misses = least_found(
        lambda x: missed_gradient._bound(
            statistic,
            rare,
            -math.log(ALPHA),
            largest,
            x,
            missed_gradient._slope(x, n, rare, largest),
        ),
        1e-9,
        0.5 * (n - 1.0) / rare.largest_second_moment(),
    )
    norm = gradient_norm_upper_misses(statistic, d, 0.5, ALPHA, q)
    assert norm == pytest.approx(math.sqrt(misses) / 0.5, rel=1e-9)


@pytest.mark.parametrize(
    ("n", "d", "u"), [(2, 1, 3.0), (3, 5, 0.1), (50, 49, 0.0), (10_000, 784, 0.01), (10**6, 1, 0.05)]
)
def test_the_bound_at_every_slope_is_the_least_of_its_theorem(n: int, d: int, u: float) -> None:
    found = all_pairs_gradient.squared_norm_upper_at_every_slope(PairStatistic(n, u), d, ALPHA)
    exact = least(lambda x: float(pair_bounds.all_pairs(x, u, n, d, ALPHA)), 1e-9, 0.5 * (n - 1), 100)[0]
    assert (1.0 - 1e-4) * exact <= found <= (1.0 + 1e-4) * exact


def test_two_samples_can_show_that_there_is_no_slope() -> None:
    none = PairStatistic(2, -1e6)
    assert gradient_norm_upper_all_pairs(none, 3, 0.5, ALPHA, 0.7) == 0.0
    assert gradient_norm_upper_misses(none, 3, 0.5, ALPHA, 0.3) == 0.0
