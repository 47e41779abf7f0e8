"""The curves against brute force: linear programs over classifiers of one coordinate, cut into cells.

Restricting the classifier to cells can only raise the minimum, and by little: so the program's value is
at least L(r), and close to it. One coordinate is no restriction, as all statistics are those of the
average of f over the others.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.special import ndtr

from certificates import DipoleCurve, FirstOrderCurve, SecondOrderCurve

EDGES = np.linspace(-8.0, 8.0, 1601)
LOW = np.concatenate([[-np.inf], EDGES[1:-1]])
HIGH = np.concatenate([EDGES[1:-1], [np.inf]])
MASS = np.where(LOW > 0, ndtr(-LOW) - ndtr(-HIGH), ndtr(HIGH) - ndtr(LOW))
MOMENT = (np.exp(-0.5 * LOW**2) - np.exp(-0.5 * HIGH**2)) / math.sqrt(2.0 * math.pi)
distances = pytest.mark.parametrize("r", [0.0, 0.3, 1.0, 2.0])


def shifted(r: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.where(r < LOW, ndtr(r - LOW) - ndtr(r - HIGH), ndtr(HIGH - r) - ndtr(LOW - r))


def assert_just_below(curve: float, minimum: float | None) -> None:
    """``minimum`` is the program's value, None where it was infeasible; 1e-7 is the solver's tolerance."""
    assert minimum is not None
    assert -1e-7 <= minimum - curve <= 2e-4


@distances
@pytest.mark.parametrize("p", [0.3, 0.55, 0.8, 0.99])
def test_first_order(p: float, r: float) -> None:
    found = linprog(shifted(r), A_eq=[MASS], b_eq=[p], bounds=(0, 1))
    assert_just_below(FirstOrderCurve(p)(r), found.fun)


@distances
@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 1.0, 1.5])
@pytest.mark.parametrize("p", [0.5, 0.55, 0.8, 0.99])
def test_second_order(p: float, share: float, r: float) -> None:
    """``share`` of the largest possible gradient; above 1 the constraint must not matter."""
    ceiling = math.exp(-0.5 * float(_quantile(p)) ** 2) / math.sqrt(2.0 * math.pi)
    gradient = share * ceiling
    found = linprog(
        shifted(r),
        A_eq=[MASS],
        b_eq=[p],
        A_ub=[MOMENT, -MOMENT],
        b_ub=[gradient, gradient],
        bounds=(0, 1),
    )
    assert_just_below(SecondOrderCurve(p, gradient)(r), found.fun)


@distances
@pytest.mark.parametrize(
    ("c_s", "c_n"), [(0.0, 0.4999), (0.6, 0.0), (0.5, 0.2), (0.2, 0.3999), (0.9, 0.049), (0.05, 0.1)]
)
def test_dipole(c_s: float, c_n: float, r: float) -> None:
    """For each cell on the positive side: both, only plus, only minus or none of the two sides hit."""
    half = len(MASS) // 2
    mass, at = MASS[half:], shifted(r)
    plus, minus = at[half:], at[:half][::-1]
    nothing = np.zeros(half)
    found = linprog(
        np.concatenate([plus + minus, plus, minus]),
        A_eq=[np.concatenate([2.0 * mass, nothing, nothing]), np.concatenate([nothing, mass, mass])],
        b_eq=[c_s, c_n],
        A_ub=np.hstack([np.eye(half)] * 3),
        b_ub=np.ones(half),
        bounds=(0, 1),
    )
    assert_just_below(DipoleCurve(c_s, c_n)(r), found.fun)


def _quantile(p: float) -> float:
    """``Phi^-1`` by bisection on ``Phi``, so that nothing of the tested code is used."""
    low, high = -10.0, 10.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if ndtr(middle) < p else (low, middle)
    return low
