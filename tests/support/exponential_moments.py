"""``E exp(-theta N (N - 1) U)`` of classifiers that look at one direction, by numerical integration.

As ``exp(-theta |S|^2) = E_h exp(i sqrt(2 theta) h . S)`` for normal ``h``, the moment is ``E_h c(h)^N`` with
``c(h) = E exp(i sqrt(2 theta) h . X + theta |X|^2)`` of one sample: an integral over one or two numbers for
any ``N`` and d.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp0f1, roots_genlaguerre

Array = NDArray[np.float64]

_Z: Array = np.linspace(-9.0, 9.0, 3001)
_WEIGHT: Array = np.exp(-0.5 * _Z**2) * (_Z[1] - _Z[0]) / math.sqrt(2.0 * math.pi)


def mean(vote: Array) -> float:
    """``E vote(Z) Z``; ``vote``: on the points of ``places()``, numbers from 0 to 1."""
    return float((_WEIGHT * vote * _Z).sum())


def probability(vote: Array) -> float:
    return float((_WEIGHT * vote).sum())


def places() -> Array:
    return _Z.copy()


def _half_of_hermite(points: int) -> tuple[Array, Array]:
    """Return the positive nodes for the normal law, an even number in all, each with the weight of both.

    ``c(-h)`` is the conjugate of ``c(h)``, so that both add the same real part.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    half = nodes > 0.0
    return nodes[half], 2.0 * weights[half] / math.sqrt(2.0 * math.pi)


def log_moment_of_scores(vote: Array, theta: float, n: int) -> tuple[float, float]:
    """Of ``X = (vote - 1/2) g``: the logarithm along the direction, and that of each direction across.

    Across, ``X`` has a normal law of variance 1/4, with a moment in closed form.
    """
    h, weight = _half_of_hermite(64)
    root = math.sqrt(2.0 * theta)
    size = _WEIGHT * np.exp(0.25 * theta * _Z**2)
    phase = 0.5 * root * np.outer(h, _Z)
    one = np.cos(phase) @ size + 1j * (np.sin(phase) @ ((2.0 * vote - 1.0) * size))
    along = float((weight * np.exp(n * np.log(one))).real.sum())
    y = 0.5 * theta * (n - 1)
    across = -0.5 * math.log1p(y) - 0.5 * (n - 1) * math.log1p(-y / (n - 1))
    return math.log(along), across


def log_moments_of_misses(missed: Array, theta: float, n: int, dimensions: Sequence[int]) -> list[float]:
    """Of ``X = missed g`` in each number of dimensions: across, the square of ``h`` is chi-squared."""
    h, weight = _half_of_hermite(64)
    phase = math.sqrt(2.0 * theta) * np.outer(h, _Z)
    size = _WEIGHT * missed * np.exp(theta * _Z**2)
    along = np.cos(phase) @ size + 1j * (np.sin(phase) @ size)
    kept, logs = 1.0 - 2.0 * theta, []
    for d in dimensions:
        squares, chances = _chi_squared(d - 1)
        across = np.exp(-theta * squares / kept - 0.5 * (d - 1) * math.log(kept))
        one = 1.0 - probability(missed) + np.multiply.outer(along, across)
        moments = np.exp(n * np.log(one)).real
        logs.append(math.log(float(weight @ moments @ chances)))
    return logs


@cache
def _chi_squared(degrees: int) -> tuple[Array, Array]:
    """Return nodes and weights for the chi-squared law; a single node at 0 for no degrees."""
    if degrees == 0:
        return np.zeros(1), np.ones(1)
    if degrees < 40:
        nodes, weights = roots_genlaguerre(60, 0.5 * degrees - 1.0)
        return np.asarray(2.0 * nodes), np.asarray(weights / weights.sum())
    spread = math.sqrt(2.0 * degrees)
    squares = np.linspace(max(degrees - 11.0 * spread, 0.5), degrees + 13.0 * spread, 601)
    logs = (0.5 * degrees - 1.0) * np.log(squares) - 0.5 * squares
    chances = np.exp(logs - logs.max())
    return squares, chances / chances.sum()


def log_moment_of_radial_misses(
    q: float, theta: float, n: int, d: int, *, outside: bool
) -> tuple[float, float]:
    """Of ``X = missed g`` with misses outside or inside a sphere; return the probability of a miss as well.

    The mean of ``exp(i a . g)`` over the directions of ``g`` is a confluent hypergeometric limit function.
    """
    squares, chances = _chi_squared(d)
    tail = np.cumsum(chances[::-1])[::-1] if outside else np.cumsum(chances)
    missed = tail <= q
    lengths, weights = _chi_squared(d)
    waves = hyp0f1(0.5 * d, -0.5 * theta * np.outer(lengths, squares[missed]))
    one = 1.0 - chances[missed].sum() + waves @ (np.exp(theta * squares[missed]) * chances[missed])
    return math.log(float(weights @ np.exp(n * np.log(one)))), float(chances[missed].sum())
