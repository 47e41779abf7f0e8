"""How far a claim can reach at all: the radius that its number of samples gives if all of them are hits."""

from __future__ import annotations

from dataclasses import replace

from certificates.claim.claim import Claim


def largest_radius(claim: Claim, classes: int = 2) -> float:
    """Return the radius, in units of sigma's, of a job with this claim whose every sample is a hit.

    What is counted beside hits is taken to be as good as it can be. ``classes``: number of classes of the
    model, for multi-class claims. The radius is 0 where ``n`` is too small for this eta to certify anything.
    It tells what to ask for and is no certificate itself. ValueError if the claim has problems.
    """
    certifier, evidence = claim.certifier.best_case(claim.n, classes)
    return claim.certifier.farthest(replace(claim, certifier=certifier).final(evidence))
