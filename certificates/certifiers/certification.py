"""From counts to a certificate: one function a certifier, and the one entry that picks it."""

from __future__ import annotations

import math
from collections.abc import Callable

from certificates.bounds.clopper_pearson import (
    clopper_pearson_lower,
    gradient_norm_ceiling,
    gradient_norm_upper_paired,
)
from certificates.certificate import Certificate, Estimate, GradientNorm
from certificates.certifiers.statements import first_order_statement, second_order_statement, share
from certificates.certifiers.tight_certify import (
    dipole_anytime,
    dipole_tight,
    first_order_anytime,
    first_order_tight,
    second_order_anytime,
    second_order_tight,
)
from certificates.counts.evidence import Bounds, Certifier, Evidence, GradientSums, HitCounts, PairCounts
from certificates.curves.directed_rounding import radius_down
from certificates.curves.lower_bounds import check_sigma, dipole_radius


def certify(
    certifier: Certifier, evidence: Evidence, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Turn evidence into a certificate that is wrong with probability at most ``eta``.

    ``sigma`` is in units of input. Raises ValueError when the evidence is not of the kind that the
    certifier needs, or ``sigma`` or ``eta`` is out of range.
    """
    if certifier is Certifier.FIRST_ORDER and evidence.hits is not None and evidence.gradient is None:
        return certify_first_order(evidence.hits, sigma, eta, bounds)
    if certifier is Certifier.SECOND_ORDER and evidence.hits is not None and evidence.gradient is not None:
        return certify_second_order(evidence.hits, evidence.gradient, sigma, eta, bounds)
    if certifier is Certifier.DIPOLE and evidence.pairs is not None:
        return certify_dipole(evidence.pairs, sigma, eta, bounds)
    raise ValueError(f"this evidence is not what a {certifier} certificate is computed from")


def certify_first_order(
    counts: HitCounts, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the first-order certificate (Cohen et al. 2019) of independent Gaussian samples."""
    _check(sigma, eta)
    return _FIRST_ORDER[bounds](counts, sigma, eta)


def certify_second_order(
    counts: HitCounts, gradient: GradientSums, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the second-order certificate (Theorem 1); the same samples serve both bounds."""
    _check(sigma, eta)
    return _SECOND_ORDER[bounds](counts, gradient, sigma, eta)


def certify_dipole(
    counts: PairCounts, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the dipole certificate (Theorem 3) of antithetic pairs."""
    _check(sigma, eta)
    return _DIPOLE[bounds](counts, sigma, eta)


def _first_order_paper(counts: HitCounts, sigma: float, eta: float) -> Certificate:
    p_lower = clopper_pearson_lower(counts.hits, counts.n, eta)
    return first_order_statement(counts, sigma, eta, Bounds.PAPER, p_lower)


def _second_order_paper(counts: HitCounts, gradient: GradientSums, sigma: float, eta: float) -> Certificate:
    half = 0.5 * eta
    p_lower = clopper_pearson_lower(counts.hits, counts.n, half)
    squared = gradient.paired_sum / max(gradient.pairs, 1) / sigma / sigma
    norm = GradientNorm(
        upper=gradient_norm_upper_paired(squared, gradient.pairs, gradient.d, sigma, half, p_lower),
        estimate=math.sqrt(max(squared, 0.0)) if gradient.pairs else None,
        ceiling=gradient_norm_ceiling(p_lower, sigma),
    )
    spent = {"p_a": half, "gradient_norm": half}
    return second_order_statement(counts, sigma, eta, Bounds.PAPER, p_lower, norm, spent)


def _dipole_paper(counts: PairCounts, sigma: float, eta: float) -> Certificate:
    half = 0.5 * eta
    c_s = clopper_pearson_lower(counts.both, counts.pairs, half)
    c_n = clopper_pearson_lower(counts.plus_only, counts.pairs, half)
    return Certificate(
        certifier=Certifier.DIPOLE,
        bounds=Bounds.PAPER,
        radius=radius_down(dipole_radius(c_s, c_n, sigma)),
        sigma=sigma,
        eta=eta,
        n=2 * counts.pairs,
        p_a=Estimate(math.nextafter(c_s + c_n, 0.0), share(counts.both + counts.plus_only, counts.pairs)),
        c_s=Estimate(c_s, share(counts.both, counts.pairs)),
        c_n=Estimate(c_n, share(counts.plus_only, counts.pairs)),
        gradient_norm=None,
        eta_spent={"c_s": half, "c_n": half},
    )


_FIRST_ORDER: dict[Bounds, Callable[[HitCounts, float, float], Certificate]] = {
    Bounds.PAPER: _first_order_paper,
    Bounds.TIGHT: first_order_tight,
    Bounds.ANYTIME: first_order_anytime,
}
_SECOND_ORDER: dict[Bounds, Callable[[HitCounts, GradientSums, float, float], Certificate]] = {
    Bounds.PAPER: _second_order_paper,
    Bounds.TIGHT: second_order_tight,
    Bounds.ANYTIME: second_order_anytime,
}
_DIPOLE: dict[Bounds, Callable[[PairCounts, float, float], Certificate]] = {
    Bounds.PAPER: _dipole_paper,
    Bounds.TIGHT: dipole_tight,
    Bounds.ANYTIME: dipole_anytime,
}


def _check(sigma: float, eta: float) -> None:
    check_sigma(sigma)
    if not 0.0 < eta < 1.0:
        raise ValueError(f"eta must be strictly between 0 and 1, got {eta}")
