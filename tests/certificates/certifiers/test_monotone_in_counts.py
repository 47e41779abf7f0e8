"""Whichever certifier it is, better counts never shrink its radius, and a smaller eta never grows it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from certificates import Bounds, Certifier, Decision, Evidence, EvidenceKind, PairCounts
from tests.support.each_certifier import every_bound, every_certifier, evidence_of

SEARCH = 3e-3
"""A radius may be searched to a few thousandths of its distance from the observed one."""


def radius(certifier: Certifier, evidence: Evidence, bounds: Bounds, eta: float = 0.01) -> float:
    return certifier.certify(evidence, 1.0, eta, bounds).radius


def not_smaller(better: float, worse: float) -> bool:
    return better >= worse - SEARCH * (1.0 + worse)


@every_certifier
@every_bound
@pytest.mark.parametrize("n", [40, 400])
def test_one_more_hit_never_shrinks_the_radius(certifier: Certifier, bounds: Bounds, n: int) -> None:
    radii = [radius(certifier, evidence_of(certifier, hits, n, bounds), bounds) for hits in range(n + 1)]
    assert all(not_smaller(better, worse) for worse, better in pairwise(radii))
    assert radii[-1] > 0.0


@every_certifier
@every_bound
@pytest.mark.parametrize("pairs", [12, 60])
def test_a_better_pair_never_shrinks_the_radius(certifier: Certifier, bounds: Bounds, pairs: int) -> None:
    if certifier.evidence is not EvidenceKind.PAIRS:
        return
    for both in range(0, pairs + 1, 3):
        for plus in range(0, pairs - both + 1, 3):
            counts = PairCounts(pairs, both, plus, min(2, pairs - both - plus), 1)
            worse = radius(certifier, Evidence(pairs=counts), bounds)
            for better in improved(counts):
                assert not_smaller(radius(certifier, Evidence(pairs=better), bounds), worse)


def improved(counts: PairCounts) -> list[PairCounts]:
    """Let one pair hit, on one side or on both, that hit on neither.

    A pair that hit on the plus side alone is left alone: the paper's bounds may lose by its hitting on both.
    """
    if counts.both + counts.plus_only + counts.minus_only == counts.pairs:
        return []
    return [
        replace(counts, both=counts.both + 1),
        replace(counts, plus_only=counts.plus_only + 1),
        replace(counts, minus_only=counts.minus_only + 1),
    ]


@every_certifier
@every_bound
def test_a_steeper_score_never_grows_the_radius(certifier: Certifier, bounds: Bounds) -> None:
    flat, steep = (
        radius(certifier, evidence_of(certifier, 90_000, 100_000, bounds, slope=slope), bounds)
        for slope in (0.0, 0.02)
    )
    counted = certifier.evidence is EvidenceKind.VOTES_AND_GRADIENT
    assert steep <= flat
    assert counted == (steep < flat) or bounds is Bounds.PAPER


@every_certifier
@every_bound
def test_a_smaller_eta_never_grows_the_radius(certifier: Certifier, bounds: Bounds) -> None:
    evidence = evidence_of(certifier, 360, 400, bounds)
    radii = [radius(certifier, evidence, bounds, eta) for eta in (0.5, 0.1, 0.01, 1e-4, 1e-6)]
    assert all(not_smaller(before, after) for before, after in pairwise(radii))


@every_certifier
def test_votes_moved_from_a_rival_never_shrink_a_radius_among_classes(certifier: Certifier) -> None:
    if certifier.decision_problem(Decision.MULTICLASS) is not None:
        return
    radii = [
        certifier.certify_multiclass(
            evidence_of(certifier, hits, 400, decision=Decision.MULTICLASS), 1.0, 0.01
        ).radius
        for hits in range(0, 401, 2)
    ]
    assert radii == sorted(radii)
    assert radii[-1] > 0.0
