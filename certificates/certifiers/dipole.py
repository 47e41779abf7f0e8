"""Dipole (the paper's Theorem 3): votes at antithetic pairs ``x + eps`` and ``x - eps``, for one class."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from certificates.bounds.anytime import dipole_radius_anytime, pair_shares_lower_anytime
from certificates.bounds.clopper_pearson import clopper_pearson_lower
from certificates.bounds.final_counts import pairs_to_come
from certificates.bounds.joint_dipole.region import Box
from certificates.bounds.joint_dipole.search import BOX_SHARE, dipole_radius_joint
from certificates.bounds.likely_hits import likely_hits
from certificates.certificate import Certificate, Estimate
from certificates.certifiers.certifier import Certifier
from certificates.certifiers.vote_statements import share
from certificates.counts.evidence import Evidence, PairCounts, pairs_of
from certificates.curves.directed_rounding import down, radius_down
from certificates.curves.lower_bounds import Curve, DipoleCurve, dipole_radius
from certificates.kinds import Bounds, EvidenceKind


class Dipole(Certifier):
    """Bounds the probabilities that a pair hits on both sides and on one, or the radius directly."""

    name: ClassVar[str] = "dipole"
    colour: ClassVar[str] = "#D55E00"
    evidence: ClassVar[EvidenceKind] = EvidenceKind.PAIRS
    majority_only: ClassVar[str | None] = "its pairs are counted for one class"

    def likely_case(
        self,
        n: int,
        classes: int,  # noqa: ARG002 - one class is counted
        score: float,
        rivals: int = 1,  # noqa: ARG002 - the same
    ) -> tuple[Certifier, Evidence]:
        """See Certifier. Of a score above 1/2, the radius is smallest if no pair misses on both sides."""
        both = likely_hits(n // 2, max(0.0, 2.0 * score - 1.0))
        one = n // 2 - both if score >= 0.5 else 0
        return self, Evidence(pairs=PairCounts(n // 2, both, one, 0, 0))

    def best_to_come(self, evidence: Evidence, sigma: float, eta: float, n: int, doubt: float) -> float:
        """See Certifier."""
        best = pairs_to_come(pairs_of(evidence), n // 2, doubt)
        return self.certify(Evidence(pairs=best), sigma, eta, Bounds.ANYTIME).radius

    def curve(self, certificate: Certificate) -> Curve:
        """See Certifier."""
        if certificate.c_s is None or certificate.c_n is None:
            raise ValueError("a dipole certificate states bounds on the shares of pairs")
        return DipoleCurve(certificate.c_s.lower, certificate.c_n.lower)

    def _paper(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Use the pairs that hit only on the plus side: the paper's ``C^N`` is their probability."""
        counts = pairs_of(evidence)
        half = 0.5 * eta
        c_s = clopper_pearson_lower(counts.both, counts.pairs, half)
        c_n = clopper_pearson_lower(counts.plus_only, counts.pairs, half)
        return Certificate(
            certifier=self,
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

    def _tight(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Bound the radius from both counts together. The stated bounds are those of its confidence box."""
        counts = pairs_of(evidence)
        one = counts.plus_only + counts.minus_only
        share_box = BOX_SHARE * eta
        box = Box.around(counts.both, one, counts.pairs, share_box)
        shares = (box.s_low, down(0.5 * box.d_low))
        radius = dipole_radius_joint(counts.both, one, counts.pairs, sigma, eta)
        spent = {"radius": down(eta - share_box), "box": share_box}
        return self._stated(counts, sigma, eta, Bounds.TIGHT, radius, shares, spent)

    def _anytime(self, evidence: Evidence, sigma: float, eta: float) -> Certificate:
        """Bound the radius and both probabilities together, at eta."""
        counts = pairs_of(evidence)
        one = counts.plus_only + counts.minus_only
        shares = pair_shares_lower_anytime(counts.both, one, counts.pairs, eta)
        radius = dipole_radius_anytime(counts.both, one, counts.pairs, sigma, eta)
        return self._stated(counts, sigma, eta, Bounds.ANYTIME, radius, shares, {"radius": eta})

    def _stated(
        self,
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
            certifier=self,
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


DIPOLE: Final[Certifier] = Dipole()


def certify_dipole(
    counts: PairCounts, sigma: float, eta: float, bounds: Bounds = Bounds.TIGHT
) -> Certificate:
    """Return the dipole certificate of antithetic pairs. ValueError as ``certify``."""
    return DIPOLE.certify(Evidence(pairs=counts), sigma, eta, bounds)
