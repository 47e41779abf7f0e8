"""Top-k certificates: exact coverage for three and four classes, and ranks along one direction."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, xlogy

from certificates import HitCounts, clopper_pearson_lower, first_order_multiclass, first_order_radius
from certificates.bounds.top_k import first_order_top_k, top_k_radius

Array = NDArray[np.float64]


def exact_radius(scores: tuple[float, ...], k: int) -> float:
    """Return the radius of class 0 by the definition: all sets of k others, and all their subsets."""

    def of_set(group: tuple[int, ...]) -> float:
        parts = (part for size in range(1, k + 1) for part in itertools.combinations(group, size))
        return max(top_k_radius(scores[0], min(sum(scores[c] for c in T), 1.0), len(T)) for T in parts)

    return min(of_set(group) for group in itertools.combinations(range(1, len(scores)), k))


def compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in compositions(total - first, parts - 1)]


@pytest.mark.parametrize("eta", [0.01, 0.05, 0.3])
@pytest.mark.parametrize(
    ("classes", "k", "n", "steps"), [(3, 1, 20, 20), (3, 2, 20, 20), (4, 2, 12, 12), (4, 3, 12, 12)]
)
def test_it_is_wrong_with_probability_at_most_eta(
    classes: int, k: int, n: int, steps: int, eta: float
) -> None:
    """Every outcome of n votes, under every true score on a grid."""
    outcomes = compositions(n, classes)
    votes = np.array(outcomes, dtype=np.float64)
    certified = np.array([first_order_top_k(HitCounts(n, 0, one), k, 1.0, eta).radius for one in outcomes])
    ways = gammaln(n + 1) - gammaln(votes + 1).sum(axis=1)
    worst = 0.0
    for shares in compositions(steps, classes):
        if list(shares[1:]) != sorted(shares[1:], reverse=True) or shares[0] in {0, steps}:
            continue
        scores = tuple(share / steps for share in shares)
        chance = np.exp(ways + xlogy(votes, np.array(scores)).sum(axis=1))
        worst = max(worst, float(chance[certified > exact_radius(scores, k) + 1e-9].sum()))
    assert worst <= eta


def scores_of(ends: Array, owner: NDArray[np.int64]) -> Array:
    """Return the score of each of five classes; ``owner[i]`` has the band from ``ends[i]`` to the next."""
    mass = np.diff(ndtr(ends))
    return np.array([mass[owner == c].sum() for c in range(5)], dtype=np.float64)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_class_keeps_its_rank_within_the_radius_of_its_exact_scores(k: int) -> None:
    """Classes in bands along one direction: their scores are exact at every shift, to either side."""
    rng = np.random.default_rng(26)
    tight = 0
    for _ in range(300):
        edges = np.sort(rng.normal(size=7))
        owner = rng.integers(0, 5, size=8)

        ends = np.concatenate(([-math.inf], edges, [math.inf]))
        at = scores_of(ends, owner)
        radius = exact_radius(tuple(np.clip(at, 0.0, 1.0).tolist()), k)
        if radius == 0.0 or radius > 30.0:
            continue
        for shift in np.concatenate((np.linspace(-radius, radius, 41), [-radius - 0.3, radius + 0.3])):
            moved = scores_of(ends - shift, owner)
            ahead = int(np.count_nonzero(moved[1:] >= moved[0]))
            assert abs(shift) > radius or ahead < k
            tight += ahead >= k
    assert tight > 0


def test_for_one_it_is_the_multi_class_certificate() -> None:
    for votes in ((600, 150, 250, 0), (40, 30, 20, 10), (3, 1, 0, 0)):
        counts = HitCounts(sum(votes), 0, votes)
        multi, ranked = first_order_multiclass(counts, 0.25, 0.01), first_order_top_k(counts, 1, 0.25, 0.01)
        assert ranked.radius == pytest.approx(multi.radius, rel=1e-9)
        assert ranked.others == (multi.rival,)


def test_what_the_class_leaves_alone_gives_the_closed_form() -> None:
    """With k others that share all the rest, only the bound of their sum counts."""
    low = clopper_pearson_lower(5_000, 10_000, 0.0005)
    bound = first_order_top_k(HitCounts(10_000, 0, (5_000, 2_500, 2_500)), 2, 1.0, 0.001)
    alone = first_order_radius(low, 1.0) + first_order_radius(2.0 / 3.0, 1.0)
    if low < 0.5:
        alone = first_order_radius(2.0 / 3.0, 1.0) - first_order_radius(1.0 - low, 1.0)
    assert bound.radius >= alone - 1e-9 > 0.3
    assert bound.p_lower == low


def test_a_larger_k_gives_a_larger_radius_and_fewer_votes_a_smaller_one() -> None:
    votes = (300, 350, 150, 100, 60, 40)
    radii = [first_order_top_k(HitCounts(1000, 0, votes), k, 1.0, 0.001).radius for k in range(1, 6)]
    assert radii[0] == 0.0
    assert radii == sorted(radii)
    assert 0.0 < radii[1] < radii[4]
    fewer = first_order_top_k(HitCounts(1000, 0, (250, 400, 150, 100, 60, 40)), 3, 1.0, 0.001)
    assert fewer.radius < radii[2]


def test_many_classes_and_large_k_are_computed() -> None:
    votes = (40_000, *([30] * 2_000))
    bound = first_order_top_k(HitCounts(100_000, 0, votes), 1_500, 0.5, 0.001)
    assert 1.0 < bound.radius < 10.0
    assert sum(bound.eta_spent.values()) <= 0.001


@pytest.mark.parametrize(("k", "sigma", "eta"), [(0, 1.0, 0.1), (3, 1.0, 0.1), (1, 0.0, 0.1), (1, 1.0, 1.0)])
def test_what_cannot_be_asked_is_refused(k: int, sigma: float, eta: float) -> None:
    with pytest.raises(ValueError, match=r"k must be|sigma must be|eta must be"):
        first_order_top_k(HitCounts(10, 0, (5, 3, 2)), k, sigma, eta)
