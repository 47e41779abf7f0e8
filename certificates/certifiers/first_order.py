"""First order (Cohen et al. 2019): a bound on the smoothed score, from votes of independent samples."""

from __future__ import annotations

from typing import ClassVar, Final

from certificates.bounds.anytime import probability_lower_anytime
from certificates.bounds.clopper_pearson import clopper_pearson_lower
from certificates.bounds.final_counts import hits_to_come
from certificates.bounds.likely_hits import likely_hits
from certificates.bounds.multiclass import first_order_multiclass
from certificates.bounds.top_k import first_order_top_k
from certificates.certificate import Certificate
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.vote_statements import (
    majority_statement,
    multiclass_statement,
    top_k_statement,
)
from certificates.counts.evidence import Evidence, HitCounts, votes_of
from certificates.curves.directed_rounding import down
from certificates.curves.lower_bounds import Curve, FirstOrderCurve, first_order_radius
from certificates.kinds import Bounds, EvidenceKind


class FirstOrder(Certifier):
    """Spends all of eta on one lower bound on the score."""

    name: ClassVar[str] = "first_order"
    colour: ClassVar[str] = "#555555"
    evidence: ClassVar[EvidenceKind] = EvidenceKind.VOTES
    majority_only: ClassVar[str | None] = None
    ranks: ClassVar[bool] = True

    def likely_case(self, n: int, classes: int, score: float, rivals: int = 1) -> tuple[Certifier, Evidence]:
        """See Certifier."""
        hits = likely_hits(n, score)
        others = [(n - hits + place) // rivals for place in range(rivals)]
        return self, Evidence(
            hits=HitCounts(n, 0, (hits, *others, *(0 for _ in range(classes - 1 - rivals))))
        )

    def best_to_come(self, evidence: Evidence, sigma: float, eta: float, n: int, doubt: float) -> float:
        """See Certifier."""
        best = hits_to_come(votes_of(evidence), n, doubt)
        return self.certify(Evidence(hits=best), sigma, eta, Bounds.ANYTIME).radius

    def curve(self, certificate: Certificate) -> Curve:
        """See Certifier."""
        return FirstOrderCurve(certificate.p_a.lower)

    def _paper(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits = votes_of(evidence)
        return self._stated(hits, sigma, eta, Bounds.PAPER, clopper_pearson_lower(hits.hits, hits.n, eta))

    def _tight(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Use Clopper-Pearson at eta: for one probability there is no sharper bound."""
        hits = votes_of(evidence)
        return self._stated(hits, sigma, eta, Bounds.TIGHT, clopper_pearson_lower(hits.hits, hits.n, eta))

    def _anytime(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits = votes_of(evidence)
        p_lower = probability_lower_anytime(hits.hits, hits.n, eta)
        return self._stated(hits, sigma, eta, Bounds.ANYTIME, p_lower)

    def _multiclass(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        hits = votes_of(evidence)
        bound = first_order_multiclass(hits, sigma, down(eta))
        return multiclass_statement(self, hits, sigma, eta, bound)

    def _top_k(self, evidence: Evidence, sigma: float, eta: float, k: int) -> Certificate:
        hits = votes_of(evidence)
        return top_k_statement(self, hits, k, sigma, eta, first_order_top_k(hits, k, sigma, down(eta)))

    def _stated(
        self, hits: HitCounts, sigma: float, eta: float, bounds: Bounds, p_lower: float
    ) -> Certificate:
        radius = first_order_radius(p_lower, sigma)
        return majority_statement(self, hits, sigma, eta, bounds, radius, p_lower, {"p_a": eta})


FIRST_ORDER: Final[Certifier] = FirstOrder()


def certify_first_order(
    counts: HitCounts, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the first-order certificate of independent Gaussian samples. ValueError as ``certify``."""
    return FIRST_ORDER.certify(Evidence(hits=counts), sigma, eta, bounds)
