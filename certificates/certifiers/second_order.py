"""Second order (the paper's Theorem 1): bounds on the smoothed score and the norm of its gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar, Final

from certificates.bounds.all_pairs_gradient import gradient_norm_upper_all_pairs
from certificates.bounds.anytime import epoch_share, probability_lower_anytime
from certificates.bounds.clopper_pearson import clopper_pearson_lower
from certificates.bounds.final_counts import hits_to_come
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.bounds.least_slope import gradient_norm_lower
from certificates.bounds.missed_gradient import gradient_norm_upper_misses
from certificates.bounds.multiclass import second_order_multiclass
from certificates.bounds.pair_statistic import PairStatistic
from certificates.bounds.paired_gradient import gradient_norm_upper_paired
from certificates.bounds.statistic_choice import statistic_for
from certificates.certificate import Certificate, GradientNorm
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.certifiers.vote_statements import majority_statement, multiclass_statement
from certificates.counts.all_pairs import AllPairsMean
from certificates.counts.evidence import Evidence, HitCounts, gradient_of, votes_of
from certificates.counts.gradient_sums import GradientSums
from certificates.curves.directed_rounding import down, radius_down, up
from certificates.curves.lower_bounds import Curve, SecondOrderCurve, second_order_radius
from certificates.kinds import Bounds, Decision, EvidenceKind, GradientSumsKind, Weights

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
        if decision is Decision.MULTICLASS:
            return GradientSumsKind.ALL_PAIRS_PER_CLASS
        return GradientSumsKind.ALL_PAIRS

    def weights(
        self, bounds: Bounds, decision: Decision, selected: tuple[int, int], n: int, d: int
    ) -> Weights:
        """See Certifier. Every class of a multi-class job shares one sum of squared norms: that of scores."""
        if self.gradient_sums(bounds, decision) is not GradientSumsKind.ALL_PAIRS:
            return Weights.SCORES
        return statistic_for(*selected, n, d)

    def likely_case(self, n: int, classes: int, score: float, rivals: int = 1) -> tuple[Certifier, Evidence]:
        """See Certifier. This is the first order's case, which spends all of eta on the score.

        The gradient of a score may be so large that second order is no better.
        """
        return FIRST_ORDER.likely_case(n, classes, score, rivals)

    def farthest(self, best: Certificate) -> float:
        """See Certifier. The gradient is taken to be zero; sampled sums never give a larger radius."""
        return radius_down(second_order_radius(best.p_a.lower, 0.0, best.sigma))

    def best_to_come(self, evidence: Evidence, sigma: float, eta: float, n: int, doubt: float) -> float:
        """See Certifier. The gradient is taken to be its lower bound at the end of the last epoch.

        The doubt has three equal parts: that the votes turn out better, that this lower bound is wrong, and
        that the final upper bound is below the gradient. If eta allows the last more often than that, the
        gradient is taken to be zero.
        """
        third, spent = doubt / 3.0, _divided(eta)
        best = hits_to_come(votes_of(evidence), n, third)
        p_lower = probability_lower_anytime(best.hits, n, spent["p_a"])
        mean, norm = gradient_of(evidence).all_pairs, 0.0
        if mean is not None and mean.epoch is not None and spent["gradient_norm"] <= third:
            norm = gradient_norm_lower(mean, sigma, epoch_share(third, mean.epoch))
        return radius_down(second_order_radius(p_lower, norm, sigma))

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
        """Return the certificate. ValueError unless the evidence holds the statistic of all samples."""
        hits, statistic = votes_of(evidence), gradient_of(evidence).condensed().all_pairs
        if statistic is None and hits.n > 0:
            raise ValueError(
                "tight second-order bounds need gradient sums of all pairs; these were counted for 'paper'"
            )
        if statistic is not None and statistic.epoch is not None:
            raise ValueError("the gradient statistic of an epoch needs the anytime bounds")
        spent = _divided(eta)
        p_lower = clopper_pearson_lower(hits.hits, hits.n, spent["p_a"])
        norm = _gradient_norm(statistic, sigma, spent["gradient_norm"], p_lower)
        return self._stated(hits, sigma, eta, Bounds.TIGHT, p_lower, norm, spent)

    def _anytime(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Use the votes at the stop, and the gradient statistic at the end of the last finished epoch.

        Before the first epoch has ended there is none. ValueError for a statistic that does not say which
        epoch it ends.
        """
        hits, gradient = votes_of(evidence), gradient_of(evidence)
        statistic = gradient.all_pairs
        epoch = None if statistic is None else statistic.epoch
        if gradient.sums is not None or (statistic is not None and epoch is None):
            raise ValueError("anytime second-order bounds need the gradient statistic of an epoch")
        spent = _divided(eta)
        p_lower = probability_lower_anytime(hits.hits, hits.n, spent["p_a"])
        share = epoch_share(spent["gradient_norm"], epoch or 0)
        norm = _gradient_norm(statistic, sigma, share, p_lower)
        return self._stated(hits, sigma, eta, Bounds.ANYTIME, p_lower, norm, spent)

    def _multiclass(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits, classes = votes_of(evidence), gradient_of(evidence).condensed().per_class
        if classes is None:
            raise ValueError("a multi-class second-order certificate needs the gradient sums of every class")
        norms = partial(_norm_upper_of_class, classes, sigma)
        bound = second_order_multiclass(hits, norms, sigma, down(eta))
        share = bound.eta_spent["gradient_norm"]
        norm = replace(
            _gradient_norm(classes[hits.target], sigma, share, 0.5),
            ceiling=gradient_norm_ceiling(bound.p_lower, sigma),
        )
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


def _norm_upper_of_class(classes: Sequence[AllPairsMean], sigma: float, c: int, alpha: float) -> float:
    return _gradient_norm(classes[c], sigma, alpha, 0.5).upper


def _gradient_norm(mean: AllPairsMean | None, sigma: float, alpha: float, p_lower: float) -> GradientNorm:
    """Return the bound at error ``alpha``; without a mean of all pairs it is the ceiling."""
    ceiling = gradient_norm_ceiling(p_lower, sigma)
    if mean is None:
        return GradientNorm(upper=ceiling, estimate=None, ceiling=ceiling)
    statistic = PairStatistic(mean.n, math.nextafter(mean.mean + mean.error, math.inf))
    if mean.weights is Weights.MISSES:
        missed = min(up(1.0 - p_lower), 1.0)
        upper = gradient_norm_upper_misses(statistic, mean.d, sigma, alpha, missed)
    else:
        upper = gradient_norm_upper_all_pairs(statistic, mean.d, sigma, alpha, p_lower)
    estimate = math.sqrt(max(mean.mean, 0.0)) / sigma if mean.n > 1 else None
    return GradientNorm(upper, estimate, ceiling)
