"""What a certificate shows as a curve: the lower bound on the smoothed score against distance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from certificates.certificate import Certificate
from certificates.certifiers.first_order import FIRST_ORDER
from certificates.claim.claim import Claim
from certificates.counts.evidence import Evidence
from certificates.kinds import Decision, EndedBy

STEPS = 100
"""Distances from 0 to the end of the curve. A choice: a picture of some 500 points shows no corners."""
BEYOND = 1.3
"""The curve ends at so many radii. A choice, so that the eye sees it pass one half."""
_DIGITS = 10**6


@dataclass(frozen=True, slots=True)
class ScoreCurve:
    """Lower bounds on the smoothed score of the certified class, with confidence ``1 - eta`` for all at once.

    ``distances`` rise from 0, in units of input, and hold the radius. ``lower_bound`` has a number for each,
    rounded down to six decimals. ``first_order`` is what first order shows from the same votes at the same
    ``eta``, and ``first_order_radius`` where it passes one half: a comparison, which claims nothing beside
    the certificate.
    """

    certificate: Certificate
    distances: tuple[float, ...]
    lower_bound: tuple[float, ...]
    first_order: tuple[float, ...]
    first_order_radius: float


def score_curve(claim: Claim, evidence: Evidence, ended_by: EndedBy) -> ScoreCurve:
    """Return the curve of a certificate, computed again from its counts.

    ValueError if they support no such certificate, or its radius is not where a curve passes one half.
    """
    if claim.decision is not Decision.MAJORITY:
        raise ValueError(
            f"the radius of a {claim.decision} certificate is where classes meet, not where one score passes "
            "one half"
        )
    certificate = claim.certificate(evidence, ended_by)
    votes = Evidence(hits=evidence.independent_votes())
    plain = FIRST_ORDER.certify(votes, claim.sigma, claim.eta, certificate.bounds)
    distances = _distances(certificate.radius, plain.radius, claim.sigma)
    return ScoreCurve(
        certificate,
        distances,
        tuple(_rounded(score) for score in certificate.curve(distances)),
        tuple(_rounded(score) for score in plain.curve(distances)),
        plain.radius,
    )


def _distances(radius: float, other: float, sigma: float) -> tuple[float, ...]:
    """Return distances beyond both radii, and these; up to sigma if there is none."""
    end = BEYOND * max(radius, other) or sigma
    return tuple(sorted({radius, other, *(end * step / STEPS for step in range(STEPS + 1))}))


def _rounded(score: float) -> float:
    return math.floor(score * _DIGITS) / _DIGITS
