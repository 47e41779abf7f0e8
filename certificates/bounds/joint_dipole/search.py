"""The joint dipole bound: one test on the counts of pairs, instead of two separate bounds.

Proof: docs/theorems.md, Theorem 5. It is Buehler's construction (1957): outcomes are ordered by the plug-in
dipole radius. The parameters are restricted to a confidence box, as by Berger and Boos (1994).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from certificates.bounds.error_probability import check_error
from certificates.bounds.joint_dipole.event import AtLeastAsGood
from certificates.bounds.joint_dipole.region import Box, frontier
from certificates.curves.directed_rounding import down
from certificates.curves.lower_bounds import DipoleCurve, check_sigma
from certificates.curves.normal_law import density

BOX_SHARE = 0.01
"""Part of eta that the confidence box spends. A choice: the test keeps 0.99 of eta, which at eta 0.001 moves
its normal quantile from 3.090 to 3.093; a smaller part would widen the box, and with it the chain."""

_STEP = 0.35
"""Distance of the chain's vertices in standard deviations. A choice: docs/theorems.md, section 4, step 4,
states the loss; shorter steps lose less and take longer."""
_SLACK = 4e-3
"""The search stops at a verified radius whose probability is this close to eta, as a difference of normal
quantiles. A choice: a radius smaller by a few thousandths of a standard error, for fewer evaluations."""

_CLOSE = 4e-3
"""It also stops when the last accepted and the last refused radius are this many standard errors apart."""

_TRIES = 25
"""Most evaluations of a search. A choice; the result is valid after any number."""


def dipole_radius_joint(both: int, one: int, pairs: int, sigma: float, eta: float) -> float:
    """Return a radius that exceeds that of the paper's Theorem 3 with probability at most ``eta``.

    ``both``, ``one``: number of the ``pairs`` antithetic pairs ``(x + eps, x - eps)`` in which both sides, or
    exactly one side (either), were classified as the target. The radius is in the unit of ``sigma``; 0
    means that nothing could be certified. ValueError unless ``both + one <= pairs``, counts are not
    negative, ``sigma > 0`` and ``0 < eta < 1``.
    """
    check_sigma(sigma)
    if min(both, one) < 0 or both + one > pairs:
        raise ValueError(f"counts {both} and {one} do not fit {pairs} pairs")
    check_error("eta", eta)
    if 2 * both + one <= pairs:
        return 0.0
    return down(sigma * _search(_JointTest(both, one, pairs, eta)))


class _JointTest:
    """Computes upper bounds on the p-value of ``R <= r``."""

    def __init__(self, both: int, one: int, pairs: int, eta: float) -> None:
        self.both, self.one, self.pairs = both, one, pairs
        self.level = eta * (1.0 - BOX_SHARE) * (1.0 - 1e-12)
        self.box = Box.around(both, one, pairs, BOX_SHARE * eta)
        self.event = AtLeastAsGood.observed(both, one, pairs, self.box)

    def probability(self, r: float) -> float:
        """Return an upper bound on the event's probability over all parameters in the box with ``R <= r``."""
        mass = frontier(r, self.box, self.pairs, _STEP).mass
        raised = _raise(mass)
        total = raised.sum(axis=0)
        growth = np.exp(np.minimum(self.pairs * (np.log(total) + 2e-15), 700.0))
        return float(np.max(growth * self.event.probability_upper(*(raised / total))))

    def guess(self) -> tuple[float, float]:
        """Return an estimate of the certified radius, and the standard error of the observed radius."""
        s, d, n = self.both / self.pairs, self.one / self.pairs, self.pairs
        if self.both == n:
            r = max(float(-ndtri(min(-math.log(self.level) / (2 * n), 0.45))), 0.01)
            return r, 0.5 / (1.0 + r)
        r = DipoleCurve(s, 0.5 * d).root()
        z, y = float(-ndtri(0.5 * (1.0 - s))), float(ndtri(0.5 * max(d, 0.1 / n)))
        a, b = math.exp(-0.5 * r * r) * math.cosh(z * r), 0.5 * math.exp(y * r - 0.5 * r * r)
        slope = density(y - r) + density(z - r) - density(z + r)
        error = math.sqrt(max(a * a * s + b * b * d - (a * s + b * d) ** 2, 1e-12) / n) / slope
        return max(r + float(ndtri(self.level)) * error, 0.1 * r), error


