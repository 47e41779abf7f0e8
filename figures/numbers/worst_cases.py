"""Figures 3 and 4b: the classifiers that make the certificates tight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scipy.special import ndtri

from certificates import DipoleCurve, SecondOrderCurve, gradient_norm_ceiling

SCORE: Final = 0.8
SHARES: Final = (1.0, 0.5, 0.0)
"""The gradients of Figures 3a, 3b and 3c, as shares of the largest one."""
SYMMETRIC: Final = 0.7
ASYMMETRIC: Final = 0.08
"""Probabilities of Figure 4b: both sides of a pair hit, or the side away from the boundary alone."""


@dataclass(frozen=True, slots=True)
class Slab:
    """A classifier that answers the class where ``low < u < high``, ``u`` in sigma along the worst direction.

    ``gradient``: ``sigma * ||grad p||`` of its smoothed score at ``u = 0``; ``radius``: the distance at which
    that score falls to one half.
    """

    low: float
    high: float
    gradient: float
    radius: float


@dataclass(frozen=True, slots=True)
class DipoleCase:
    """A classifier that answers the class where ``|u| < half_width`` and where ``u < edge``.

    ``u`` is in sigma along the worst direction. A pair hits on both sides within the half-width; beyond the
    edge, the side away from the boundary alone hits; between the two, neither does.
    """

    half_width: float
    edge: float
    radius: float


def slab(score: float, share: float) -> Slab:
    """Return the worst case of Theorem 1 of the paper for a share of the largest gradient."""
    gradient = share * gradient_norm_ceiling(score, 1.0)
    curve = SecondOrderCurve(score, gradient)
    low, high = curve.slab()
    return Slab(low, high, gradient, curve.root())


def dipole_case(c_s: float = SYMMETRIC, c_n: float = ASYMMETRIC) -> DipoleCase:
    """Return the worst case of Theorem 3 of the paper (eqs. 19 and 83).

    ValueError unless ``c_s`` and ``c_n`` are probabilities with ``c_s + 2 c_n <= 1``.
    """
    if min(c_s, c_n) < 0.0 or c_s + 2.0 * c_n > 1.0:
        raise ValueError(f"no classifier has c_s = {c_s} and c_n = {c_n}: c_s + 2 c_n is at most 1")
    return DipoleCase(float(ndtri(0.5 * (1.0 + c_s))), float(ndtri(c_n)), DipoleCurve(c_s, c_n).root())
