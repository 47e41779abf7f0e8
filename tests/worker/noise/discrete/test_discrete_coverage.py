"""Certificates from discrete noise exceed the true radius of the rounded classifier with chance at most eta.

Exactly, by summing over all outcomes, for few samples; by simulating the counts for many. The true radius
counts every real point, not only those on the grid.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, multinomial

from benchmarks.decided_runs import count_wrong
from certificates import (
    AllPairsSums,
    Bounds,
    GradientSums,
    HitCounts,
    PairCounts,
    Weights,
    certify_dipole,
    certify_first_order,
    certify_second_order,
    round_up_to_grid,
)
from tests.support.level_sets import CASES, LevelSet

ETA = 0.05
REPETITIONS = 5000
ALLOWED = int(binom.ppf(1 - 1e-6, REPETITIONS, ETA))
"""A chance of at most eta gives more wrong certificates than this once in a million."""

CERTIFIABLE = {name: case for name, case in CASES.items() if case.p > 0.5}
cases = pytest.mark.parametrize("case", CERTIFIABLE.values(), ids=list(CERTIFIABLE))


@cache
def first_order(hits: int, n: int) -> float:
    return certify_first_order(HitCounts(n, 1, (n - hits, hits)), 1.0, ETA, Bounds.PAPER).radius


@cache
def dipole(pairs: int, both: int, plus: int, bounds: Bounds = Bounds.PAPER) -> float:
    """The paper's bounds look at the plus side alone, the tight ones at how often exactly one side hits."""
    return certify_dipole(PairCounts(pairs, both, plus, 0, 0), 1.0, ETA, bounds).radius


def true_radius(case: LevelSet) -> float:
    """In units of sigma."""
    return case.true_radius / float(case.s)


@cases
@pytest.mark.parametrize("n", [10, 40, 300])
def test_first_order_exactly(case: LevelSet, n: int) -> None:
    wrong = sum(binom.pmf(h, n, case.p) for h in range(n + 1) if first_order(h, n) > true_radius(case))
    assert wrong <= ETA


@cases
@pytest.mark.parametrize(("bounds", "pairs"), [(Bounds.PAPER, 24), (Bounds.TIGHT, 12)])
def test_dipole_exactly(case: LevelSet, bounds: Bounds, pairs: int) -> None:
    one = case.c_n if bounds is Bounds.PAPER else 2 * case.c_n
    outcomes = [(both, single) for both in range(pairs + 1) for single in range(pairs + 1 - both)]
    law = multinomial(pairs, [case.c_s, one, max(0.0, 1 - case.c_s - one)])
    wrong = sum(
        float(law.pmf([both, single, pairs - both - single]))
        for both, single in outcomes
        if dipole(pairs, both, single, bounds) > true_radius(case)
    )
    assert wrong <= ETA


@cases
def test_first_order_simulated(case: LevelSet) -> None:
    n = 10_000
    hits = np.random.default_rng(1).binomial(n, case.p, REPETITIONS)
    assert sum(first_order(int(h), n) > true_radius(case) for h in hits) <= ALLOWED


@cases
def test_dipole_simulated(case: LevelSet) -> None:
    pairs = 500
    outcomes = np.random.default_rng(2).multinomial(
        pairs, [case.c_s, case.c_n, case.c_n, max(0.0, 1 - case.c_s - 2 * case.c_n)], REPETITIONS
    )
    radii = [dipole(pairs, both, plus) for both, plus in outcomes[:, :2].tolist()]
    assert sum(radius > true_radius(case) for radius in radii) <= ALLOWED


@pytest.mark.parametrize("name", [name for name in CERTIFIABLE if not name.startswith("pixels")])
def test_second_order_simulated(name: str) -> None:
    """The paired statistic of conditional means, drawn as counts of every pair of levels."""
    case, pairs = CERTIFIABLE[name], 20_000
    rng = np.random.default_rng(3)
    hit = case.mass * case.hit
    common = hit > 1e-15
    kinds = np.outer(hit[common], hit[common]).ravel()
    products = np.outer(case.means[common], case.means[common]).ravel()
    single = 2 * case.p * (1 - case.p)
    law = np.array([*kinds, single, 0.0])
    law[-1] = max(0.0, 1 - law.sum())
    parts = [rng.multinomial(pairs, law, REPETITIONS // 10) for _ in range(10)]
    sums = np.concatenate([drawn[:, :-2] @ products for drawn in parts])
    hits = np.concatenate([2 * drawn[:, :-2].sum(axis=1) + drawn[:, -2] for drawn in parts])

    def wrong(run: int) -> bool:
        return second_order(int(hits[run]), float(sums[run]), pairs) > true_radius(case)

    assert count_wrong(hits, sums, wrong) <= ALLOWED


def second_order(hits: int, paired_sum: float, pairs: int) -> float:
    counts = HitCounts(2 * pairs, 1, (2 * pairs - hits, hits))
    sums = GradientSums(1, pairs, round_up_to_grid(paired_sum))
    return certify_second_order(counts, sums, 1.0, ETA, Bounds.PAPER).radius


@pytest.mark.parametrize("weights", list(Weights))
@pytest.mark.parametrize("name", [name for name in CERTIFIABLE if not name.startswith("pixels")])
def test_second_order_from_all_pairs_simulated(name: str, weights: Weights) -> None:
    """Sums of ``(f - 1/2) m(J)`` or ``(1 - f) m(J)`` over all samples, drawn as counts of every level."""
    case, n = CERTIFIABLE[name], 2000
    weight = case.hit - 0.5 if weights is Weights.SCORES else 1.0 - case.hit
    statistic = weight * case.means
    drawn = np.random.default_rng(4).multinomial(n, case.mass, REPETITIONS)
    hits = drawn[:, case.hit].sum(axis=1)
    totals, squares = drawn @ statistic, drawn @ statistic**2

    def wrong(run: int) -> bool:
        counts = HitCounts(n, 1, (n - int(hits[run]), int(hits[run])))
        sums = AllPairsSums.of_block(weights, n, [totals[run]], float(squares[run]))
        gradient = GradientSums(1, 0, 0.0, sums=sums)
        return certify_second_order(counts, gradient, 1.0, ETA, Bounds.TIGHT).radius > true_radius(case)

    assert count_wrong(hits, totals**2 - squares, wrong) <= ALLOWED


def test_second_order_uses_the_gradient_that_was_measured() -> None:
    """The simulation above is no repetition of first order: on a slab its radii are larger."""
    case, pairs = CASES["slab around"], 10**6
    hits = round(2 * pairs * case.p)
    gain = second_order(hits, 0.0, pairs) / first_order(hits, 2 * pairs)
    assert gain > 1.1
