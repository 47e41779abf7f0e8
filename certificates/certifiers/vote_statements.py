"""State bounds from votes as a certificate: for a majority, against other classes, and for the top k."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from certificates.bounds.multiclass import MulticlassBound
from certificates.bounds.top_k import TopKBound
from certificates.certificate import Certificate, Estimate, GradientNorm, Rival, Rivals
from certificates.certifiers.certifier import Certifier
from certificates.counts.evidence import HitCounts
from certificates.curves.directed_rounding import radius_down
from certificates.kinds import Bounds, Decision


def majority_statement(
    certifier: Certifier,
    hits: HitCounts,
    sigma: float,
    eta: float,
    bounds: Bounds,
    radius: float,
    p_lower: float,
    eta_spent: Mapping[str, float],
    norm: GradientNorm | None = None,
) -> Certificate:
    """Return the certificate of a class whose score stays above one half."""
    return Certificate(
        certifier=certifier,
        bounds=bounds,
        radius=radius_down(radius),
        sigma=sigma,
        eta=eta,
        n=hits.n,
        p_a=Estimate(p_lower, share(hits.hits, hits.n)),
        c_s=None,
        c_n=None,
        gradient_norm=norm,
        eta_spent=dict(eta_spent),
    )


def multiclass_statement(
    certifier: Certifier,
    hits: HitCounts,
    sigma: float,
    eta: float,
    bound: MulticlassBound,
    norm: GradientNorm | None = None,
) -> Certificate:
    """Return the certificate of a class whose score stays above that of every other class."""
    rival = bound.rival
    other = None
    if rival is not None:
        other = Rival(rival, bound.p_upper[rival], share(hits.per_class[rival], hits.n))
    return replace(
        _of_bound(certifier, hits, sigma, eta, bound, norm), decision=Decision.MULTICLASS, p_other=other
    )


def top_k_statement(
    certifier: Certifier, hits: HitCounts, k: int, sigma: float, eta: float, bound: TopKBound
) -> Certificate:
    """Return the certificate of a class whose score stays among the ``k`` largest."""
    votes = sum(hits.per_class[c] for c in bound.others)
    return replace(
        _of_bound(certifier, hits, sigma, eta, bound),
        decision=Decision.TOP_K,
        p_others=Rivals(bound.others, bound.p_upper, share(votes, hits.n)),
        k=k,
    )


def _of_bound(
    certifier: Certifier,
    hits: HitCounts,
    sigma: float,
    eta: float,
    bound: MulticlassBound | TopKBound,
    norm: GradientNorm | None = None,
) -> Certificate:
    """Return the certificate of a comparison with other classes, but without these; its bounds are tight."""
    tight = Bounds.TIGHT
    return majority_statement(
        certifier, hits, sigma, eta, tight, bound.radius, bound.p_lower, bound.eta_spent, norm
    )


def share(part: int, whole: int) -> float | None:
    """Return ``part / whole``; None if ``whole`` is 0."""
    return part / whole if whole else None
