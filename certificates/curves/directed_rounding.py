"""The direction of every rounding: a certified radius may come out smaller, never larger."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_FLOOR, Context, Decimal

LEVEL_MARGIN = 1e-12
"""A radius counts only where the computed curve exceeds 1/2 by this much.

The curves are sums of at most three values of ``Phi``; their computed values are within 1e-14 of the
exact ones (a test compares them with 50-digit arithmetic), so a curve that passes is truly above 1/2.
"""

_RELATIVE_MARGIN = 1e-13
_RADIUS_DIGITS = 6
_RADIUS_MARGIN = 1e-9


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

    ``holds(low)`` is taken as given and ``high`` is never returned: only points seen to be true are.
    So a caller whose safe side is the lower one gets a safe answer whatever the (relative) tolerance.
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

    The lower end of the bracket is returned. That is the safe end: the curve decreases, so it is above
    1/2 at every distance up to a point where it is above 1/2, and the bracket's lower end has been
    evaluated and found above (``low`` itself must be known to be safe by the caller; 0 always is, as
    a radius of 0 claims nothing).
    """
    return bisect_last_true(lambda r: curve(r) >= 0.5 + LEVEL_MARGIN, low, high)


def radius_down(radius: float) -> float:
    """Return ``radius`` rounded down to six significant decimal digits, as it is published.

    The value is first lowered by a relative 1e-9, which covers the float product with sigma and the
    conversion of the decimal back to a float.
    """
    if radius <= 0.0:
        return 0.0
    if math.isinf(radius):
        raise ValueError("a radius measured from finitely many samples is finite")
    context = Context(prec=_RADIUS_DIGITS, rounding=ROUND_FLOOR)
    return float(context.create_decimal(Decimal(radius * (1.0 - _RADIUS_MARGIN))))
