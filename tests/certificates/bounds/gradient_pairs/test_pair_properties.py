"""Properties of the gradient bounds from pairs: what makes them larger, what they never exceed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import (
    PairStatistic,
    epoch_share,
    gradient_norm_upper_all_pairs,
    gradient_norm_upper_misses,
)
from certificates.bounds.all_pairs_gradient import squared_norm_upper

SEARCH = 1.01
"""The best parameter is searched to about this factor of the norm."""

settings.register_profile("pairs", max_examples=60, deadline=None)
COUNTS = st.integers(2, 10**7)
SIZES = st.integers(1, 2**21)
ALPHAS = st.floats(1e-8, 0.5)


@settings(settings.get_profile("pairs"))
@given(
    u=st.floats(-0.1, 0.2), more=st.floats(0.0, 0.2), n=COUNTS, d=SIZES, alpha=ALPHAS, p=st.floats(0.5, 1.0)
)
def test_the_norm_grows_with_the_mean_and_shrinks_with_alpha(
    u: float, more: float, n: int, d: int, alpha: float, p: float
) -> None:
    for bound, score in ((gradient_norm_upper_all_pairs, p), (gradient_norm_upper_misses, 1.0 - p)):
        here = bound(PairStatistic(n, u), d, 1.0, alpha, score)
        assert 0.0 <= here <= 0.3989423
        assert bound(PairStatistic(n, u + more), d, 1.0, alpha, score) >= here / SEARCH
        assert bound(PairStatistic(n, u), d, 1.0, 0.5 * alpha, score) >= here / SEARCH
        assert bound(PairStatistic(n, u), 2 * d, 1.0, alpha, score) >= here / SEARCH


@settings(settings.get_profile("pairs"))
@given(u=st.floats(0.0, 0.05), n=COUNTS, d=SIZES, q=st.floats(1e-6, 0.4), times=st.floats(1.0, 3.0))
def test_the_bound_from_misses_grows_with_the_probability_of_a_miss(
    u: float, n: int, d: int, q: float, times: float
) -> None:
    statistic = PairStatistic(n, u)
    fewer = gradient_norm_upper_misses(statistic, d, 1.0, 1e-4, q)
    assert gradient_norm_upper_misses(statistic, d, 1.0, 1e-4, min(times * q, 1.0)) >= fewer / SEARCH


@settings(settings.get_profile("pairs"))
@given(u=st.floats(0.0, 0.05), n=COUNTS, d=SIZES, largest=st.floats(0.0, 0.2))
def test_the_bound_from_scores_grows_with_the_largest_norm_that_is_possible(
    u: float, n: int, d: int, largest: float
) -> None:
    statistic = PairStatistic(n, u)
    assert squared_norm_upper(statistic, d, 1e-4, 2.0 * largest) >= (
        squared_norm_upper(statistic, d, 1e-4, largest) / SEARCH
    )


@pytest.mark.parametrize("d", [1, 784, 2**21])
def test_no_pair_gives_the_ceiling(d: int) -> None:
    for n in (0, 1):
        assert gradient_norm_upper_all_pairs(PairStatistic(n, 0.0), d, 2.0, 1e-3, 0.9) == pytest.approx(
            0.1754983 / 2.0, rel=1e-6
        )
        assert gradient_norm_upper_misses(PairStatistic(n, 0.0), d, 2.0, 1e-3, 0.1) == pytest.approx(
            0.1754983 / 2.0, rel=1e-6
        )
    assert gradient_norm_upper_misses(PairStatistic(10, 0.0), d, 2.0, 1e-3, 0.0) == 0.0


def test_shares_of_epochs_add_up_to_less_than_all() -> None:
    assert sum(epoch_share(0.1, k) for k in range(100_000)) < 0.1
    assert epoch_share(0.1, 0) == pytest.approx(0.1 * 6.0 / math.pi**2, rel=1e-12)
    with pytest.raises(ValueError, match="epochs"):
        epoch_share(0.1, -1)


def test_arguments_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        PairStatistic(5, math.nan)
    with pytest.raises(ValueError, match="negative"):
        PairStatistic(-1, 0.0)
    statistic = PairStatistic(100, 0.0)
    for alpha in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="alpha"):
            gradient_norm_upper_all_pairs(statistic, 5, 1.0, alpha, 0.5)
        with pytest.raises(ValueError, match="alpha"):
            gradient_norm_upper_misses(statistic, 5, 1.0, alpha, 0.5)
    for d in (0, -3):
        with pytest.raises(ValueError, match="d must be positive"):
            gradient_norm_upper_all_pairs(statistic, d, 1.0, 0.1, 0.5)
        with pytest.raises(ValueError, match="d must be positive"):
            gradient_norm_upper_misses(statistic, d, 1.0, 0.1, 0.5)
    for score in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="p_lower"):
            gradient_norm_upper_all_pairs(statistic, 5, 1.0, 0.1, score)
        with pytest.raises(ValueError, match="miss_upper"):
            gradient_norm_upper_misses(statistic, 5, 1.0, 0.1, score)
    for sigma in (0.0, -1.0, math.inf):
        with pytest.raises(ValueError, match="sigma"):
            gradient_norm_upper_all_pairs(statistic, 5, sigma, 0.1, 0.5)
        with pytest.raises(ValueError, match="sigma"):
            gradient_norm_upper_misses(statistic, 5, sigma, 0.1, 0.5)
