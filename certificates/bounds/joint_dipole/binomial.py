"""Upper bounds on binomial upper tails, for many probabilities at once.

They bound ``P(Binomial(n, p) >= m)`` for a table of ``(n, m)`` (columns) and a list of ``p`` (rows). Small
tables use the incomplete beta function, large ones the closed form of Zubkov and Serov (2013, "A complete
proof of universal inequalities for the distribution function of the binomial law", their Theorem 1):

    P(X >= m) <= Phi(-sign((m-1)/n - p) sqrt(2 n KL((m-1)/n, p)))        for 2 <= m <= n - 1

with the relative entropy ``KL``. The right side is at most ``P(X >= m - 1)``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, ndtr, xlogy

Array = NDArray[np.float64]

_BETA_MARGIN = 1e-9
"""Relative allowance for SciPy's incomplete beta function (off by 2e-11; measured up to n = 1e9)."""

_ENTROPY_MARGIN = 2e-15
"""Rounding error of ``n KL`` relative to the sum of the sizes of its four terms."""


@dataclass(frozen=True, slots=True)
class TailTable:
    """Upper bounds on ``P(Binomial(n_j, p) >= m_j)`` for the columns ``j``.

    ``n``, ``m``: integers held as float64, shape (columns,). ``m <= 0`` is certain, ``m > n`` impossible.
    ``exact``: use the incomplete beta function.
    """

    n: Array
    m: Array
    exact: bool

    def upper(self, p: Array, q: Array) -> Array:
        """Return the bounds, shape (rows, columns), for ``p`` and ``q = 1 - p``, both above 0."""
        certain, impossible = self.m <= 0, self.m > self.n
        n, m = np.maximum(self.n, 1.0), np.clip(self.m, 1.0, np.maximum(self.n, 1.0))
        if self.exact:
            tail = betainc(m, n - m + 1.0, p[:, None]) * (1.0 + _BETA_MARGIN)
        else:
            tail = _zubkov_serov(n, m, p, q)
        tail[:, certain] = 1.0
        tail[:, impossible] = 0.0
        return np.asarray(np.minimum(tail, 1.0), dtype=np.float64)


def _log(p: Array, q: Array) -> Array:
    """Return ``ln p`` from the smaller of ``p`` and ``q = 1 - p``, so that no digits are lost."""
    return np.where(p < 0.5, np.log(p), np.log1p(-np.minimum(q, 0.5)))


def _zubkov_serov(n: Array, m: Array, p: Array, q: Array) -> Array:
    below, above = m - 1.0, n - m + 1.0
    ends = (m == 1.0) | (m == n)
    log_p, log_q = _log(p, q)[:, None], _log(q, p)[:, None]
    known = xlogy(below, below / n) + xlogy(above, above / n)
    cross = below * log_p + above * log_q
    error = _ENTROPY_MARGIN * (n - known - cross)
    sign = np.where(below > n * p[:, None], -1.0, 1.0)
    twice_entropy = 2.0 * (known - cross + sign * error)
    tail = ndtr(sign * np.sqrt(np.maximum(twice_entropy, 0.0))) * (1.0 + 1e-13) + 1e-300
    if ends.any():
        one = -np.expm1(n[ends] * log_q)
        every = np.exp(n[ends] * log_p)
        tail[:, ends] = np.where(m[ends] == 1.0, one, every) * (1.0 + 1e-12 + n[ends] * 1e-15)
    return np.asarray(tail, dtype=np.float64)
