"""Find gradient sums that honest sampling almost never gives.

A reader of a certificate cannot draw its sums again. But every sum has a range that honest sums leave with
probability at most ``2 LIKELIEST``, whatever the classifier. Whoever states a sum outside its range did not
sample it. Proofs: docs/theorems.md, Theorem 11 (paired sums) and docs/theorems.md, section 8 (all pairs).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.slope_proxy import MISSES_PROXY, PROXY_VARIANCE
from certificates.counts.all_pairs import AllPairsMean
from certificates.counts.evidence import Evidence, GradientSums
from certificates.counts.exact_sums import (
    BLOCK_ERROR,
    GRID,
    LARGEST_NUMBER,
    MOST_ROWS,
    rounding_of_products,
)
from certificates.kinds import Weights

Array = NDArray[np.float64]

LIKELIEST = 1e-12
"""Honest sums lie beyond either end of their range with at most this probability. A choice: no honest
certificate is refused in practice, and the ranges grow only with its logarithm."""

_LARGEST_SQUARE = 0.5 / math.pi
"""``(sigma ||grad p||)^2`` of any score: ``phi(0)^2``."""
_MARGIN = 1e-9
"""Relative allowance for rounding, far above the error of a few float64 operations."""
_TRIALS: Array = np.exp(np.linspace(-24.0, -1e-6, 4097))


def implausible(evidence: Evidence) -> Iterator[str]:
    """Yield a sentence for each gradient sum that honest samples almost never give.

    An honest sum is named with probability at most ``2 LIKELIEST``.
    """
    gradient = evidence.gradient
    if gradient is None:
        return
    votes = evidence.hits
    missed = 0 if votes is None else votes.n - votes.hits
    low, high = paired_sum_range(gradient.pairs, gradient.d)
    if not low <= gradient.paired_sum <= high:
        yield _said("paired_sum", gradient.paired_sum, low, high, gradient.pairs)
    for place, mean in _named(gradient):
        yield from _implausible_mean(place, mean, missed)


def _implausible_mean(place: str, mean: AllPairsMean, missed: int) -> Iterator[str]:
    if mean.n < 2:
        if mean.mean or mean.error:
            yield f"{place}.mean is not 0, but one sample has no pairs"
        return
    low, high = mean_range(mean.n, mean.d, mean.weights)
    if mean.weights is Weights.MISSES:
        low = max(low, least_mean_of_misses(mean.n, mean.d, missed))
    more = (2 * mean.d + 1) / GRID / (mean.n - 1)
    if not low - mean.error <= mean.mean <= high + mean.error + more:
        yield _said(f"{place}.mean", mean.mean, low, high, mean.n)
    if mean.error < (least := least_mean_error(mean)):
        yield _too_small(place, mean.error, least)


def mean_range(n: int, d: int, weights: Weights) -> tuple[float, float]:
    """Return the range of the mean of all pairs of ``n`` samples, were its sums exact.

    It is ``U`` of docs/theorems.md, Theorem 17, and lies beyond either end of the range with probability at
    most ``LIKELIEST``. ``Q`` is rounded down, by at most ``2 d + 1`` grid steps a sample, and raises a stated
    mean above the upper end by no more than that.
    """
    proxy = PROXY_VARIANCE if weights is Weights.SCORES else MISSES_PROXY
    others = n - 1.0

    def noise(x: Array, sign: float) -> Array:
        grown = np.log1p(sign * x) + others * np.log1p(-sign * x / others)
        return 2.0 * proxy / (x * n) * (-math.log(LIKELIEST) - 0.5 * d * grown)

    below = _least(lambda t: noise(t * others, 1.0))
    return -below, _least(lambda x: _LARGEST_SQUARE / (1.0 - x) + noise(x, -1.0))


def least_mean_of_misses(n: int, d: int, missed: int) -> float:
    """Return a lower bound on the mean of all pairs of ``n`` samples that weigh misses, certain for each.

    ``missed``: at most so many of them miss. ``U >= -Q/(n (n - 1))``, and ``Q`` adds as many squared norms.
    With a single miss ``|S|^2 = Q``, and ``U`` is 0.
    """
    return 0.0 if missed < 2 else -missed * d * LARGEST_NUMBER**2 / (n * (n - 1.0)) * (1.0 + _MARGIN)


def least_mean_error(mean: AllPairsMean) -> float:
    """Return the least rounding error that ``AllPairsSums.condensed`` can state.

    ``|S|^2 >= n (n - 1) U``, and no block has more than ``MOST_ROWS``. Samples that miss may all lie in one.
    """
    most = mean.n if mean.weights is Weights.SCORES else 1 if mean.mean else 0
    element = BLOCK_ERROR * -(-most // MOST_ROWS)
    pairs = mean.n * (mean.n - 1.0)
    size = math.sqrt(max(mean.mean, 0.0) * pairs)
    return (1.0 - _MARGIN) * (2.0 * math.sqrt(mean.d) * element * size + mean.d * element**2) / pairs


def paired_sum_range(pairs: int, d: int) -> tuple[float, float]:
    """Return the range of ``paired_sum``; it lies beyond either end with probability at most ``LIKELIEST``.

    For any ``l`` in (0, 1), the sum is more than ``c_l`` below its mean with probability at most
    ``LIKELIEST``, and more than ``c_l`` above it with at most the same probability, where ``c_l = (2 pairs
    ((1 - l^2)^(-d/2) - 1) + ln(1/LIKELIEST)) / l``. The mean is ``pairs`` times a number from 0 to ``1 / (2
    pi)``. The upper end allows for the sum's rounding, which is upwards.
    """
    if pairs == 0:
        return 0.0, 0.0

    def noise(x: Array) -> Array:
        grown = np.expm1(np.minimum(-0.5 * d * np.log1p(-x * x), 600.0))
        return (2.0 * pairs * grown - math.log(LIKELIEST)) / x

    most = _least(noise)
    rounded = pairs / GRID + rounding_of_products(pairs * d)
    return -most, pairs * _LARGEST_SQUARE + most + rounded


def _least(bound: Callable[[Array], Array]) -> float:
    """Return the smallest of several valid bounds, rounded up."""
    return float(bound(_TRIALS).min()) * (1.0 + _MARGIN)


def _named(gradient: GradientSums) -> Iterator[tuple[str, AllPairsMean]]:
    if gradient.all_pairs is not None:
        yield "all_pairs", gradient.all_pairs
    for c, mean in enumerate(gradient.per_class or ()):
        yield f"per_class[{c}]", mean


def _said(name: str, value: float, low: float, high: float, samples: int) -> str:
    return (
        f"{name} {value!r} was not sampled: noise in {samples} samples gives {low:.6g} to {high:.6g}, and a "
        f"value outside with probability below {2.0 * LIKELIEST:g}"
    )


def _too_small(place: str, error: float, least: float) -> str:
    return f"{place}.error {error!r} is too small: sums of so many samples are off by {least:.3g}"
