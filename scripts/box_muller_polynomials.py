"""Best polynomials for the Box-Muller transform, and how far those in use are from them.

``python -m scripts.box_muller_polynomials`` prints three lines: for each function the least error that any
polynomial of that degree has, that of its terms rounded to float32, and that of the terms in use
(worker/noise/box_muller.py). The best polynomial comes from Remez's exchange, with 40 digits.

Source: Remez, "Sur la détermination des polynômes d'approximation de degré donnée" (1934).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import mpmath
import numpy as np

from worker.noise.box_muller import COSINE, LOGARITHM, SINE

_CONTEXT: Final[Any] = mpmath.MPContext()
_CONTEXT.dps = 40
_GRID: Final = 2000
"""Points at which errors are looked at; between them an error of a polynomial of degree 9 changes little."""
_CLOSE: Final = 1e-4
"""The exchange ends when the largest error exceeds the levelled one by this share at most."""

Number = Any
"""A number of mpmath, which has no types."""


@dataclass(frozen=True)
class Approximated:
    """A function on [low, high] and the polynomial in use for it, highest power first.

    ``weight``: what an error is multiplied by. ``fixed``: the last term, where it is not free.
    """

    name: str
    function: Callable[[Number], Number]
    weight: Callable[[Number], Number]
    low: float
    high: float
    used: Sequence[float]
    fixed: float | None = None


def _relative(function: Callable[[Number], Number]) -> Callable[[Number], Number]:
    return lambda x: 1 / function(x)


def _logarithm(f: Number) -> Number:
    return -2 * _CONTEXT.log1p(f) / f


def _sine(z: Number) -> Number:
    y = _CONTEXT.sqrt(z)
    return _CONTEXT.sin(_CONTEXT.pi * y) / y


def _cosine(z: Number) -> Number:
    return _CONTEXT.cos(_CONTEXT.pi * _CONTEXT.sqrt(z))


POLYNOMIALS: Final = (
    Approximated("logarithm", _logarithm, _relative(_logarithm), -0.5, 0.0, LOGARITHM, fixed=-2.0),
    Approximated("sine", _sine, _relative(_sine), 0.0, 0.25, SINE),
    Approximated("cosine", _cosine, lambda _: _CONTEXT.mpf(1), 0.0, 0.25, COSINE, fixed=1.0),
)


def largest_error(of: Approximated, terms: Sequence[Number]) -> float:
    """Return the largest weighted error of a polynomial, highest power first."""
    return float(max(abs(error) for _, error in _errors(of, terms)))


def rounded(terms: Sequence[Number]) -> list[float]:
    """Return the terms as float32 numbers."""
    return [float(np.float32(float(term))) for term in terms]


def best(of: Approximated) -> list[Number]:
    """Return the polynomial with the least largest error, highest power first.

    Its error takes its largest size, with alternating sign, at one point more than it has free terms: solve
    for such an error at some points, take the points where it is largest instead, and repeat.
    """
    free = len(of.used) - (of.fixed is not None)
    points = [
        of.low + (of.high - of.low) * (1 + _CONTEXT.cos(_CONTEXT.pi * (free - k + 0.01) / (free + 0.02))) / 2
        for k in range(free + 1)
    ]
    while True:
        terms, level = _levelled(of, points)
        extremes = _alternating(_errors(of, terms), free + 1)
        points = [x for x, _ in extremes]
        if max(abs(error) for _, error in extremes) <= (1 + _CLOSE) * level:
            return terms


def _levelled(of: Approximated, points: Sequence[Number]) -> tuple[list[Number], Number]:
    """Return the polynomial whose weighted errors at the points alternate and are of one size; and that."""
    size, offset = len(points), 0 if of.fixed is None else 1
    matrix, right = _CONTEXT.matrix(size, size), _CONTEXT.matrix(size, 1)
    for row, x in enumerate(points):
        for k in range(size - 1):
            matrix[row, k] = x ** (k + offset)
        matrix[row, size - 1] = (-1) ** row / of.weight(x)
        right[row] = of.function(x) - (of.fixed or 0)
    solved = _CONTEXT.lu_solve(matrix, right)
    terms = [solved[k] for k in reversed(range(size - 1))]
    return ([*terms, _CONTEXT.mpf(of.fixed)] if offset else terms), abs(solved[size - 1])


def _errors(of: Approximated, terms: Sequence[Number]) -> list[tuple[Number, Number]]:
    """Return the points of the grid and the weighted errors there."""
    coefficients = list(terms)
    return [(x, weight * (_CONTEXT.polyval(coefficients, x) - value)) for x, weight, value in _looked_at(of)]


@cache
def _looked_at(of: Approximated) -> list[tuple[Number, Number, Number]]:
    """Return points, close together near both ends, with the weights of errors and the function there."""
    turns = (_CONTEXT.mpf(2 * i + 1) / (2 * _GRID) for i in range(_GRID))
    points = (of.low + (of.high - of.low) * (1 - _CONTEXT.cos(_CONTEXT.pi * turn)) / 2 for turn in turns)
    return [(x, of.weight(x), of.function(x)) for x in points]


def _alternating(errors: Sequence[tuple[Number, Number]], count: int) -> list[tuple[Number, Number]]:
    """Return the largest errors of ``count`` runs of equal sign; runs too many are dropped at the ends."""
    runs: list[tuple[Number, Number]] = []
    for x, error in errors:
        if runs and (runs[-1][1] > 0) == (error > 0):
            runs[-1] = max(runs[-1], (x, error), key=lambda run: abs(run[1]))
        else:
            runs.append((x, error))
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    return runs


def main() -> None:
    """Print what the first lines say."""
    for of in POLYNOMIALS:
        found = best(of)
        errors = [largest_error(of, terms) for terms in (found, rounded(found), rounded(of.used))]
        print(of.name, *(f"{error:.2e}" for error in errors))


if __name__ == "__main__":
    main()
