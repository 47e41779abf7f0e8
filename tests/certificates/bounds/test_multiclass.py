"""Multi-class certificates: exact coverage for three classes, and classifiers along one direction."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
from scipy.special import gammaln, ndtr, ndtri, xlogy
from scipy.stats import binom

from certificates import (
    HitCounts,
    PairStatistic,
    clopper_pearson_lower,
    clopper_pearson_upper,
    first_order_multiclass,
    first_order_radius,
    gradient_norm_upper_all_pairs,
    second_order_multiclass,
)
from tests.support.fifty_digits import mp, upper_quantile


@pytest.mark.parametrize("eta", [0.01, 0.05, 0.3])
@pytest.mark.parametrize("n", [5, 12, 30])
def test_first_order_is_wrong_with_probability_at_most_eta_for_three_classes(n: int, eta: float) -> None:
    a, b = (side.ravel() for side in np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij"))
    a, b = a[a + b <= n], b[a + b <= n]
    c = n - a - b
    counts = zip(a.tolist(), b.tolist(), c.tolist(), strict=True)
    certified = np.array(
        [first_order_multiclass(HitCounts(n, 0, votes), 1.0, eta).radius for votes in counts]
    )
    ways = gammaln(n + 1) - gammaln(a + 1) - gammaln(b + 1) - gammaln(c + 1)
    worst = 0.0
    steps = np.linspace(0.0, 1.0, 61)
    for p_a in steps[1:-1]:
        for p_b in steps[steps <= 1.0 - p_a]:
            p_c = max(1.0 - p_a - p_b, 0.0)
            rival = max(p_b, p_c)
            true = max(0.5 * float(ndtri(p_a) - ndtri(rival)), 0.0) if rival > 0.0 else math.inf
            chance = np.exp(ways + xlogy(a, p_a) + xlogy(b, p_b) + xlogy(c, p_c))
            worst = max(worst, float(chance[certified > true + 1e-11].sum()))
    assert worst <= eta


def test_first_order_has_its_closed_form() -> None:
    counts, eta = HitCounts(1000, 1, (150, 600, 250, 0)), 0.01
    bound = first_order_multiclass(counts, 0.25, eta)
    low, high = clopper_pearson_lower(600, 1000, eta / 2), clopper_pearson_upper(250, 1000, eta / 2)
    assert bound.radius == pytest.approx(0.125 * float(ndtri(low) - ndtri(high)), rel=1e-9)
    assert bound.radius > first_order_radius(clopper_pearson_lower(600, 1000, eta), 0.25)
    assert bound.rival == 2
    assert sum(bound.eta_spent.values()) <= eta


def test_a_class_that_only_leads_is_certified_where_the_majority_abstains() -> None:
    counts = HitCounts(10_000, 0, (4500, 2000, 2000, 1500))
    assert first_order_radius(clopper_pearson_lower(4500, 10_000, 0.001), 1.0) == 0.0
    assert first_order_multiclass(counts, 1.0, 0.001).radius > 0.3


def test_two_classes_give_the_majority_radius_at_half_of_eta() -> None:
    counts = HitCounts(1000, 0, (700, 300))
    majority = first_order_radius(clopper_pearson_lower(700, 1000, 0.0005), 0.5)
    assert first_order_multiclass(counts, 0.5, 0.001).radius == pytest.approx(majority, rel=1e-9)


def test_second_order_covers_three_classes_along_one_direction() -> None:
    """Classes in bands of ``u . g``: exact scores, gradients and smoothed scores at every shift."""
    eta, n, repetitions, edges = 0.05, 300, 2000, np.array([-0.9, 0.8])
    z = np.random.default_rng(3).standard_normal((repetitions, n))
    hit = np.searchsorted(edges, z)[..., None] == np.arange(3)
    votes, terms = hit.sum(axis=1), (hit - 0.5) * z[..., None]
    means = (terms.sum(axis=1) ** 2 - (terms**2).sum(axis=1)) / (n * (n - 1))
    bands = [(-np.inf, edges[0]), (edges[0], edges[1]), (edges[1], np.inf)]
    shifts = np.linspace(0.0, 3.0, 3001)
    scores = np.array([ndtr(b - shifts) - ndtr(a - shifts) for a, b in bands])
    mirrored = np.array([ndtr(b + shifts) - ndtr(a + shifts) for a, b in bands])
    caught_up = [(table[1] <= np.maximum(table[0], table[2])).argmax() for table in (scores, mirrored)]
    true = float(min(shifts[i] for i in caught_up))
    wrong = 0
    for i in range(repetitions):

        def norm_upper(c: int, alpha: float, row: int = i) -> float:
            return gradient_norm_upper_all_pairs(PairStatistic(n, float(means[row, c])), 1, 1.0, alpha, 0.5)

        counts = HitCounts(n, 1, tuple(votes[i].tolist()))
        wrong += second_order_multiclass(counts, norm_upper, 1.0, eta).radius > true
    assert wrong <= binom.ppf(1.0 - 1e-6, repetitions, eta)


def test_gradients_known_to_be_small_help() -> None:
    counts = HitCounts(100_000, 0, (60_000, 15_000, 15_000, 10_000))

    def of_slope(mean: float, _: int, alpha: float) -> float:
        return gradient_norm_upper_all_pairs(PairStatistic(100_000, mean), 49, 0.25, alpha, 0.5)

    flat, steep = partial(of_slope, 0.0), partial(of_slope, 0.3)
    first = first_order_multiclass(counts, 0.25, 0.001).radius
    assert second_order_multiclass(counts, flat, 0.25, 0.001).radius > 1.2 * first
    assert second_order_multiclass(counts, steep, 0.25, 0.001).radius == pytest.approx(first, rel=0.01)


def test_a_model_of_one_class_is_certified_nothing() -> None:
    bound = first_order_multiclass(HitCounts(1000, 0, (1000,)), 1.0, 0.05)
    assert (bound.radius, bound.rival, bound.p_upper) == (0.0, None, {})


@pytest.mark.parametrize(
    "votes", [(6, 3, 1), (600, 250, 150), (10**9, 0), (10**9 - 1000, 600, 400), (10**9 - 1, 1), (10**8, 0, 0)]
)
@pytest.mark.parametrize("eta", [0.3, 0.001, 1e-9])
def test_a_radius_is_below_the_exact_meeting_point_of_its_bounds(votes: tuple[int, ...], eta: float) -> None:
    bound = first_order_multiclass(HitCounts(sum(votes), 0, votes), 1.0, eta)
    if bound.p_lower <= 0.5:
        return
    assert bound.rival is not None
    target, rival = 1 - mp.mpf(bound.p_lower), mp.mpf(bound.p_upper[bound.rival])
    exact = (upper_quantile(target) + upper_quantile(rival)) / 2
    assert exact * (1 - mp.mpf(10) ** -5) < bound.radius < exact
