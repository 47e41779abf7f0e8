"""Certificates from the tight and the anytime-valid bounds: how eta is divided, what fills each field."""

from __future__ import annotations

import math
from collections.abc import Callable

from certificates.bounds.anytime import (
    dipole_radius_anytime,
    gradient_norm_upper_anytime,
    pair_shares_lower_anytime,
    probability_lower_anytime,
)
from certificates.bounds.clopper_pearson import clopper_pearson_lower, gradient_norm_ceiling
from certificates.bounds.joint_dipole.region import Box
from certificates.bounds.joint_dipole.search import BOX_SHARE, dipole_radius_joint
from certificates.bounds.split_gradient import gradient_norm_upper_split
from certificates.certificate import Certificate, Estimate, GradientNorm
from certificates.certifiers.statements import first_order_statement, second_order_statement, share
from certificates.counts.evidence import Bounds, Certifier, GradientSums, HitCounts, PairCounts
from certificates.counts.split_sums import SplitProduct
from certificates.curves.directed_rounding import down, radius_down

GRADIENT_SHARE = 0.1
"""Part of eta that the gradient bound spends in a second-order certificate; the score spends the rest."""


def first_order_tight(counts: HitCounts, sigma: float, eta: float) -> Certificate:
    """Return the first-order certificate: Clopper-Pearson at eta is the best bound on one probability."""
    return first_order_statement(
        counts, sigma, eta, Bounds.TIGHT, clopper_pearson_lower(counts.hits, counts.n, eta)
    )


def first_order_anytime(counts: HitCounts, sigma: float, eta: float) -> Certificate:
    """Return the first-order certificate that holds whenever sampling stops."""
    return first_order_statement(
        counts, sigma, eta, Bounds.ANYTIME, probability_lower_anytime(counts.hits, counts.n, eta)
    )


def second_order_tight(counts: HitCounts, gradient: GradientSums, sigma: float, eta: float) -> Certificate:
    """Return the second-order certificate from split sums; ValueError where the evidence holds none."""
    if gradient.split is None and counts.n > 0:
        raise ValueError("tight second-order bounds need split gradient sums; these were counted for 'paper'")
    if isinstance(gradient.split, SplitProduct) and gradient.split.epoch is not None:
        raise ValueError("the split product of an epoch needs the anytime bounds")
    share_p, share_g = _divide(eta, GRADIENT_SHARE)
    p_lower = clopper_pearson_lower(counts.hits, counts.n, share_p)

    def bound(inner: float, n_half: int, error: float) -> float:
        return gradient_norm_upper_split(inner, n_half, gradient.d, sigma, share_g, p_lower, error)

    return _second_order(counts, gradient, sigma, eta, Bounds.TIGHT, p_lower, bound)


def second_order_anytime(counts: HitCounts, gradient: GradientSums, sigma: float, eta: float) -> Certificate:
    """Return the second-order certificate that holds whenever sampling stops.

    ``counts`` are those at the stop, ``gradient.split`` the product at the end of the last finished epoch
    (None before the first has ended). ValueError for split sums that do not say which epoch they end.
    """
    epoch = gradient.split.epoch if isinstance(gradient.split, SplitProduct) else None
    if gradient.split is not None and epoch is None:
        raise ValueError("anytime second-order bounds need the split product of an epoch")
    share_p, share_g = _divide(eta, GRADIENT_SHARE)
    p_lower = probability_lower_anytime(counts.hits, counts.n, share_p)

    def bound(inner: float, n_half: int, error: float) -> float:
        return gradient_norm_upper_anytime(
            inner, n_half, epoch or 0, gradient.d, sigma, share_g, p_lower, error
        )

    return _second_order(counts, gradient, sigma, eta, Bounds.ANYTIME, p_lower, bound)


def dipole_tight(counts: PairCounts, sigma: float, eta: float) -> Certificate:
    """Return the dipole certificate of the joint bound.

    The lower bounds of ``c_s``, ``c_n`` and ``p_a`` are those of the confidence box: they and the radius hold
    together with confidence ``1 - eta``. The radius itself needs no value of either, and is larger than what
    the box alone would give.
    """
    one = counts.plus_only + counts.minus_only
    share_joint, share_box = _divide(eta, BOX_SHARE)
    box = Box.around(counts.both, one, counts.pairs, share_box)
    shares = (box.s_low, down(0.5 * box.d_low))
    radius = dipole_radius_joint(counts.both, one, counts.pairs, sigma, eta)
    return _dipole(
        counts, sigma, eta, Bounds.TIGHT, radius, shares, {"radius": share_joint, "box": share_box}
    )


def dipole_anytime(counts: PairCounts, sigma: float, eta: float) -> Certificate:
    """Return the dipole certificate that holds whenever sampling stops: one statement at eta."""
    one = counts.plus_only + counts.minus_only
    shares = pair_shares_lower_anytime(counts.both, one, counts.pairs, eta)
    radius = dipole_radius_anytime(counts.both, one, counts.pairs, sigma, eta)
    return _dipole(counts, sigma, eta, Bounds.ANYTIME, radius, shares, {"radius": eta})


def _second_order(
    counts: HitCounts,
    gradient: GradientSums,
    sigma: float,
    eta: float,
    bounds: Bounds,
    p_lower: float,
    bound: Callable[[float, int, float], float],
) -> Certificate:
    inner, error, n_half = 0.0, 0.0, 0
    if gradient.split is not None and min(gradient.split.n_a, gradient.split.n_b) > 0:
        inner, error = gradient.split.inner_product()
        n_half = min(gradient.split.n_a, gradient.split.n_b)
    norm = GradientNorm(
        upper=bound(inner, n_half, error),
        estimate=math.sqrt(max(inner, 0.0)) / sigma if n_half else None,
        ceiling=gradient_norm_ceiling(p_lower, sigma),
    )
    share_p, share_g = _divide(eta, GRADIENT_SHARE)
    spent = {"p_a": share_p, "gradient_norm": share_g}
    return second_order_statement(counts, sigma, eta, bounds, p_lower, norm, spent)


def _dipole(
    counts: PairCounts,
    sigma: float,
    eta: float,
    bounds: Bounds,
    radius: float,
    shares: tuple[float, float],
    eta_spent: dict[str, float],
) -> Certificate:
    one = counts.plus_only + counts.minus_only
    c_s, c_n = shares
    return Certificate(
        certifier=Certifier.DIPOLE,
        bounds=bounds,
        radius=radius_down(radius),
        sigma=sigma,
        eta=eta,
        n=2 * counts.pairs,
        p_a=Estimate(down(c_s + c_n), share(2 * counts.both + one, 2 * counts.pairs)),
        c_s=Estimate(c_s, share(counts.both, counts.pairs)),
        c_n=Estimate(c_n, share(one, 2 * counts.pairs)),
        gradient_norm=None,
        eta_spent=eta_spent,
    )


def _divide(eta: float, part: float) -> tuple[float, float]:
    """Return eta without and with the part, adding up to at most eta in floats."""
    spent = part * eta
    return down(eta - spent), spent
