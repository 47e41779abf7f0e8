"""Whichever certifier it is, its certificates are verified from their counts, and a larger radius is not."""

from __future__ import annotations

from certificates import Bounds, Certifier, EndedBy
from tests.support.each_certifier import D, claims, every_certifier, evidence_of
from tests.support.plain_certificates import document
from verification.certificate_check import verify

N = 2000


@every_certifier
def test_a_certificate_holds_and_one_with_a_larger_radius_does_not(certifier: Certifier) -> None:
    asked = list(claims(certifier, N))
    assert {claim.bounds for claim in asked} == {Bounds.TIGHT, Bounds.PAPER}
    for claim in asked:
        cases = [(EndedBy.SAMPLES, evidence_of(certifier, 1960, N, claim.bounds, claim.decision))]
        if claim.runs:
            cases.append((EndedBy.CANCELLED, evidence_of(certifier, 1960, N, Bounds.ANYTIME)))
        for ended_by, evidence in cases:
            answer = document(claim, evidence, ended_by, shape=[D])
            verdict = verify(answer)
            assert verdict.holds, verdict
            assert verdict.faults == ()
            assert verdict.radius == answer["certificate"]["radius"] > 0.0
            answer["certificate"]["radius"] += 1e-6
            assert not verify(answer).holds


@every_certifier
def test_counts_that_show_less_do_not_hold(certifier: Certifier) -> None:
    for claim in claims(certifier, N):
        answer = document(claim, evidence_of(certifier, 1960, N, claim.bounds, claim.decision), shape=[D])
        worse = evidence_of(certifier, 1900, N, claim.bounds, claim.decision)
        answer["certificate"]["counts"] = worse.to_dict()
        assert not verify(answer).holds
