"""Figures 1a and 1b: lower bounds on the score, and radii, from exact statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from certificates import Curve, FirstOrderCurve, SecondOrderCurve, gradient_norm_ceiling, second_order_radius

Array = NDArray[np.float64]

SCORE: Final = 0.8
"""The score at the image in Figure 1a, as in the paper."""
SCORES: Final = (0.55, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""The scores of Figure 1b."""


@dataclass(frozen=True, slots=True)
class ScoreBounds:
    """Bounds on ``Phi^-1`` of the score at the distances ``r``, in units of sigma; all of shape (points,)."""

    r: Array
    first_order: Array
    no_gradient: Array


@dataclass(frozen=True, slots=True)
class ExactRadii:
    """Radii of one score by gradient norm, both in units of sigma; shape (points,).

    The last gradient is the largest that the score allows, where the radius is that of first order.
    """

    score: float
    gradient: Array
    second_order: Array
    first_order: float


def score_bounds(score: float = SCORE, points: int = 121) -> ScoreBounds:
    """Return the bounds of Figure 1a: first order, and second order where the gradient is 0 (eq. 2)."""
    r = np.linspace(0.0, 1.5, points)
    return ScoreBounds(r, _levels(FirstOrderCurve(score), r), _levels(SecondOrderCurve(score, 0.0), r))


def exact_radii(score: float, points: int = 61) -> ExactRadii:
    """Return one line of Figure 1b: the radius of Theorem 1 of the paper, for gradients that are possible."""
    ceiling = gradient_norm_ceiling(score, 1.0)
    gradient = np.linspace(0.0, ceiling, points)
    radii = np.array([second_order_radius(score, norm, 1.0) for norm in gradient])
    return ExactRadii(score, gradient, radii, FirstOrderCurve(score).root())


def _levels(curve: Curve, r: Array) -> Array:
    return np.asarray(ndtri([curve(distance) for distance in r]), dtype=np.float64)
