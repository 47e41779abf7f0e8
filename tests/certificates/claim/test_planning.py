"""Plans against jobs: what is planned happens in nine of ten of them, and less does not suffice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from certificates import DIPOLE, FIRST_ORDER, Bounds, Certifier, Claim, Decision, Evidence
from certificates.claim.farthest import largest_radius
from certificates.claim.planning import largest_of_score, likely_radius, samples_for
from certificates.counts.evidence import HitCounts, PairCounts
from tests.support.each_certifier import every_certifier

MOST = 10**8


def claim_of(certifier: Certifier, n: int = 500, **fields: object) -> Claim:
    return replace(Claim(certifier, Bounds.TIGHT, 0.25, 0.001, n, 784), **fields)  # type: ignore[arg-type]  # passed on


def test_the_answer_to_why_it_is_never_above_055() -> None:
    assert 0.55 < largest_radius(claim_of(FIRST_ORDER)) < largest_radius(claim_of(DIPOLE)) < 0.552


@every_certifier
def test_fewer_samples_cannot_give_a_radius_and_so_many_can(certifier: Certifier) -> None:
    for radius in (0.1, 0.5, 0.9):
        n = samples_for(claim_of(certifier), radius, MOST)
        assert n is not None
        assert largest_radius(claim_of(certifier, n)) >= radius
        assert largest_radius(claim_of(certifier, int(0.995 * n) // 2 * 2 - 2)) < radius


@pytest.mark.parametrize(("certifier", "score"), [(FIRST_ORDER, 0.99), (DIPOLE, 0.99), (DIPOLE, 0.9)])
def test_nine_of_ten_jobs_certify_what_was_planned(certifier: Certifier, score: float) -> None:
    radius = 0.85 * (largest_of_score(claim_of(certifier), score) or 0.0)
    n = samples_for(claim_of(certifier), radius, MOST, score)
    assert n is not None
    assert n % 2 == 0
    claim, rng = claim_of(certifier, n), np.random.default_rng(3)
    reached = 0
    for _ in range(150):
        if certifier is DIPOLE:
            both = int(rng.binomial(n // 2, 2.0 * score - 1.0))
            evidence = Evidence(pairs=PairCounts(n // 2, both, n // 2 - both, 0, 0))
        else:
            hits = int(rng.binomial(n, score))
            evidence = Evidence(hits=HitCounts(n, 0, (hits, n - hits)))
        reached += claim.final(evidence).radius >= radius
    assert 0.8 <= reached / 150 <= 0.99
    assert likely_radius(claim, score) >= radius > likely_radius(claim_of(certifier, n // 4 * 2), score)


@every_certifier
def test_a_radius_that_the_score_does_not_support_takes_more_than_any_number(certifier: Certifier) -> None:
    claim = claim_of(certifier)
    assert largest_of_score(claim, 0.97) == 0.470198
    assert samples_for(claim, 0.5, MOST, 0.97) is None
    assert largest_of_score(claim, 0.4) == 0.0
    assert largest_of_score(claim, 1.0) is None
    assert samples_for(claim, 0.46, 10_000, 0.97) is None
    assert likely_radius(claim, 0.4) == 0.0


def test_multi_class_and_discrete_claims_are_planned_too() -> None:
    multi = claim_of(FIRST_ORDER, decision=Decision.MULTICLASS)
    needed = samples_for(multi, 0.4, MOST, 0.99, classes=10)
    assert needed is not None
    assert likely_radius(replace(multi, n=needed), 0.99, classes=10) >= 0.4


@every_certifier
def test_what_cannot_be_asked_for_is_not_planned(certifier: Certifier) -> None:
    for call in (lambda one: samples_for(one, 0.1, MOST), lambda one: likely_radius(one, 0.9)):
        with pytest.raises(ValueError, match="sigma must be"):
            call(replace(claim_of(certifier), sigma=-1.0))
    with pytest.raises(ValueError, match="n must be even"):
        likely_radius(claim_of(DIPOLE, 501), 0.9)
