"""What discrete noise costs in confidence: the distance between the law drawn and the exact one.

Discrete noise is a Gaussian rounded to the grid of 8-bit pixels, drawn from 80-bit integers. The proofs are
in docs/floating-point.md.
"""

from __future__ import annotations

import math
from fractions import Fraction

SHARE = "noise_discretisation"
"""Its name among the shares of eta."""

LARGEST_STEPS = 3000
"""Largest sigma, in steps of the grid, that discrete noise is drawn for."""

PIXEL_LEVELS = 255
"""Steps of the grid between black and white."""

_THRESHOLD_ERROR = 2.0**-81


def grid_steps(sigma: float, low: float, high: float) -> float:
    """Return ``sigma`` in steps of the grid of 8-bit pixels on the input scale ``[low, high]``."""
    return float(Fraction(sigma) * PIXEL_LEVELS / (Fraction(high) - Fraction(low)))


def discretisation_error(steps: float, d: int, draws: int) -> float:
    """Return a bound on the total variation between all noise of a job and its exact law, rounded up.

    ``steps``: sigma in steps of the grid, 255 sigma for pixels scaled to [0, 1]; ``d``: input elements;
    ``draws``: noise vectors at most drawn in estimation: the ``n`` that was asked for even if a job ends
    before, as how early it ends may depend on what was drawn. It is ``draws d (21 steps + 4) 2**-81``.
    ValueError if an argument is out of range.
    """
    if not 0.0 < steps < math.inf or d < 1 or draws < 0:
        raise ValueError(f"steps and d must be positive and draws not negative, got {steps}, {d}, {draws}")
    return math.nextafter(draws * (d * ((21.0 * steps + 4.0) * _THRESHOLD_ERROR)) * (1.0 + 1e-12), math.inf)
