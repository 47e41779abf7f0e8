"""Every bound refuses an error probability that is none, and names it as its caller does."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from certificates import (
    AllPairsMean,
    HitCounts,
    PairStatistic,
    Weights,
    clopper_pearson_lower,
    clopper_pearson_upper,
    dipole_radius_anytime,
    dipole_radius_joint,
    epoch_share,
    first_order_multiclass,
    gradient_norm_upper_all_pairs,
    gradient_norm_upper_misses,
    gradient_norm_upper_paired,
    probability_lower_anytime,
)
from certificates.bounds.anytime import pair_shares_lower_anytime
from certificates.bounds.final_counts import final_hits_upper
from certificates.bounds.least_slope import gradient_norm_lower
from certificates.bounds.top_k import first_order_top_k

COUNTS = HitCounts(10, 0, (9, 1))
MEAN, STATISTIC = AllPairsMean(Weights.SCORES, 10, 2, 0.0, 0.0), PairStatistic(10, 0.0)
BOUNDS: dict[str, tuple[str, Callable[[float], object]]] = {
    "clopper_pearson_lower": ("alpha", lambda eta: clopper_pearson_lower(9, 10, eta)),
    "clopper_pearson_upper": ("alpha", lambda eta: clopper_pearson_upper(9, 10, eta)),
    "gradient_norm_upper_paired": (
        "alpha",
        lambda eta: gradient_norm_upper_paired(0.0, 5, 2, 1.0, eta, 0.5),
    ),
    "gradient_norm_upper_all_pairs": (
        "alpha",
        lambda eta: gradient_norm_upper_all_pairs(STATISTIC, 2, 1.0, eta, 0.5),
    ),
    "gradient_norm_upper_misses": (
        "alpha",
        lambda eta: gradient_norm_upper_misses(STATISTIC, 2, 1.0, eta, 0.5),
    ),
    "gradient_norm_lower": ("alpha", lambda eta: gradient_norm_lower(MEAN, 1.0, eta)),
    "final_hits_upper": ("doubt", lambda eta: final_hits_upper(9, 10, 100, eta)),
    "epoch_share": ("eta", lambda eta: epoch_share(eta, 1)),
    "first_order_top_k": ("eta", lambda eta: first_order_top_k(COUNTS, 1, 1.0, eta)),
    "probability_lower_anytime": ("eta", lambda eta: probability_lower_anytime(9, 10, eta)),
    "dipole_radius_anytime": ("eta", lambda eta: dipole_radius_anytime(9, 1, 10, 1.0, eta)),
    "pair_shares_lower_anytime": ("eta", lambda eta: pair_shares_lower_anytime(9, 1, 10, eta)),
    "dipole_radius_joint": ("eta", lambda eta: dipole_radius_joint(9, 1, 10, 1.0, eta)),
    "first_order_multiclass": ("eta", lambda eta: first_order_multiclass(COUNTS, 1.0, eta)),
}


@pytest.mark.parametrize("eta", [0.0, 1.0, -0.1, 1.1, math.nan])
@pytest.mark.parametrize("bound", list(BOUNDS))
def test_an_error_probability_is_strictly_between_zero_and_one(bound: str, eta: float) -> None:
    name, call = BOUNDS[bound]
    with pytest.raises(ValueError, match=f"^{name} must be strictly between 0 and 1, got {eta}$"):
        call(eta)


@pytest.mark.parametrize("bound", list(BOUNDS))
def test_any_other_is_taken(bound: str) -> None:
    for eta in (1e-12, 0.5, math.nextafter(1.0, 0.0)):
        BOUNDS[bound][1](eta)
