"""Whichever certifier it is, what shards count for it adds exactly, in every order and grouping."""

from __future__ import annotations

import random
from functools import reduce
from operator import add

import numpy as np
import pytest

from certificates import (
    AllPairsSums,
    Bounds,
    Certifier,
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
from tests.support.each_certifier import D, claims, every_certifier

SHARDS, N = 24, 80
ASKED = [(Bounds.PAPER, Decision.MAJORITY), *((Bounds.TIGHT, decision) for decision in Decision)]


def shard(certifier: Certifier, bounds: Bounds, decision: Decision, seed: int) -> Evidence:
    """Draw what one worker may have counted."""
    rng = np.random.default_rng(seed)
    if certifier.evidence is EvidenceKind.PAIRS:
        both, plus, minus, _ = rng.multinomial(N // 2, (0.8, 0.1, 0.05, 0.05))
        return Evidence(pairs=PairCounts(N // 2, int(both), int(plus), int(minus), 1))
    votes = tuple(int(votes) for votes in rng.multinomial(N, (0.05, 0.9, 0.05)))
    return Evidence(hits=HitCounts(N, 1, votes), gradient=sums(certifier, bounds, decision, rng))


def sums(
    certifier: Certifier, bounds: Bounds, decision: Decision, rng: np.random.Generator
) -> GradientSums | None:
    kind = certifier.gradient_sums(bounds, decision)
    if kind is None:
        return None
    if kind is GradientSumsKind.PAIRED:
        return GradientSums(D, N // 2, round_up_to_grid(float(rng.standard_normal())))
    per_class = kind is GradientSumsKind.ALL_PAIRS_PER_CLASS
    vectors, squares = rng.standard_normal((3 if per_class else 1, D)), 0.25 * float(rng.chisquare(N * D))
    summed = AllPairsSums.of_block(Weights.SCORES, N, vectors, squares, per_class=per_class)
    return GradientSums(D, 0, 0.0, sums=summed)


@every_certifier
@pytest.mark.parametrize(("bounds", "decision"), ASKED)
def test_shards_add_to_the_same_evidence_in_every_order_and_grouping(
    certifier: Certifier, bounds: Bounds, decision: Decision
) -> None:
    shards = [shard(certifier, bounds, decision, seed) for seed in range(SHARDS)]
    whole = reduce(add, shards)
    assert whole.n == SHARDS * N
    assert whole.kind is certifier.evidence
    for seed in range(10):
        mixed = random.Random(seed).sample(shards, SHARDS)
        groups = [reduce(add, mixed[i : i + 1 + seed]) for i in range(0, SHARDS, 1 + seed)]
        assert reduce(add, groups) == whole


@every_certifier
def test_evidence_of_another_kind_does_not_add_and_is_refused(certifier: Certifier) -> None:
    own = shard(certifier, Bounds.TIGHT, Decision.MAJORITY, 0)
    votes = HitCounts(N, 1, (4, 72, 4))
    others = {
        EvidenceKind.VOTES: Evidence(hits=votes),
        EvidenceKind.VOTES_AND_GRADIENT: Evidence(hits=votes, gradient=GradientSums(D, 0, 0.0)),
        EvidenceKind.PAIRS: Evidence(pairs=PairCounts(N // 2, 30, 5, 5, 1)),
    }
    assert set(others) == set(EvidenceKind)
    for kind, other in others.items():
        assert other.kind is kind
        if kind is not certifier.evidence:
            with pytest.raises(ValueError, match="not add"):
                own + other
            for bounds in Bounds:
                with pytest.raises(ValueError, match=f"not what a {certifier} certificate"):
                    certifier.certify(other, 0.25, 0.001, bounds)
            with pytest.raises(ValueError, match=f"not what a multi-class {certifier} certificate"):
                certifier.certify_multiclass(other, 0.25, 0.001)


@every_certifier
def test_a_claim_refuses_gradient_sums_that_its_certifier_does_not_count(certifier: Certifier) -> None:
    sums = GradientSums(D, N // 2, 1.0)
    evidence = Evidence(hits=HitCounts(N, 1, (4, 72, 4)), gradient=sums)
    for claim in claims(certifier, N):
        if certifier.gradient_sums(claim.bounds, claim.decision) is not GradientSumsKind.PAIRED:
            with pytest.raises(ValueError, match=r"evidence is not what|gradient sums"):
                claim.final(evidence)


@every_certifier
def test_the_kind_of_evidence_says_whether_gradient_sums_are_counted(certifier: Certifier) -> None:
    counted = certifier.evidence is EvidenceKind.VOTES_AND_GRADIENT
    for bounds in Bounds:
        for decision in Decision:
            assert (certifier.gradient_sums(bounds, decision) is not None) == counted
