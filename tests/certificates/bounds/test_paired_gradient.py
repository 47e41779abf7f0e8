"""The bound of the paper's Theorem 2, against the same formula with 50 digits."""

from __future__ import annotations

import math

import mpmath
import pytest

from certificates import gradient_norm_ceiling, gradient_norm_upper_paired
from tests.support.fifty_digits import mp

SIZES = pytest.mark.parametrize(("d", "pairs"), [(1, 7), (1, 20), (4, 5), (49, 50_000), (150_528, 10**6)])
ALPHAS = pytest.mark.parametrize("alpha", [0.4, 3.4e-4, 1e-9])


def exact_deviation(d: int, pairs: int, alpha: float) -> mpmath.mpf:
    """Eqs. 70 and 71, in unit noise: the larger of both formulas, each where it holds."""
    log_term = -mp.log(mp.mpf(alpha))
    if 2 * log_term <= d * pairs:
        return 4 * mp.sqrt(d * log_term / pairs)
    return 4 * mp.sqrt(2) * log_term / pairs


@SIZES
@ALPHAS
@pytest.mark.parametrize("above", [1e-12, 1e-6, 1e-3, 0.1])
def test_it_is_not_below_the_exact_bound_where_estimate_and_deviation_nearly_cancel(
    d: int, pairs: int, alpha: float, above: float
) -> None:
    deviation = exact_deviation(d, pairs, alpha)
    estimate = float(deviation * (-1 + mp.mpf(above) * min(1, 0.1 / deviation)))
    exact = mp.sqrt(mp.mpf(estimate) + deviation)
    bound = gradient_norm_upper_paired(estimate, pairs, d, 1.0, alpha, 0.5)
    assert bound < gradient_norm_ceiling(0.5, 1.0)
    assert exact <= bound <= exact + 3e-7 * mp.sqrt(deviation) * mp.sqrt(1 + deviation)


def test_a_score_of_one_has_no_gradient() -> None:
    assert gradient_norm_ceiling(1.0, 0.5) == 0.0
    assert gradient_norm_upper_paired(0.0, 5, 2, 0.5, 0.05, 1.0) == 0.0


@pytest.mark.parametrize(("pairs", "d"), [(-1, 2), (5, 0)])
def test_sizes_out_of_range_are_refused(pairs: int, d: int) -> None:
    with pytest.raises(ValueError, match="pairs must not be negative and d must be positive"):
        gradient_norm_upper_paired(0.0, pairs, d, 1.0, 0.05, 0.5)


@pytest.mark.parametrize("p_lower", [-0.1, 1.1, math.nan])
def test_scores_out_of_range_are_refused(p_lower: float) -> None:
    with pytest.raises(ValueError, match=r"p_lower must be in \[0, 1\]"):
        gradient_norm_ceiling(p_lower, 1.0)
