"""The grid on which sums of unit noise add exactly, and bounds on their rounding errors.

The worker, which forms the sums, and this package, which computes bounds from them, use these numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GRID_BITS = 20
GRID = float(2**GRID_BITS)
"""Grid points in one unit: every stored sum is a multiple of ``2**-20``. A choice: rounding adds 1e-6 to a
block's sum, and 33 bits are left for its size."""

LARGEST_SUM = float(2 ** (53 - GRID_BITS))
"""Every stored sum is smaller than this, so that float64 numbers with their 53 bits add them exactly."""

LARGEST_NUMBER = 11.0
"""Every number that stands for unit noise is smaller than this.

The Box-Muller transform of at most 33 random bits reaches 6.8. A conditional mean of discrete noise is
``E[g | J = j] <= E[g | g > a] < a + 1 / a``, and no ``a`` there is above 10.3. A law that draws larger
numbers needs a larger bound here.
"""

MOST_ROWS = 2**12
"""Most rows of a separately rounded sum, so that its float64 error stays below half of ``BLOCK_ERROR``.

With ``b`` = LARGEST_NUMBER it is below ``6 MOST_ROWS^2 b 2**-53 < 2**-22``: AllPairsStatistic of the worker.
"""

BLOCK_ERROR = 1.0 / GRID
"""Largest error of one block's sum: half for rounding to the grid, and half for summing in float64."""


def rounding_of_products(products: int) -> float:
    """Return an upper bound on the rounding error of a float64 sum of ``products`` products.

    The bound is ``m (m + 3) b^2 2**-52`` for ``m`` products of numbers up to ``b`` = LARGEST_NUMBER: twice
    the worst case, for any order of summation. A product takes part in at most ``m + 3`` roundings: two of
    its factors, its own, those of ``m - 1`` sums, and one when this bound is added to the sum
    (docs/floating-point.md, section 4).
    """
    return products * (products + 3) * LARGEST_NUMBER**2 * 2.0**-52


def squares_at_least(total: float, products: int) -> float:
    """Return a lower bound on a sum of ``products`` squares from ``total``, its sum in float64.

    No term of such a sum is negative. Each takes part in at most ``products + 4`` roundings, whatever the
    order of summation: those of its factor, twice, its own, those of the sums, and that of this bound.
    """
    return max(total * (1.0 - (products + 4) * 2.0**-52), 0.0)


def on_grid(numbers: NDArray[np.float64]) -> bool:
    """Whether all numbers, of shape (n,), are multiples of ``2**-20`` below ``2**33`` in size."""
    return all(_on_grid(numbers[i : i + _TOGETHER]) for i in range(0, len(numbers), _TOGETHER))


_TOGETHER = 2**16
"""Numbers that are checked together. A choice: what that takes stays in a core's cache."""


def _on_grid(numbers: NDArray[np.float64]) -> bool:
    scaled = numbers * GRID
    return bool(np.all(np.abs(numbers) < LARGEST_SUM)) and not bool(np.any(scaled != np.rint(scaled)))
