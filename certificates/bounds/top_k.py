"""Top-k certificates: the distance within which a class stays among the ``k`` with the largest scores.

Proof: docs/theorems.md, Theorem 26, after Jia, Cao, Wang and Gong, "Certified Robustness for Top-k
Predictions against Adversarial Perturbations via Randomized Smoothing" (2020). Eta is divided among the
bounds that one set of ``k`` other classes needs, and not among these sets.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from certificates.bounds.clopper_pearson import clopper_pearson_lower, clopper_pearson_upper
from certificates.bounds.error_probability import check_error
from certificates.counts.evidence import HitCounts
from certificates.curves.directed_rounding import LEVEL_MARGIN, bisect_last_true, down, up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import cdf, quantile, upper_quantile

_LARGEST_RADIUS = 40.0
"""In units of sigma: no radius from counts comes near it."""
_MOST_SETS = 1e280
"""Sets of one size share eta. If there are more of them than this, their votes give no bound: the class's own
score alone bounds what all others have."""


@dataclass(frozen=True, slots=True)
class TopKBound:
    """A radius in the unit of ``sigma`` and what it came from.

    ``p_lower`` is the class's lower bound, ``others`` the classes that limit the radius: some of the ``k``
    with most votes. ``p_upper`` bounds the sum of their scores from above.
    """

    radius: float
    p_lower: float
    others: tuple[int, ...]
    p_upper: float
    eta_spent: Mapping[str, float]


def first_order_top_k(counts: HitCounts, k: int, sigma: float, eta: float) -> TopKBound:
    """Return the radius within which the target's score stays among the ``k`` largest.

    ValueError unless ``1 <= k`` and there are more than ``k`` classes, and for a ``sigma`` or ``eta`` out of
    range.
    """
    check_sigma(sigma)
    check_error("eta", eta)
    if not 1 <= k < len(counts.per_class):
        raise ValueError(f"k must be from 1 to {len(counts.per_class) - 1}, got {k}")
    half = 0.5 * eta
    p_lower = clopper_pearson_lower(counts.hits, counts.n, half)
    strongest = sorted(
        (c for c in range(len(counts.per_class)) if c != counts.target),
        key=lambda c: (-counts.per_class[c], c),
    )[:k]
    best, limiting, upper = -1.0, tuple(strongest), 1.0
    for size in range(1, k + 1):
        weakest = tuple(strongest[k - size :])
        votes = sum(counts.per_class[c] for c in weakest)
        p_upper = min(_sum_upper(votes, counts.n, k, size, half), up(1.0 - p_lower), 1.0)
        if (radius := top_k_radius(p_lower, p_upper, size)) > best:
            best, limiting, upper = radius, weakest, p_upper
    spent = {"p_a": half, "others_p": half}
    return TopKBound(down(sigma * best), p_lower, limiting, upper, spent)


def top_k_radius(p: float, p_others: float, size: int) -> float:
    """Return the last ``r`` at which a score of ``p`` is above the mean of ``size`` others, rounded down.

    In units of sigma. ``p_others`` is the sum of the others' scores at the input. At the distance ``r`` the
    score is at least ``Phi(Phi^-1(p) - r)``, and their sum is at most ``Phi(Phi^-1(p_others) + r)``.
    """
    own, others = _quantile(p), _quantile(p_others)

    def above(r: float) -> bool:
        return size * (cdf(own - r) - LEVEL_MARGIN) >= cdf(others + r) + LEVEL_MARGIN

    return bisect_last_true(above, 0.0, _LARGEST_RADIUS) if above(0.0) else 0.0


def _sum_upper(votes: int, n: int, k: int, size: int, eta: float) -> float:
    """Return an upper bound on the sum of the scores of ``size`` of ``k`` classes, together ``votes`` votes.

    The bounds of all subsets of the ``k`` classes hold together with confidence ``1 - eta``.
    """
    sets = math.comb(k, size)
    return 1.0 if sets > _MOST_SETS else clopper_pearson_upper(votes, n, eta / (k * float(sets)))


def _quantile(p: float) -> float:
    return quantile(p) if p <= 0.5 else upper_quantile(1.0 - p)
