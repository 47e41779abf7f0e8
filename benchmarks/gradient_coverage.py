"""Simulate how often the gradient bounds from pairs, and the radii from them, are wrong.

    python -m benchmarks.gradient_coverage [--repetitions 10000] [--eta 0.05] [--seed 1]

Each row is a classifier whose score and gradient are known. The votes depend on the noise in two directions;
the sums across them are drawn from their exact laws. ``gradient``: share of runs in which the bound on the
miss probability holds and that on the gradient does not; it may be ``eta``. ``radius``: share of runs whose
radius is larger than that of the true score and gradient; it may be ``eta`` too.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from benchmarks.decided_runs import count_wrong
from certificates import (
    PairStatistic,
    Weights,
    clopper_pearson_lower,
    gradient_norm_upper_all_pairs,
    gradient_norm_upper_misses,
    second_order_radius,
)
from certificates.curves.directed_rounding import up

Array = NDArray[np.float64]
Votes = NDArray[np.bool_]
PHI_0 = 1.0 / math.sqrt(2.0 * math.pi)
GRADIENT_SHARE = 0.1


def _density(z: float) -> float:
    return PHI_0 * math.exp(-0.5 * z * z)


@dataclass(frozen=True)
class Case:
    """Misses as a function of the noise in two directions, of shape (..., 2), with exact answers."""

    name: str
    missed: Callable[[Array], Votes]
    miss_probability: float
    gradient: float


def far_end(q: float) -> Case:
    """All misses at one far end: the largest gradient."""
    t = -float(ndtri(q))
    return Case(f"half-space, misses {q:g}", lambda z: z[..., 0] > t, q, _density(t))


def far_end_and_even(q: float) -> Case:
    """Half of the misses at one far end, the other half at both far ends of the second direction."""
    t, both = -float(ndtri(0.5 * q)), -float(ndtri(0.25 * q))
    chance = 0.5 * q + 0.5 * q - 0.25 * q * q
    return Case(
        f"mixed, misses {q:g}",
        lambda z: (z[..., 0] > t) | (np.abs(z[..., 1]) > both),
        chance,
        _density(t) * (1.0 - 0.5 * q),
    )


def two_ends(q: float) -> Case:
    """Two unequal far ends: the gradient is small, the variance along it is not."""
    high, low = -float(ndtri(0.75 * q)), float(ndtri(0.25 * q))
    return Case(
        f"two far ends, misses {q:g}",
        lambda z: (z[..., 0] > high) | (z[..., 0] < low),
        q,
        _density(high) - _density(low),
    )


def two_thresholds(s: float) -> Case:
    """Hits beyond ``s`` and between ``-s`` and 0: the worst votes of docs/theorems.md, Lemma 2."""
    return Case(
        f"two thresholds, {s:g}",
        lambda z: ~((z[..., 0] > s) | ((z[..., 0] < 0.0) & (z[..., 0] > -s))),
        0.5,
        abs(2.0 * _density(s) - PHI_0),
    )


CASES = (
    far_end(0.5),
    two_thresholds(1.1),
    two_thresholds(2.1343),
    *(make(q) for q in (0.3, 0.05, 0.005) for make in (far_end, far_end_and_even, two_ends)),
)


def draw(case: Case, weights: Weights, n: int, d: int, repetitions: int, seed: int) -> tuple[Array, Array]:
    """Return ``U`` and the number of misses of many runs of ``n`` samples in ``d`` elements."""
    rng = np.random.default_rng(seed)
    means, counts = np.empty(repetitions), np.empty(repetitions)
    for start in range(0, repetitions, 500):
        part = slice(start, min(start + 500, repetitions))
        z = rng.standard_normal((part.stop - start, n, 2))
        missed = case.missed(z)
        weight = np.where(missed, -0.5, 0.5) if weights is Weights.SCORES else missed.astype(np.float64)
        planar = z if d > 1 else z[..., :1]
        sums = (weight[..., None] * planar).sum(axis=1)
        squares = (weight[..., None] ** 2 * planar**2).sum(axis=(1, 2))
        counts[part] = missed.sum(axis=1)
        scale, summed = (0.25, np.full(len(z), n)) if weights is Weights.SCORES else (1.0, counts[part])
        across, across_squares = _across(scale, summed, max(d - 2, 0), rng)
        total = (sums * sums).sum(axis=1) + across - squares - across_squares
        means[part] = total / (n * (n - 1))
    return means, counts


def _across(scale: float, summed: Array, directions: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw ``|S|^2`` and ``Q`` of sums of normal vectors with variance ``scale`` that no vote depends on."""
    if directions == 0:
        return np.zeros(len(summed)), np.zeros(len(summed))
    length = scale * rng.chisquare(directions, len(summed)) * (summed > 0)
    rest = scale * rng.chisquare(np.maximum((summed - 1) * directions, 1e-9)) * (summed > 1)
    return summed * length, length + rest


def bound(weights: Weights, u: float, n: int, d: int, alpha: float, p_lower: float) -> float:
    """Return the gradient bound at sigma 1."""
    if weights is Weights.MISSES:
        return gradient_norm_upper_misses(PairStatistic(n, u), d, 1.0, alpha, min(up(1.0 - p_lower), 1.0))
    return gradient_norm_upper_all_pairs(PairStatistic(n, u), d, 1.0, alpha, p_lower)


def wrong(
    case: Case, weights: Weights, n: int, d: int, repetitions: int, eta: float, seed: int
) -> tuple[float, float]:
    """Return the shares of runs with a wrong gradient bound and with a wrong radius."""
    means, counts = draw(case, weights, n, d, repetitions, seed)
    hits = n - counts.astype(np.int64)
    true_score = 1.0 - case.miss_probability
    true_radius = second_order_radius(true_score, case.gradient, 1.0)

    held = {hit: clopper_pearson_lower(hit, n, eta) <= true_score for hit in set(hits.tolist())}
    kept = np.array([held[hit] for hit in hits.tolist()])

    def too_small(run: int) -> bool:
        p_lower = clopper_pearson_lower(int(hits[kept][run]), n, eta)
        upper = bound(weights, float(means[kept][run]), n, d, eta, p_lower)
        return upper < case.gradient * (1.0 - 1e-12)

    def too_far(run: int) -> bool:
        p_lower = clopper_pearson_lower(int(hits[run]), n, (1.0 - GRADIENT_SHARE) * eta)
        norm = bound(weights, float(means[run]), n, d, GRADIENT_SHARE * eta, p_lower)
        return second_order_radius(p_lower, norm, 1.0) > true_radius * (1.0 + 1e-9)

    gradients = count_wrong(hits[kept], means[kept], too_small)
    return gradients / repetitions, count_wrong(hits, means, too_far) / repetitions


def rows(repetitions: int, eta: float, seed: int) -> Iterator[str]:
    """Yield the table."""
    yield "| classifier | statistic | n | d | gradient | radius |"
    yield "|---|---|---|---|---|---|"
    for case in CASES:
        for weights in Weights:
            for n in (200, 1000):
                for d in (1, 2, 50, 784):
                    if d == 1 and case.name.startswith("mixed"):
                        continue
                    shares = wrong(case, weights, n, d, repetitions, eta, seed)
                    yield f"| {case.name} | {weights} | {n} | {d} | {shares[0]:.4f} | {shares[1]:.4f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=10_000)
    parser.add_argument("--eta", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for line in rows(options.repetitions, options.eta, options.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
