"""Whichever certifier it is, the chance of a false certificate, summed over every outcome of few samples.

Two classifiers are known exactly. With score p at the point that is certified, a half-space keeps its answer
up to ``Phi^-1(p)`` sigmas and no further, and a slab around the point up to where it holds one half. Outcomes
are those of votes or of pairs. Gradient sums are no outcomes: they are given the value that they estimate.
The chance jumps just below scores whose radius is a certified one, so those are tried beside a grid.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import multinomial

from certificates import Bounds, Certifier, Decision, Evidence, EvidenceKind, HitCounts, PairCounts
from tests.support.each_certifier import every_bound, every_certifier, gradient_of

JUST_BELOW = 1.0 - 1e-12
SIGMA = 1.0


@dataclass(frozen=True)
class Known:
    """A classifier, by its score p at the point that is certified."""

    radius: Callable[[float], float]
    score: Callable[[float], float]
    """The inverse of the radius."""
    both: Callable[[float], float]
    """Chance that x + e and x - e both hit."""
    slope: Callable[[float], float]
    """Square of the gradient's norm, in sigmas."""


def slab_radius(p: float) -> float:
    w = float(-ndtri(0.5 * (1.0 - p)))
    if p <= 0.5:
        return 0.0
    return float(brentq(lambda r: ndtr(w - r) - ndtr(-w - r) - 0.5, 0.0, w + 1.0, xtol=1e-15))


def slab_score(r: float) -> float:
    w = brentq(lambda w: ndtr(w - r) - ndtr(-w - r) - 0.5, 0.0, r + 2.0, xtol=1e-15)
    return float(2.0 * ndtr(w) - 1.0)


KNOWN = {
    "half-space": Known(
        radius=lambda p: max(0.0, float(ndtri(p))),
        score=lambda r: float(ndtr(r)),
        both=lambda p: max(0.0, 2.0 * p - 1.0),
        slope=lambda p: math.exp(-(float(ndtri(p)) ** 2)) / (2.0 * math.pi),
    ),
    "slab": Known(radius=slab_radius, score=slab_score, both=lambda p: p, slope=lambda _: 0.0),
}


def outcomes(certifier: Certifier, n: int) -> Iterator[tuple[tuple[int, ...], Evidence]]:
    """Yield every way in which the samples can fall, without gradient sums."""
    if certifier.evidence is EvidenceKind.PAIRS:
        pairs = n // 2
        for both in range(pairs + 1):
            for plus in range(pairs - both + 1):
                for minus in range(pairs - both - plus + 1):
                    counts = PairCounts(pairs, both, plus, minus, 0)
                    yield (both, plus, minus, pairs - both - plus - minus), Evidence(pairs=counts)
    else:
        for hits in range(n + 1):
            yield (hits, n - hits), Evidence(hits=HitCounts(n, 0, (hits, n - hits)))


def chances(certifier: Certifier, known: Known, p: float) -> tuple[float, ...]:
    """Return the chance of each way in which one sample, or one pair, can fall."""
    if certifier.evidence is not EvidenceKind.PAIRS:
        return p, 1.0 - p
    both = known.both(p)
    return both, p - both, p - both, 1.0 - 2.0 * p + both


@lru_cache(maxsize=128)
def certified(
    certifier: Certifier, bounds: Bounds, n: int, eta: float, slope: float
) -> dict[tuple[int, ...], float]:
    """Return the radius of each way in which the samples can fall; gradient sums estimate ``slope``."""
    found = {}
    for counts, evidence in outcomes(certifier, n):
        counted = evidence
        if certifier.evidence is EvidenceKind.VOTES_AND_GRADIENT:
            sums = gradient_of(certifier, n, bounds, Decision.MAJORITY, slope)
            counted = Evidence(hits=evidence.hits, gradient=sums)
        found[counts] = certifier.certify(counted, SIGMA, eta, bounds).radius
    return found


def miscoverage(certifier: Certifier, known: Known, p: float, radii: dict[tuple[int, ...], float]) -> float:
    falls = next(iter(radii))
    law = multinomial(sum(falls), [max(0.0, chance) for chance in chances(certifier, known, p)])
    true = known.radius(p)
    wrong = [counts for counts, radius in radii.items() if radius > true]
    return math.fsum(law.pmf(np.array(wrong))) if wrong else 0.0


@every_certifier
@every_bound
@pytest.mark.parametrize("kind", list(KNOWN))
@pytest.mark.parametrize(("n", "eta"), [(12, 0.3), (24, 0.05)])
def test_no_score_makes_a_false_certificate_likelier_than_eta(
    certifier: Certifier, bounds: Bounds, kind: str, n: int, eta: float
) -> None:
    known = KNOWN[kind]
    changes = certifier.evidence is EvidenceKind.VOTES_AND_GRADIENT
    at_score = certified(certifier, bounds, n, eta, known.slope(0.75) if changes else 0.0)
    edges = {known.score(radius) * JUST_BELOW for radius in set(at_score.values()) if radius > 0.0}
    assert edges
    for p in {*(0.5 + 0.02 * step for step in range(25)), *edges}:
        radii = certified(certifier, bounds, n, eta, known.slope(p)) if changes else at_score
        assert miscoverage(certifier, known, p, radii) <= eta
