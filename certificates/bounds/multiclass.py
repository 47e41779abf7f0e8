"""Multi-class certificates (section 3.2 of the paper): the first distance at which another class catches up.

Proof: docs/theorems.md, Theorem 6. ``U_c(r) = 1 - L(r)`` of ``1 - f_c`` is an upper bound on the score of
class ``c``. Each other class is one comparison with the target; the certified radius is the smallest radius
of all comparisons. It can be too large only if the comparison with the smallest true radius fails. So eta is
divided among the bounds of one comparison, and not among the comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from certificates.bounds.clopper_pearson import clopper_pearson_lower, clopper_pearson_upper
from certificates.bounds.error_probability import check_error
from certificates.counts.evidence import HitCounts
from certificates.curves.directed_rounding import LEVEL_MARGIN, bisect_last_true, down, up
from certificates.curves.lower_bounds import SecondOrderCurve, check_sigma
from certificates.curves.normal_law import cdf

GRADIENT_SHARE = 0.1
"""Part of a class's share of eta that its gradient bound spends. A choice, as GRADIENT_SHARE of second
order."""

NormUpper = Callable[[int, float], float]
"""An upper bound on a gradient norm, from a class and an error probability."""

_NO_GRADIENT = 1.0
"""Above every ceiling ``phi(Phi^-1(p))``. With it, the curve of the paper's Theorem 1 is the first-order
curve."""

_LARGEST_RADIUS = 40.0
"""In units of sigma: here a slab has a mass below 1e-200. No radius from counts comes near it."""


@dataclass(frozen=True, slots=True)
class MulticlassBound:
    """A radius in the unit of ``sigma`` and what it came from.

    ``p_lower`` is the target's lower bound; ``p_upper[c]`` is the upper bound of each other class: its own,
    or what the target's bound leaves. ``rival`` is the class that limits the radius; None if there is no
    other class. ``eta_spent`` holds the shares of one comparison's bounds; each other class spends those
    named ``other_*``.
    """

    radius: float
    p_lower: float
    p_upper: Mapping[int, float]
    rival: int | None
    eta_spent: Mapping[str, float]


def first_order_multiclass(counts: HitCounts, sigma: float, eta: float) -> MulticlassBound:
    """Return the first-order multi-class radius, ``sigma (Phi^-1(p_A) - Phi^-1(p_c)) / 2`` at its least."""
    p_lower, p_upper = _scores(counts, sigma, eta, 0.5 * eta)
    curves = {c: SecondOrderCurve(_complement(p), _NO_GRADIENT) for c, p in p_upper.items()}
    spent = {"p_a": 0.5 * eta, "other_p": 0.5 * eta}
    return _bound(SecondOrderCurve(p_lower, _NO_GRADIENT), curves, p_lower, p_upper, sigma, spent)


def second_order_multiclass(
    counts: HitCounts, norm_upper: NormUpper, sigma: float, eta: float
) -> MulticlassBound:
    """Return the second-order multi-class radius from bounds on the gradients of all classes' scores.

    ``norm_upper(c, alpha)`` is an upper bound on the norm of the gradient of class ``c``'s score, per unit of
    input, with confidence ``1 - alpha``. It is asked once for each class. ValueError if an argument is out of
    range.
    """
    share_g = 0.5 * GRADIENT_SHARE * eta
    share_p = 0.5 * eta - share_g
    p_lower, p_upper = _scores(counts, sigma, eta, share_p)

    def curve(c: int, p: float) -> SecondOrderCurve:
        return SecondOrderCurve(p, up(sigma * norm_upper(c, share_g)))

    curves = {c: curve(c, _complement(p)) for c, p in p_upper.items()}
    spent = {"p_a": share_p, "gradient_norm": share_g, "other_p": share_p, "other_gradient_norm": share_g}
    return _bound(curve(counts.target, p_lower), curves, p_lower, p_upper, sigma, spent)


def _scores(counts: HitCounts, sigma: float, eta: float, share: float) -> tuple[float, dict[int, float]]:
    check_sigma(sigma)
    check_error("eta", eta)
    p_lower = clopper_pearson_lower(counts.hits, counts.n, share)
    left = up(1.0 - p_lower)
    others = {c: votes for c, votes in enumerate(counts.per_class) if c != counts.target}
    return p_lower, {c: min(clopper_pearson_upper(v, counts.n, share), left) for c, v in others.items()}


def _bound(
    target: SecondOrderCurve,
    others: Mapping[int, SecondOrderCurve],
    p_lower: float,
    p_upper: Mapping[int, float],
    sigma: float,
    spent: Mapping[str, float],
) -> MulticlassBound:
    """Find each comparison's radius by bisection, and return the smallest."""
    slab = target.slab()
    radii = {c: _meeting(slab, curve.slab()) for c, curve in others.items()}
    rival = min(radii, key=lambda c: radii[c], default=None)
    radius = 0.0 if rival is None else down(sigma * radii[rival])
    return MulticlassBound(radius, p_lower, dict(p_upper), rival, dict(spent))


def _meeting(target: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the last distance at which ``L_A(r) > U_c(r)``, as ``L_A(r) + L_{1-c}(r) > 1``, rounded down."""

    def apart(r: float) -> bool:
        return sum(cdf(b - r) - cdf(a - r) for a, b in (target, other)) >= 1.0 + LEVEL_MARGIN

    return bisect_last_true(apart, 0.0, _LARGEST_RADIUS) if apart(0.0) else 0.0


def _complement(p: float) -> float:
    """Return ``1 - p``, rounded down, for an upper bound ``p`` on a score."""
    return max(math.nextafter(1.0 - p, 0.0), 0.0)
