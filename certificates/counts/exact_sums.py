"""How sums of unit noise are kept so that they add exactly: one grid, and bounds on their rounding.

Who forms the sums (the worker) and who judges them (this package) take every number from here.
"""

from __future__ import annotations

GRID_BITS = 20
GRID = float(2**GRID_BITS)
"""Units of the grid to one: every stored sum is a multiple of ``2**-20``."""

LARGEST_SUM = float(2 ** (53 - GRID_BITS))
"""Above every stored sum: so the 53 bits of a float64 number hold it, and sums of them, exactly."""

LARGEST_NUMBER = 11.0
"""Above every number that stands for unit noise.

The Box-Muller transform of at most 33 random bits reaches 6.8. A conditional mean of discrete noise is
``E[g | J = j] <= E[g | g > a] < a + 1 / a``, and no ``a`` there is above 10.3. A law that draws larger
numbers needs a larger bound here.
"""

MOST_ROWS = 2**12
"""Rows of a separately rounded sum at most: so that its float64 error stays within half of ``BLOCK_ERROR``.

With ``b`` = LARGEST_NUMBER it is below ``6 MOST_ROWS^2 b 2**-53 < 2**-22``: SplitStatistic of the worker.
"""

BLOCK_ERROR = 1.0 / GRID
"""Largest error of one block's sum: half of it for rounding to the grid, as much again for float64 sums."""


def rounding_of_products(products: int) -> float:
    """Return ``m (m + 3) b^2 2**-52`` for ``m`` products of numbers up to ``b`` = LARGEST_NUMBER.

    It is to be added to their float64 sum. Twice the worst case, whatever the order of summation. A product
    takes part in at most ``m + 3`` roundings: two of its factors, its own, those of ``m - 1`` sums, and that
    of adding this to the sum.
    """
    return products * (products + 3) * LARGEST_NUMBER**2 * 2.0**-52
