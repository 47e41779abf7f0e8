"""Evidence for any certifier, by what it counts: what the properties that all of them share are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from certificates import (
    CERTIFIERS,
    AllPairsMean,
    Bounds,
    Certifier,
    Claim,
    Decision,
    Evidence,
    EvidenceKind,
    GradientSums,
    GradientSumsKind,
    HitCounts,
    PairCounts,
    Weights,
    round_up_to_grid,
)

D = 3
"""Elements of the input that evidence is about."""

every_certifier = pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
every_bound = pytest.mark.parametrize("bounds", list(Bounds))


def evidence_of(
    certifier: Certifier,
    hits: int,
    n: int,
    bounds: Bounds = Bounds.TIGHT,
    decision: Decision = Decision.MAJORITY,
    slope: float = 0.02,
) -> Evidence:
    """Return ``n`` samples of which ``hits`` are votes for class 1 of three.

    ``slope``: the square of the gradient's norm that the sums show, times sigma squared. Where pairs are
    counted, as many as can hit on both sides.
    """
    if certifier.evidence is EvidenceKind.PAIRS:
        return Evidence(pairs=PairCounts(n // 2, hits // 2, hits % 2, 0, 1))
    others = n - hits
    votes = HitCounts(n, 1, (others // 2, hits, others - others // 2))
    if certifier.evidence is EvidenceKind.VOTES:
        return Evidence(hits=votes)
    return Evidence(hits=votes, gradient=gradient_of(certifier, n, bounds, decision, slope))


def gradient_of(
    certifier: Certifier, n: int, bounds: Bounds, decision: Decision, slope: float
) -> GradientSums:
    """Return the sums that these bounds are computed from, of all samples."""
    half = n // 2
    asked = n if bounds is Bounds.ANYTIME else None
    mean = AllPairsMean(Weights.SCORES, n, D, slope, 1e-9, asked) if n else None
    kind = certifier.gradient_sums(bounds, decision)
    if mean is None or kind is None:
        return GradientSums(D, 0, 0.0)
    if kind is GradientSumsKind.PAIRED:
        return GradientSums(D, half, round_up_to_grid(slope * half))
    if kind is GradientSumsKind.ALL_PAIRS:
        return GradientSums(D, 0, 0.0, all_pairs=mean)
    return GradientSums(D, 0, 0.0, per_class=(mean, mean, mean))


def claims(certifier: Certifier, n: int) -> Iterator[Claim]:
    """Yield a claim for all that can be asked of the certifier, but for noise and a radius to stop at."""
    for bounds in (Bounds.TIGHT, Bounds.PAPER):
        for decision in Decision:
            claim = Claim(certifier, bounds, 0.25, 0.001, n, D, decision)
            if not claim.problems(classes=3):
                yield claim
