"""Claims that give up: when they do, what their certificate says, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from certificates import FIRST_ORDER, Bounds, Certifier, Claim, EndedBy, Evidence, HitCounts
from certificates.claim.claim import GIVE_UP_DOUBT
from tests.support.each_certifier import D, every_certifier, evidence_of

N = 100_000


def claim_of(certifier: Certifier, radius: float = 0.3) -> Claim:
    return Claim(certifier, Bounds.TIGHT, 0.25, 0.001, N, D, stop_radius=radius, give_up=True)


def first(certifier: Certifier, hits: int, n: int) -> Evidence:
    """Return the first ``n`` samples, before an epoch of the gradient has ended."""
    return evidence_of(certifier, hits, n, Bounds.ANYTIME, slope=0.0).at_epoch(None)


@every_certifier
def test_a_radius_out_of_reach_is_given_up_with_what_the_samples_support(certifier: Certifier) -> None:
    claim, evidence = claim_of(certifier, radius=1.2), first(certifier, 3_600, 4_000)
    certificate = claim.final(evidence)
    assert certificate.ended_by is EndedBy.OUT_OF_REACH
    assert 0.0 < certificate.radius < 1.2
    without = replace(claim, stop_radius=None, give_up=False).running(evidence)
    assert certificate.bounds is without.bounds is Bounds.ANYTIME
    assert certificate.n == 4_000
    assert sum(certificate.eta_spent.values()) <= certificate.eta == 0.001


@every_certifier
def test_a_radius_within_reach_is_not(certifier: Certifier) -> None:
    evidence = first(certifier, 880, 1_000)
    radius = 0.99 * certifier.best_to_come(evidence, 0.25, 0.001, N, 1e-3)
    assert not claim_of(certifier, radius).out_of_reach(evidence)
    assert claim_of(certifier, 1.02 * radius).out_of_reach(evidence)
    with pytest.raises(ValueError, match="1000 evaluations were counted, 100000 were asked for"):
        claim_of(certifier, radius).final(evidence)


@every_certifier
def test_a_job_that_did_not_say_so_gives_nothing_up(certifier: Certifier) -> None:
    evidence = first(certifier, 400, 1_000)
    assert claim_of(certifier).out_of_reach(evidence)
    never = replace(claim_of(certifier), give_up=False)
    assert not never.out_of_reach(evidence)
    with pytest.raises(ValueError, match="were asked for"):
        never.final(evidence)


@every_certifier
def test_a_certified_radius_is_not_given_up_and_all_samples_end_a_job(certifier: Certifier) -> None:
    certified = claim_of(certifier, 0.1).final(first(certifier, 3_900, 4_000))
    assert certified.ended_by is EndedBy.STOP_RADIUS
    hopeless = first(certifier, N // 2, N)
    assert claim_of(certifier).final(hopeless).ended_by is EndedBy.SAMPLES


@every_certifier
def test_there_must_be_a_radius_to_give_up(certifier: Certifier) -> None:
    claim = replace(claim_of(certifier), stop_radius=None)
    assert [field for field, _ in claim.problems()] == ["stop.give_up"]


@every_certifier
@pytest.mark.parametrize("give_up", [True, False])
def test_a_claim_is_read_back(certifier: Certifier, give_up: bool) -> None:
    claim = replace(claim_of(certifier), give_up=give_up)
    assert Claim.from_dict(claim.to_dict()) == claim
    with pytest.raises(ValueError, match=r"claim\.give_up must be true or false"):
        Claim.from_dict({**claim.to_dict(), "give_up": 1})


def test_a_radius_that_can_just_be_reached_is_not_given_up() -> None:
    evidence = Evidence(hits=HitCounts(1000, 0, (900, 100)))
    claim = Claim(FIRST_ORDER, Bounds.TIGHT, 0.5, 0.001, 2000, 784, stop_radius=0.1, give_up=True)
    best = FIRST_ORDER.best_to_come(evidence, 0.5, 0.001, 2000, GIVE_UP_DOUBT)
    assert best > 0.1
    assert not replace(claim, stop_radius=best).out_of_reach(evidence)
    assert replace(claim, stop_radius=math.nextafter(best, 1.0)).out_of_reach(evidence)
