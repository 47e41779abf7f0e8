"""Exact tables of the rounded Gaussian: integer thresholds of its cdf, and its conditional means.

Everything is computed with 160 bits and rounded once, before any noise is drawn. docs/floating-point.md,
Theorem 13 bounds the error of the thresholds; docs/floating-point.md, Theorem 14 is about the means.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import mpmath
import numpy as np
from numpy.typing import NDArray

from certificates.noise_laws.grid_gaussian import LARGEST_STEPS, THRESHOLD_BITS

_PRECISION: Final = 160
"""Bits of working precision: twice the 80 bits of the thresholds (docs/floating-point.md, Theorem 13)."""


@dataclass(frozen=True, slots=True)
class LevelTables:
    """The law of ``J = round(e / step)``, ``e`` Gaussian with ``s`` steps of standard deviation.

    ``tails[k]`` is ``P(J > k)`` in units of ``2**-80``, to the nearest integer, for ``k = 0 .. max_abs - 1``;
    beyond, it rounds to 0. ``means[k]`` is ``E[e / sigma | J = k]`` for ``k = 0 .. max_abs``, to the nearest
    float64. Negative levels follow by symmetry.
    """

    tails: tuple[int, ...]
    means: NDArray[np.float64]

    @property
    def max_abs(self) -> int:
        """Return the largest ``|J|`` that can be drawn."""
        return len(self.tails)

    @property
    def thresholds(self) -> tuple[int, ...]:
        """Return ``P(J <= j)`` in units of ``2**-80`` for ``j = -max_abs .. max_abs - 1``, in this order."""
        return (*reversed(self.tails), *(2**THRESHOLD_BITS - tail for tail in self.tails))

    @property
    def means_by_level(self) -> NDArray[np.float64]:
        """Return ``E[e / sigma | J = j]`` for ``j = -max_abs .. max_abs``, shape (2 max_abs + 1,)."""
        return np.concatenate((-self.means[:0:-1], self.means))


@lru_cache(maxsize=8)
def level_tables(steps: Fraction) -> LevelTables:
    """Compute the tables for noise of ``steps`` grid steps of standard deviation.

    ValueError unless ``0 < steps <= 3000``.
    """
    if not 0 < steps <= LARGEST_STEPS:
        raise ValueError(
            f"discrete noise needs sigma between 0 and {LARGEST_STEPS} grid steps, got {float(steps):g} steps"
        )
    context: Any = mpmath.MPContext()  # one of its own: the library's global precision is shared by threads
    context.prec = _PRECISION
    s = context.mpf(steps.numerator) / steps.denominator
    edge, upper = _edge(context, s, 0)
    tails: list[int] = []
    means = [0.0]
    while (tail := int(context.floor(context.ldexp(upper, THRESHOLD_BITS) + 0.5))) > 0:
        next_edge, next_upper = _edge(context, s, len(tails) + 1)
        mean = (context.npdf(edge) - context.npdf(next_edge)) / (upper - next_upper)
        tails.append(tail)
        means.append(float(mean))
        edge, upper = next_edge, next_upper
    table = np.array(means)
    table.setflags(write=False)
    return LevelTables(tuple(tails), table)


def _edge(context: Any, s: Any, level: int) -> tuple[Any, Any]:
    """Return the upper edge of a level in units of sigma, and the Gaussian mass above it."""
    edge = (level + context.mpf(0.5)) / s
    return edge, context.erfc(edge / context.sqrt(2)) / 2
