"""The multi-class certificate: the bounds of ``tight_multiclass`` in the fields of a certificate."""

from __future__ import annotations

import math

from certificates.bounds.clopper_pearson import gradient_norm_ceiling
from certificates.bounds.multiclass import (
    MulticlassBound,
    SplitStatistic,
    first_order_multiclass,
    second_order_multiclass,
)
from certificates.bounds.split_gradient import gradient_norm_upper_split
from certificates.certificate import Certificate, Estimate, GradientNorm, Rival
from certificates.counts.evidence import Evidence, GradientSums, HitCounts
from certificates.curves.directed_rounding import down, radius_down
from certificates.kinds import Bounds, Certifier, Decision


def multiclass_certificate(certifier: Certifier, evidence: Evidence, sigma: float, eta: float) -> Certificate:
    """Return the multi-class certificate of a number of samples fixed in advance, at confidence ``1 - eta``.

    First order needs hits, second order the gradient sums of every class beside them; ValueError otherwise.
    """
    hits, gradient = evidence.hits, evidence.gradient
    if certifier is Certifier.FIRST_ORDER and hits is not None and gradient is None:
        bound = first_order_multiclass(hits, sigma, down(eta))
        return _certificate(certifier, hits, sigma, eta, bound, None)
    if certifier is Certifier.SECOND_ORDER and hits is not None and gradient is not None:
        statistics = _statistics(gradient)
        bound = second_order_multiclass(hits, statistics, gradient.d, sigma, down(eta))
        norm = _gradient_norm(statistics[hits.target], gradient.d, sigma, bound)
        return _certificate(certifier, hits, sigma, eta, bound, norm)
    raise ValueError(f"this evidence is not what a multi-class {certifier} certificate is computed from")


def _certificate(
    certifier: Certifier,
    hits: HitCounts,
    sigma: float,
    eta: float,
    bound: MulticlassBound,
    norm: GradientNorm | None,
) -> Certificate:
    rival = bound.rival
    shares = [votes / hits.n if hits.n else None for votes in hits.per_class]
    return Certificate(
        certifier=certifier,
        bounds=Bounds.TIGHT,
        radius=radius_down(bound.radius),
        sigma=sigma,
        eta=eta,
        n=hits.n,
        p_a=Estimate(bound.p_lower, shares[hits.target]),
        c_s=None,
        c_n=None,
        gradient_norm=norm,
        eta_spent=dict(bound.eta_spent),
        decision=Decision.MULTICLASS,
        p_other=None if rival is None else Rival(rival, bound.p_upper[rival], shares[rival]),
    )


def _gradient_norm(target: SplitStatistic, d: int, sigma: float, bound: MulticlassBound) -> GradientNorm:
    """Return the bound on the target's own gradient that the radius rests on."""
    share = bound.eta_spent["gradient_norm"]
    inner, n_half = target.inner_product, target.n_half
    return GradientNorm(
        upper=gradient_norm_upper_split(inner, n_half, d, sigma, share, 0.5, target.error),
        estimate=math.sqrt(max(inner, 0.0)) / sigma if n_half else None,
        ceiling=gradient_norm_ceiling(bound.p_lower, sigma),
    )


def _statistics(gradient: GradientSums) -> list[SplitStatistic]:
    if gradient.per_class is None:
        raise ValueError("a multi-class second-order certificate needs the gradient sums of every class")
    found = []
    for split in gradient.per_class:
        n_half = min(split.n_a, split.n_b)
        inner, error = split.inner_product() if n_half else (0.0, 0.0)
        found.append(SplitStatistic(inner, n_half, error))
    return found
