"""What a certificate states once its bounds are known: the same fields for every kind of bounds."""

from __future__ import annotations

from collections.abc import Mapping

from certificates.certificate import Certificate, Estimate, GradientNorm
from certificates.counts.evidence import HitCounts
from certificates.curves.directed_rounding import radius_down
from certificates.curves.lower_bounds import first_order_radius, second_order_radius
from certificates.kinds import Bounds, Certifier


def first_order_statement(
    counts: HitCounts, sigma: float, eta: float, bounds: Bounds, p_lower: float
) -> Certificate:
    """Return the first-order certificate that rests on a lower bound on the score, at all of eta."""
    return Certificate(
        certifier=Certifier.FIRST_ORDER,
        bounds=bounds,
        radius=radius_down(first_order_radius(p_lower, sigma)),
        sigma=sigma,
        eta=eta,
        n=counts.n,
        p_a=Estimate(p_lower, share(counts.hits, counts.n)),
        c_s=None,
        c_n=None,
        gradient_norm=None,
        eta_spent={"p_a": eta},
    )


def second_order_statement(
    counts: HitCounts,
    sigma: float,
    eta: float,
    bounds: Bounds,
    p_lower: float,
    norm: GradientNorm,
    eta_spent: Mapping[str, float],
) -> Certificate:
    """Return the second-order certificate that rests on bounds on the score and on its gradient."""
    return Certificate(
        certifier=Certifier.SECOND_ORDER,
        bounds=bounds,
        radius=radius_down(second_order_radius(p_lower, norm.upper, sigma)),
        sigma=sigma,
        eta=eta,
        n=counts.n,
        p_a=Estimate(p_lower, share(counts.hits, counts.n)),
        c_s=None,
        c_n=None,
        gradient_norm=norm,
        eta_spent=dict(eta_spent),
    )


def share(part: int, whole: int) -> float | None:
    """Return ``part / whole``, None of nothing."""
    return part / whole if whole else None
