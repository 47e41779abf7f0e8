"""Whichever certifier it is, no counts give a larger radius than the one it names as the largest."""

from __future__ import annotations

from certificates import Certifier
from certificates.claim.farthest import largest_radius
from tests.support.each_certifier import claims, every_certifier, evidence_of


@every_certifier
def test_no_number_of_hits_exceeds_the_largest_radius(certifier: Certifier) -> None:
    n = 60
    for claim in claims(certifier, n):
        largest = largest_radius(claim, classes=3)
        radii = [
            claim.final(evidence_of(certifier, hits, n, claim.bounds, claim.decision, slope=0.0)).radius
            for hits in range(n + 1)
        ]
        assert 0.0 < max(radii) <= largest
