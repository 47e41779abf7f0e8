"""The largest radius that a claim can reach: that of its number of samples if all of them are hits."""

from __future__ import annotations

from dataclasses import replace

from certificates.claim.claim import Claim


def largest_radius(claim: Claim, classes: int = 2) -> float:
    """Return the radius, in input units, of a job with this claim if every sample is a hit.

    Everything else that is counted is assumed to be as good as possible. ``classes`` is the model's number of
    classes, for multi-class claims. The radius is 0 if ``n`` is too small for this eta to certify anything.
    It helps to choose ``n``; it is not a certificate. ValueError if the claim has problems.
    """
    check_possible(claim, classes)
    certifier, evidence = claim.certifier.likely_case(claim.n, classes, 1.0, claim.k or 1)
    return claim.certifier.farthest(replace(claim, certifier=certifier).final(evidence))


def check_possible(claim: Claim, classes: int) -> None:
    """Raise ValueError, with the first problem, for a claim that a job would be refused."""
    for field, message in claim.problems(classes):
        raise ValueError(f"{field} {message}")
