"""Bounds that hold at every sample size at once, so that a job may stop at any moment and for any reason.

Proofs: docs/theorems.md, Theorem 7 (scores), docs/theorems.md, Theorem 8 (dipole) and docs/theorems.md,
Theorem 9 (gradient). Each bound says: with probability at least ``1 - eta`` it holds after every number of
samples. So it also holds at a number that someone chose by looking at the samples.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, gammaln, ndtr, ndtri, xlogy

from certificates.bounds.error_probability import check_error
from certificates.bounds.joint_dipole.region import slab_end
from certificates.curves.directed_rounding import bisect_last_true, down
from certificates.curves.lower_bounds import DipoleCurve, check_sigma, dipole_edge

Array = NDArray[np.float64]

_LARGEST_RADIUS = 8.0
"""Beyond this many sigmas, one minus the mass of a slab is too small to be a float64 number below 1."""

_LEAST_RADIUS = 1e-3
"""A radius below this part of the observed one is not searched for: 0 is certified instead. A choice."""


def probability_lower_anytime(hits: int, n: int, alpha: float) -> float:
    """Return a lower bound on a probability that holds at every ``n`` at once with confidence ``1 - alpha``.

    The Krichevsky-Trofimov mixture (a Beta(1/2, 1/2) prior) over the likelihood at the true ``p`` is a
    martingale that starts at 1, so it ever reaches ``1/alpha`` with probability at most ``alpha`` (Ville).
    The smallest ``p`` at which it has not is returned, rounded down. ValueError if an argument is out of
    range.
    """
    check_error("eta", alpha)
    if not 0 <= hits <= n:
        raise ValueError(f"hits must be between 0 and n, got {hits} of {n}")
    if hits == 0:
        return 0.0
    return _smallest_kept(hits, n, _needed(np.array([hits, n - hits], dtype=np.float64), alpha))


def dipole_radius_anytime(both: int, one: int, pairs: int, sigma: float, eta: float) -> float:
    """Return a radius that holds at every number of pairs at once with confidence ``1 - eta``.

    Arguments, unit and ValueError are as for ``dipole_radius_joint``. The mixture is Dirichlet(1/2, 1/2, 1/2)
    over (both, one, none); a radius ``r`` is certified when the mixture exceeds ``1/eta`` times the
    likelihood of every parameter whose dipole radius is at most ``r`` (docs/theorems.md, Theorem 8).
    """
    check_sigma(sigma)
    check_error("eta", eta)
    if min(both, one) < 0 or pairs < 0 or both + one > pairs:
        raise ValueError(f"counts {both} and {one} do not fit {pairs} pairs")
    if 2 * both + one <= pairs:
        return 0.0
    counts = np.array([both, one, pairs - both - one], dtype=np.float64)
    needed = _needed(counts, eta)

    def certified(r: float) -> bool:
        return _likelihood_upper(r, counts) <= needed

    high = min(DipoleCurve(both / pairs, one / (2 * pairs)).root(), _LARGEST_RADIUS)
    low = _LEAST_RADIUS * high
    return down(sigma * bisect_last_true(certified, low, high, 1e-7)) if certified(low) else 0.0


def pair_shares_lower_anytime(both: int, one: int, pairs: int, eta: float) -> tuple[float, float]:
    """Return lower bounds on ``C^S`` and ``C^N`` that hold together with ``dipole_radius_anytime``.

    They are the smallest values in the same set of parameters, so they cost no further part of eta.
    """
    check_error("eta", eta)
    counts = np.array([both, one, pairs - both - one], dtype=np.float64)
    needed = _needed(counts, eta)

    def smallest(part: int, rest: tuple[int, int]) -> float:
        others = np.array(rest, dtype=np.float64)
        best_rest = float(xlogy(others, others / max(others.sum(), 1.0)).sum())
        return _smallest_kept(part, pairs, needed - best_rest) if part else 0.0

    none = pairs - both - one
    return smallest(both, (one, none)), down(0.5 * smallest(one, (both, none)))


def epoch_share(alpha: float, epoch: int) -> float:
    """Return ``alpha 6 / (pi^2 (k+1)^2)``, rounded down: what epoch ``k`` = 0, 1, ... may spend of ``alpha``.

    The shares of all epochs add up to at most ``alpha``, so a gradient bound at each epoch's share holds for
    all of them at once (docs/theorems.md, Theorem 9). ValueError if an argument is out of range.
    """
    if epoch < 0:
        raise ValueError(f"epochs count from 0, got {epoch}")
    check_error("eta", alpha)
    return alpha * 6.0 / (math.pi * (epoch + 1)) ** 2 * (1.0 - 1e-14)


def _needed(counts: Array, alpha: float) -> float:
    """Return the log-likelihood at or below which a parameter is excluded, rounded down."""
    needed = log_mixture(counts) + math.log(alpha)
    return needed - 1e-14 * (abs(needed) + float(counts.sum()))


def _smallest_kept(hits: int, n: int, needed: float) -> float:
    """Return the largest ``p`` below ``hits / n`` that is excluded: log-likelihood at most ``needed``."""
    return bisect_last_true(
        lambda p: hits * math.log(p) + (n - hits) * math.log(1.0 - p) <= needed, 0.0, hits / n
    )


def log_mixture(counts: Array) -> float:
    """Return the log-probability of one sequence with these counts under a Dirichlet(1/2, ..., 1/2) prior.

    ``counts``: how often each outcome occurs, shape (outcomes,); with two outcomes the prior is
    Beta(1/2, 1/2). This is the mixture of docs/theorems.md, Theorem 7 and docs/theorems.md, Theorem 8.
    """

    def log_beta(a: Array) -> float:
        return float(gammaln(a).sum() - gammaln(a.sum()))

    return log_beta(counts + 0.5) - log_beta(np.full_like(counts, 0.5))


def _likelihood_upper(r: float, counts: Array) -> float:
    """Return an upper bound on the log-likelihood over all parameters with radius at most ``r``.

    The set lies in the half-plane ``a s + b d <= k`` of a tangent of the dipole curve. For every multiplier
    ``m >= 0`` that keeps ``c_i = n + m (w_i - k)`` positive, with ``w = (a, b, 0)``, Jensen's inequality
    gives ``sum n_i ln p_i <= sum n_i ln(n_i / c_i)`` on that half-plane. Any tangent and any multiplier are
    sound; the best point of the edge and its multiplier make the bound exact.
    """
    s, d = _likeliest(r, counts)
    y, z = float(ndtri(0.5 * d)), float(-ndtri(0.5 * (1.0 - s)))
    a = math.exp(-0.5 * r * r) * math.cosh(z * r)
    b = 0.5 * math.exp(y * r - 0.5 * r * r)
    level = float(ndtr(y - r) - ndtr(-z - r) + 0.5 * erf((z - r) * math.sqrt(0.5)))
    limit = (a * s + b * d - level + 1e-14) * (1.0 + 1e-13)
    n = float(counts.sum())
    seen = [(c, w - limit) for c, w in zip(counts.tolist(), (a, b, 0.0), strict=True) if c > 0.0]

    def rising(m: float) -> bool:
        return math.fsum(c * gain / (n + m * gain) for c, gain in seen) >= 0.0

    largest = n / max(limit, 1e-300) * (1.0 - 1e-9)
    multiplier = bisect_last_true(rising, 0.0, largest, 1e-10)
    return math.fsum(c * math.log(c / (n + multiplier * gain)) for c, gain in seen)


def _likeliest(r: float, counts: Array) -> tuple[float, float]:
    """Return about the likeliest point ``(s, d)`` of the edge of the set of radii at most ``r``."""
    high = slab_end(r)
    low = bisect_last_true(
        lambda z: math.erf(z * math.sqrt(0.5)) + 2.0 * float(dipole_edge(r, z)) >= 1.0,
        0.0,
        high,
        1e-4,
    )
    for _ in range(4):
        z = np.linspace(low, high, 33)
        s, d = erf(z * math.sqrt(0.5)), 2.0 * dipole_edge(r, z)
        none = np.maximum(1.0 - s - d, 0.0)
        best = int(np.argmax(xlogy(counts[0], s) + xlogy(counts[1], d) + xlogy(counts[2], none)))
        low, high = float(z[max(best - 1, 0)]), float(z[min(best + 1, len(z) - 1)])
    return min(max(float(s[best]), 1e-300), 1.0 - 1e-15), max(float(d[best]), 1e-300)
