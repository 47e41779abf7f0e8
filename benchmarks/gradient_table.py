"""What each bound on the gradient norm gains over first order, for inputs of many sizes.

    python -m benchmarks.bounds           # this table is its last

Images are the published 7x7 MNIST probabilities at sigma 0.25, taken as if the input had ``d`` elements. Each
image's samples are drawn once: hits, 100 selection votes, and the statistics of both kinds from their normal
limits. All bounds use the same hits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtri

from certificates import (
    PairStatistic,
    Weights,
    clopper_pearson_lower,
    first_order_radius,
    gradient_norm_ceiling,
    second_order_radius,
    statistic_for,
)
from certificates.bounds.all_pairs_gradient import squared_norm_upper, squared_norm_upper_at_every_slope
from certificates.bounds.missed_gradient import squared_norm_upper_misses

GRADIENT_SHARE = 0.1
SELECTION = 100
COLUMNS = ("all pairs", "small slopes", "misses where chosen", "ideal")
SIZES = ((10_000, 784), (10_000, 3072), (100_000, 784), (100_000, 150_528))


@dataclass(frozen=True)
class Drawn:
    """What one job counts: hits of ``n``, selection votes, and both statistics."""

    n: int
    d: int
    hits: int
    selected: int
    scores: float
    misses: float


def expected(p: float, gradient: float, n: int, d: int) -> Drawn:
    """Return the expected counts and statistics."""
    square = gradient * gradient
    return Drawn(n, d, int(p * n), round(p * SELECTION), square, square)


def drawn(p: float, gradient: float, n: int, d: int, rng: np.random.Generator) -> Drawn:
    """Draw counts and statistics."""
    hits = int(rng.binomial(n, p))

    def mean(variance: float) -> tuple[float, float]:
        spread = math.sqrt(variance / n)
        along = gradient + spread * float(rng.standard_normal())
        return along, spread * spread * float(rng.chisquare(d - 1))

    pairs = {variance: mean(variance) for variance in (0.25, 1.0 - p)}
    scores, misses = (along**2 + over - variance * d / n for variance, (along, over) in pairs.items())
    selected = int(rng.binomial(SELECTION, p))
    return Drawn(n, d, hits, selected, scores, misses)


def gains(counted: Drawn, p: float, eta: float) -> list[float] | None:
    """Return each bound's gain over the first-order radius; None if that is 0."""
    n, d = counted.n, counted.d
    first = first_order_radius(clopper_pearson_lower(counted.hits, n, eta), 1.0)
    if first == 0.0:
        return None
    share = GRADIENT_SHARE * eta
    p_lower = clopper_pearson_lower(counted.hits, n, eta - share)
    ceiling = gradient_norm_ceiling(p_lower, 1.0)
    scores, missed = PairStatistic(n, counted.scores), 1.0 - p_lower
    small = squared_norm_upper(scores, d, share, ceiling)
    chosen = small
    if statistic_for(counted.selected, SELECTION, n, d) is Weights.MISSES:
        chosen = squared_norm_upper_misses(PairStatistic(n, counted.misses), d, share, missed)
    squares = (
        squared_norm_upper_at_every_slope(scores, d, share),
        small,
        chosen,
        ideal(counted.misses, p * (1.0 - p), n, d, share),
    )
    norms = [min(math.sqrt(max(square, 0.0)), ceiling) for square in squares]
    return [second_order_radius(p_lower, norm, 1.0) / first - 1.0 for norm in norms]


def ideal(u: float, variance: float, n: int, d: int, alpha: float) -> float:
    """Return the normal quantile's bound for the exact variance: no bound is expected below it."""
    z = -float(ndtri(alpha))

    def excess(square: float) -> float:
        spread = math.sqrt(2.0 * d * variance**2 / n**2 + 4.0 * square * variance / n)
        return square - z * spread - u

    return float(brentq(excess, 0.0, abs(u) + 100.0)) if excess(0.0) < 0.0 else 0.0


def gradient_table(images: Sequence[tuple[float, float]], eta: float, seed: int) -> Iterator[str]:
    """Yield the table; ``images``: pairs of a score and a gradient norm ``G``."""
    yield f"Mean gain over first order, eta = {eta}, {len(images)} images as if of dimension d, seed {seed}"
    yield "| n | d | " + " | ".join(COLUMNS) + " |"
    yield "|---" * (len(COLUMNS) + 2) + "|"
    for n, d in SIZES:
        rng = np.random.default_rng(seed)
        found = [gains(drawn(p, gradient, n, d, rng), p, eta) for p, gradient in images]
        means = np.mean([row for row in found if row is not None], axis=0)
        yield f"| {n} | {d} | " + " | ".join(f"{mean:+.1%}" for mean in means) + " |"
    for p in (0.95, 0.99):
        gradient = 0.4 * gradient_norm_ceiling(p, 1.0)
        row = gains(expected(p, gradient, 100_000, 150_528), p, eta) or []
        yield (
            f"| 100000, p = {p}, G = 0.4 of its ceiling | 150528 | "
            + " | ".join(f"{gain:+.1%}" for gain in row)
            + " |"
        )
