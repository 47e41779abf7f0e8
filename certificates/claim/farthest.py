"""How far a claim can reach at all: the radius that its number of samples gives if all of them are hits."""

from __future__ import annotations

from dataclasses import replace

from certificates.claim.claim import Claim
from certificates.counts.evidence import Evidence, HitCounts, PairCounts
from certificates.curves.directed_rounding import radius_down
from certificates.curves.lower_bounds import second_order_radius
from certificates.kinds import Certifier


def largest_radius(claim: Claim, classes: int = 2) -> float:
    """Return the radius, in units of sigma's, of a job with this claim whose every sample is a hit.

    For the second order the gradient is taken to be known to be zero, the best there is; sums that were
    sampled give less. ``classes``: number of classes of the model, for multi-class claims. The radius is 0
    where ``n`` is too small for this eta to certify anything. It tells what to ask for and is no certificate
    itself. ValueError if the claim has problems.
    """
    match claim.certifier:
        case Certifier.DIPOLE:
            pairs = claim.n // 2
            return claim.final(Evidence(pairs=PairCounts(pairs, pairs, 0, 0, 0))).radius
        case Certifier.FIRST_ORDER:
            return claim.final(_all_hits(claim.n, classes)).radius
        case Certifier.SECOND_ORDER:
            first_order = replace(claim, certifier=Certifier.FIRST_ORDER)
            score = first_order.final(_all_hits(claim.n, classes)).p_a.lower
            return radius_down(second_order_radius(score, 0.0, claim.sigma))


def _all_hits(n: int, classes: int) -> Evidence:
    return Evidence(hits=HitCounts(n, 0, (n, *(0 for _ in range(classes - 1)))))