def _search(test: _JointTest) -> float:
    """Return the largest ``r`` found at which the test rejects ``R <= r``.

    Only an ``r`` whose bound was computed and found to be at most the level is returned. The p-value does not
    fall as ``r`` grows. So neither the start nor the steps of the search affect soundness.
    """
    target = float(ndtri(test.level))
    low, high = test.box.lowest_radius(), math.inf
    r, error = test.guess()
    r = max(r, low + 0.1 * error)
    hopeless = 0.04 * r
    seen: list[tuple[float, float]] = []
    for _ in range(_TRIES):
        probability = test.probability(r)
        excess = float(ndtri(min(max(probability, 1e-300), 1.0 - 1e-15))) - target
        if probability <= test.level:
            low = r
            if excess > -_SLACK:
                break
        else:
            high = r
        seen.append((r, excess))
        r = _next(seen, low, high, error)
        if not low < r < high or high - low < _CLOSE * error or high < hopeless:
            break
    return low


def _next(seen: list[tuple[float, float]], low: float, high: float, error: float) -> float:
    """Return the next radius to try: by the secant of the last two points; every fifth time by bisection."""
    r, excess = seen[-1]
    slope = 1.0 / error
    if len(seen) > 1 and seen[-2][0] != r and seen[-2][1] != excess:
        slope = (excess - seen[-2][1]) / (r - seen[-2][0])
    guess = r - (excess + 0.5 * _SLACK) / slope
    if low < guess < high and (len(seen) % 5 or math.isinf(high)):
        return guess
    return 0.5 * (low + high) if math.isfinite(high) else r + error


def _raise(mass: NDArray[np.float64]) -> NDArray[np.float64]:
    """Raise the vertices so that each probability between neighbours is at most a geometric mean of theirs.

    On the straight line from ``p0`` to ``p1``, a probability is at most ``S p0^(1-t) p1^t`` with Specht's
    ratio ``S``, and at most the larger of the two. The bound that raises less is used.
    """
    left, right = mass[:, :-1], mass[:, 1:]
    larger = np.maximum(left, right)
    ratio = specht_ratio(right / left)
    flat = larger * (ratio - 1.0) > larger - np.minimum(left, right)
    raised = mass.copy()
    raised[:, :-1] = np.where(flat, larger, left * ratio)
    raised[:, 1:] = np.maximum(
        np.where(flat, larger, right * ratio), np.append(raised[:, 1:-1], right[:, -1:], axis=1)
    )
    return raised


def specht_ratio(h: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest ratio of the arithmetic to the geometric weighted mean of 1 and ``h``, rounded up.

    ``h`` is positive, of any shape, which the answer has too.
    Specht (1960): ``(1-t) + t h <= S(h) h^t`` for ``0 <= t <= 1`` with ``S(h) = exp(x - 1) / x`` and
    ``x = ln h / (h - 1)``.
    """
    d = h - 1.0
    near = np.abs(d) < 1e-4
    far = np.where(near, 2.0, h)
    more = far - 1.0  # exact where the logarithm needs it: between 1/2 and 2
    x = np.where(np.abs(more) < 0.5, np.log1p(more), np.log(far)) / more
    ratio = np.where(near, 1.0 + 0.127 * d * d, np.exp(x - 1.0) / x)
    return np.asarray(ratio * (1.0 + 2e-15 * (1.0 + x)), dtype=np.float64)
