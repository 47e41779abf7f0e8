"""Second order (the paper's Theorem 1): bounds on the smoothed score and the norm of its gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import ClassVar, Final

from certificates.bounds.anytime import gradient_norm_upper_anytime, probability_lower_anytime
from certificates.bounds.clopper_pearson import clopper_pearson_lower
from certificates.bounds.final_counts import hits_to_come
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.bounds.multiclass import SplitStatistic, second_order_multiclass
from certificates.bounds.paired_gradient import gradient_norm_upper_paired
from certificates.bounds.split_gradient import gradient_norm_upper_split
from certificates.certificate import Certificate, GradientNorm
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.certifiers.vote_statements import majority_statement, multiclass_statement
from certificates.counts.evidence import Evidence, HitCounts, gradient_of, votes_of
from certificates.counts.gradient_sums import GradientSums
from certificates.counts.split_sums import SplitProduct, SplitSums
from certificates.curves.directed_rounding import down, radius_down, up
from certificates.curves.lower_bounds import Curve, SecondOrderCurve, second_order_radius
from certificates.kinds import Bounds, Decision, EvidenceKind, GradientSumsKind

GRADIENT_SHARE = 0.1
"""Part of eta that the gradient bound spends; the score spends the rest.

A choice. At eta 0.001 the score's bound is then 3.121 instead of 3.090 standard errors below its estimate, 1
% wider, and the logarithm in the gradient bound is ``ln(1e4) = 9.2`` instead of ``ln(1e3) = 6.9``.
"""


class SecondOrder(Certifier):
    """Divides eta between a lower bound on the score and an upper bound on the norm of its gradient."""

    name: ClassVar[str] = "second_order"
    colour: ClassVar[str] = "#0072B2"
    evidence: ClassVar[EvidenceKind] = EvidenceKind.VOTES_AND_GRADIENT
    majority_only: ClassVar[str | None] = None

    def gradient_sums(self, bounds: Bounds, decision: Decision) -> GradientSumsKind:
        """See Certifier."""
        if bounds is Bounds.PAPER:
            return GradientSumsKind.PAIRED
        multiclass = decision is Decision.MULTICLASS
        return GradientSumsKind.SPLIT_PER_CLASS if multiclass else GradientSumsKind.SPLIT

    def likely_case(self, n: int, classes: int, score: float) -> tuple[Certifier, Evidence]:
        """See Certifier. This is the first order's case, which spends all of eta on the score.

        The gradient of a score may be so large that second order is no better.
        """
        return FIRST_ORDER.likely_case(n, classes, score)

    def farthest(self, best: Certificate) -> float:
        """See Certifier. The gradient is taken to be zero; sampled sums never give a larger radius."""
        return radius_down(second_order_radius(best.p_a.lower, 0.0, best.sigma))

    def best_to_come(self, evidence: Evidence, sigma: float, eta: float, n: int, doubt: float) -> float:
        """See Certifier. The gradient is taken to be zero; sampled sums never give a larger radius."""
        best = hits_to_come(votes_of(evidence), n, doubt)
        p_lower = probability_lower_anytime(best.hits, n, _divided(eta)["p_a"])
        return radius_down(second_order_radius(p_lower, 0.0, sigma))

    def curve(self, certificate: Certificate) -> Curve:
        """See Certifier."""
        if certificate.gradient_norm is None:
            raise ValueError("a second-order certificate states a bound on the gradient")
        return SecondOrderCurve(
            certificate.p_a.lower, up(certificate.sigma * certificate.gradient_norm.upper)
        )

    def _paper(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits, gradient = votes_of(evidence), gradient_of(evidence)
        half = 0.5 * eta
        p_lower = clopper_pearson_lower(hits.hits, hits.n, half)
        squared = gradient.paired_sum / max(gradient.pairs, 1) / sigma / sigma
        norm = GradientNorm(
            upper=gradient_norm_upper_paired(squared, gradient.pairs, gradient.d, sigma, half, p_lower),
            estimate=math.sqrt(max(squared, 0.0)) if gradient.pairs else None,
            ceiling=gradient_norm_ceiling(p_lower, sigma),
        )
        spent = {"p_a": half, "gradient_norm": half}
        return self._stated(hits, sigma, eta, Bounds.PAPER, p_lower, norm, spent)

    def _tight(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Return the certificate. ValueError unless the evidence holds split sums of all samples."""
        hits, gradient = votes_of(evidence), gradient_of(evidence)
        if gradient.split is None and hits.n > 0:
            raise ValueError(
                "tight second-order bounds need split gradient sums; these were counted for 'paper'"
            )
        if isinstance(gradient.split, SplitProduct) and gradient.split.epoch is not None:
            raise ValueError("the split product of an epoch needs the anytime bounds")
        spent = _divided(eta)
        p_lower = clopper_pearson_lower(hits.hits, hits.n, spent["p_a"])
        split = _statistic(gradient.split)
        upper = gradient_norm_upper_split(
            split.inner_product, split.n_half, gradient.d, sigma, spent["gradient_norm"], p_lower, split.error
        )
        norm = _gradient_norm(upper, split, sigma, p_lower)
        return self._stated(hits, sigma, eta, Bounds.TIGHT, p_lower, norm, spent)

    def _anytime(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Use the votes at the stop, and the split product at the end of the last finished epoch.

        Before the first epoch has ended there is no product. ValueError for split sums that do not say which
        epoch they end.
        """
        hits, gradient = votes_of(evidence), gradient_of(evidence)
        epoch = gradient.split.epoch if isinstance(gradient.split, SplitProduct) else None
        if gradient.split is not None and epoch is None:
            raise ValueError("anytime second-order bounds need the split product of an epoch")
        spent = _divided(eta)
        p_lower = probability_lower_anytime(hits.hits, hits.n, spent["p_a"])
        split = _statistic(gradient.split)
        upper = gradient_norm_upper_anytime(
            split.inner_product,
            split.n_half,
            epoch or 0,
            gradient.d,
            sigma,
            spent["gradient_norm"],
            p_lower,
            split.error,
        )
        norm = _gradient_norm(upper, split, sigma, p_lower)
        return self._stated(hits, sigma, eta, Bounds.ANYTIME, p_lower, norm, spent)

    def _multiclass(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits, gradient = votes_of(evidence), gradient_of(evidence)
        if gradient.per_class is None:
            raise ValueError("a multi-class second-order certificate needs the gradient sums of every class")
        splits = [_statistic(split) for split in gradient.per_class]
        bound = second_order_multiclass(hits, splits, gradient.d, sigma, down(eta))
        own = splits[hits.target]
        share_g = bound.eta_spent["gradient_norm"]
        upper = gradient_norm_upper_split(
            own.inner_product, own.n_half, gradient.d, sigma, share_g, 0.5, own.error
        )
        norm = _gradient_norm(upper, own, sigma, bound.p_lower)
        return multiclass_statement(self, hits, sigma, eta, bound, norm)

    def _stated(
        self,
        hits: HitCounts,
        sigma: float,
        eta: float,
        bounds: Bounds,
        p_lower: float,
        norm: GradientNorm,
        eta_spent: Mapping[str, float],
    ) -> Certificate:
        radius = second_order_radius(p_lower, norm.upper, sigma)
        return majority_statement(self, hits, sigma, eta, bounds, radius, p_lower, eta_spent, norm)


SECOND_ORDER: Final[Certifier] = SecondOrder()


def certify_second_order(
    counts: HitCounts, gradient: GradientSums, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the second-order certificate; the same samples serve both bounds. ValueError as ``certify``."""
    return SECOND_ORDER.certify(Evidence(hits=counts, gradient=gradient), sigma, eta, bounds)


def _divided(eta: float) -> dict[str, float]:
    """Return the shares of the two bounds. As floats they add up to at most eta."""
    gradient = GRADIENT_SHARE * eta
    return {"p_a": down(eta - gradient), "gradient_norm": gradient}


def _statistic(split: SplitSums | SplitProduct | None) -> SplitStatistic:
    """Return the statistic of the gradient bound; an empty one if a half has no samples."""
    n_half = 0 if split is None else min(split.n_a, split.n_b)
    inner, error = (0.0, 0.0) if split is None or n_half == 0 else split.inner_product()
    return SplitStatistic(inner, n_half, error)


def _gradient_norm(upper: float, split: SplitStatistic, sigma: float, p_lower: float) -> GradientNorm:
    return GradientNorm(
        upper=upper,
        estimate=math.sqrt(max(split.inner_product, 0.0)) / sigma if split.n_half else None,
        ceiling=gradient_norm_ceiling(p_lower, sigma),
    )
