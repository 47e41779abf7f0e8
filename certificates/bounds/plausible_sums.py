"""Find gradient sums that honest sampling almost never gives.

A reader of a certificate cannot draw its sums again. Sums that lie outside a range which honest sums leave
with probability at most ``2 LIKELIEST``, whatever the classifier, were not sampled. Proofs: docs/theorems.md,
Theorem 10 (split sums) and docs/theorems.md, Theorem 11 (paired sums).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.split_gradient import PROXY_VARIANCE
from certificates.counts.evidence import Evidence, GradientSums
from certificates.counts.exact_sums import BLOCK_ERROR, GRID, MOST_ROWS, rounding_of_products
from certificates.counts.split_sums import SplitProduct, SplitSums

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
    low, high = paired_sum_range(gradient.pairs, gradient.d)
    if not low <= gradient.paired_sum <= high:
        yield _said("paired_sum", gradient.paired_sum, low, high, gradient.pairs)
    for place, split in _named(gradient):
        if min(split.n_a, split.n_b) == 0:
            continue
        inner, error = split.inner_product()
        low, high = inner_product_range(min(split.n_a, split.n_b), gradient.d)
        if not low - error <= inner <= high + error:
            yield _said(f"{place}.inner", inner, low, high, split.n_a + split.n_b)
        if error < (least := least_error(inner, split.n_a, split.n_b, gradient.d)):
            yield f"{place}.error {error!r} is too small: sums of so many samples are off by {least:.3g}"


def inner_product_range(n_half: int, d: int) -> tuple[float, float]:
    """Return the range of ``U = A . B``; it lies beyond either end with probability at most ``LIKELIEST``.

    ``n_half``: samples in the smaller half. With ``s = PROXY_VARIANCE / n_half`` and any ``x`` in (0, 1):
    ``P(U <= -c_x) <= LIKELIEST`` and ``P(U >= 1/(2 pi)/(1 - x) + c_x) <= LIKELIEST``, where ``c_x`` is
    ``s/x (ln(1/LIKELIEST) - d/2 ln(1 - x^2))``. The sharpest ``x`` depends only on n_half and d.
    """
    s = PROXY_VARIANCE / n_half

    def noise(x: Array) -> Array:
        return s / x * (-math.log(LIKELIEST) - 0.5 * d * np.log1p(-x * x))

    return -_least(noise), _least(lambda x: _LARGEST_SQUARE / (1.0 - x) + noise(x))


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


def least_error(inner: float, n_a: int, n_b: int, d: int) -> float:
    """Return the least rounding error that ``SplitSums.inner_product`` can state.

    ``|S_A| + |S_B| >= 2 sqrt(|S_A| |S_B|) >= 2 sqrt(n_a n_b |U|)``, and no block has more than ``MOST_ROWS``.
    """
    element = BLOCK_ERROR * -(-max(n_a, n_b) // MOST_ROWS)
    sizes = 2.0 * math.sqrt(abs(inner) * n_a * n_b)
    return (1.0 - _MARGIN) * (math.sqrt(d) * element * sizes + d * element * element) / (n_a * n_b)


def _least(bound: Callable[[Array], Array]) -> float:
    """Return the smallest of several valid bounds, rounded up."""
    return float(bound(_TRIALS).min()) * (1.0 + _MARGIN)


def _named(gradient: GradientSums) -> Iterator[tuple[str, SplitSums | SplitProduct]]:
    if gradient.split is not None:
        yield "split", gradient.split
    per_class: tuple[SplitSums | SplitProduct, ...] = gradient.per_class or ()
    for c, split in enumerate(per_class):
        yield f"per_class[{c}]", split


def _said(name: str, value: float, low: float, high: float, samples: int) -> str:
    return (
        f"{name} {value!r} was not sampled: noise in {samples} samples gives {low:.6g} to {high:.6g}, and a "
        f"value outside with probability below {2.0 * LIKELIEST:g}"
    )
