"""Round in a known direction: a certified radius may come out too small, but never too large."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_FLOOR, Context, Decimal

LEVEL_MARGIN = 1e-12
"""A distance is certified only if the computed curve exceeds 1/2 by this much.

The curves are sums of at most three values of ``Phi``. Their computed values are within 1e-14 of the exact
ones (a test compares them with 50-digit arithmetic), so the exact curve is then above 1/2.
"""

_RELATIVE_MARGIN = 1e-13
"""Some 450 times the spacing of float64 numbers at 1, 2.2e-16."""
_RADIUS_DIGITS = 6
"""A choice: far fewer digits than the arithmetic keeps, and more than sampling error leaves meaningful."""
_RADIUS_MARGIN = 1e-9
"""A choice: far above the float64 errors that it covers, and far below one unit of the sixth digit."""


def down(x: float) -> float:
    """Return a non-negative ``x`` lowered by more than the error of a few float operations."""
    return x * (1.0 - _RELATIVE_MARGIN)


def up(x: float) -> float:
    """Return a non-negative ``x`` raised by more than the error of a few float operations."""
    return x * (1.0 + _RELATIVE_MARGIN)


def bisect_last_true(
    holds: Callable[[float], bool], low: float, high: float, tolerance: float = 1e-15
) -> float:
    """Return the largest float found at which ``holds`` is true, for a predicate true below some point.

    ``holds(low)`` is assumed, and ``high`` is never returned: every other returned point was found to be
    true. So if lower is the safe side, the answer is safe for any (relative) tolerance.
    """
    while high - low > tolerance * abs(high):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def last_radius_above_half(curve: Callable[[float], float], low: float, high: float) -> float:
    """Return a radius, in units of sigma, at which a decreasing ``curve`` is still above 1/2.

    The lower end of the bracket is returned, where the curve was evaluated and found to be above 1/2. The
    curve decreases, so it is above 1/2 at every smaller distance too. The caller must know that ``low``
    itself is safe; 0 always is, since a radius of 0 claims nothing.
    """
    return bisect_last_true(lambda r: curve(r) >= 0.5 + LEVEL_MARGIN, low, high)


def radius_down(radius: float) -> float:
    """Return ``radius`` rounded down to six significant decimal digits, as it is published.

    The value is first lowered by a relative 1e-9, which covers the float product with sigma and the
    conversion of the decimal back to a float. ValueError if ``radius`` is infinite.
    """
    if radius <= 0.0:
        return 0.0
    if math.isinf(radius):
        raise ValueError("a radius measured from finitely many samples is finite")
    context = Context(prec=_RADIUS_DIGITS, rounding=ROUND_FLOOR)
    return float(context.create_decimal(Decimal(radius * (1.0 - _RADIUS_MARGIN))))
