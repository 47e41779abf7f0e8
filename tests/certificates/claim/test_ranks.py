"""Claims of top-k certificates: what may be asked, what they state, and what is certified on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certificates import (
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    HitCounts,
)
from certificates.claim.farthest import largest_radius
from certificates.claim.planning import largest_of_score, likely_radius

N = 10_000
CLAIM = Claim(FIRST_ORDER, Bounds.TIGHT, 0.25, 0.001, N, 784, Decision.TOP_K, k=2)
VOTES = Evidence(hits=HitCounts(N, 1, (4_000, 3_500, 1_500, 1_000)))


def test_the_certificate_states_rank_rivals_and_shares() -> None:
    certificate = CLAIM.certificate(VOTES, EndedBy.SAMPLES)
    told = certificate.to_dict()
    assert (told["decision"], told["k"], told["ended_by"]) == ("top_k", 2, "samples")
    assert told["p_other"] is None
    assert certificate.p_others is not None
    assert certificate.p_others.indices == (2,)
    assert certificate.p_others.estimate == 0.15 < certificate.p_others.upper < 0.17
    assert told["p_others"] == {"indices": [2], "upper": certificate.p_others.upper, "estimate": 0.15}
    assert (certificate.sigma, certificate.eta) == (CLAIM.sigma, CLAIM.eta)
    assert 0.05 < certificate.radius < largest_radius(CLAIM, classes=4)
    assert sum(certificate.eta_spent.values()) <= certificate.eta


def test_while_it_runs_the_majority_is_certified() -> None:
    leading = Evidence(hits=HitCounts(1_000, 1, (50, 900, 50, 0)))
    running = CLAIM.certificate(leading, EndedBy.CANCELLED)
    assert (running.decision, running.k) == (Decision.MAJORITY, None)
    assert running.radius > 0.0
    assert CLAIM.certificate(
        Evidence(hits=HitCounts(500, 1, (200, 175, 75, 50))), EndedBy.CANCELLED
    ).abstained


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"k": None}, "k"),
        ({"k": 0}, "k"),
        ({"k": 4}, "k"),
        ({"decision": Decision.MAJORITY}, "k"),
        ({"certifier": DIPOLE}, "decision"),
        ({"certifier": SECOND_ORDER}, "decision"),
        ({"bounds": Bounds.PAPER}, "decision"),
        ({"stop_radius": 0.1}, "stop"),
    ],
)
def test_what_cannot_be_asked_is_named(change: dict[str, object], field: str) -> None:
    claim = replace(CLAIM, **change)  # type: ignore[arg-type]  # passed on
    assert field in [name for name, _ in claim.problems(classes=4)]
    assert CLAIM.problems(classes=4) == []


def test_certifiers_without_ranks_make_no_such_certificate() -> None:
    pairs = DIPOLE.likely_case(100, 4, 0.9)[1]
    with pytest.raises(ValueError, match="dipole makes no top-k certificate"):
        DIPOLE.certify_top_k(pairs, 0.25, 0.001, 2)
    said = "this evidence is not what a top-k first_order certificate is computed from"
    with pytest.raises(ValueError, match=said):
        FIRST_ORDER.certify_top_k(pairs, 0.25, 0.001, 2)


def test_a_certificate_of_ranks_states_its_sigma_and_two_shares_of_eta() -> None:
    certificate = FIRST_ORDER.certify_top_k(VOTES, 0.5, 0.01, 2)
    assert (certificate.sigma, certificate.eta, certificate.k) == (0.5, 0.01, 2)
    assert certificate.eta_spent == pytest.approx({"p_a": 0.005, "others_p": 0.005})


def test_where_no_set_gives_a_radius_the_smallest_is_named() -> None:
    certificate = FIRST_ORDER.certify_top_k(Evidence(hits=HitCounts(40, 3, (20, 12, 5, 3))), 0.5, 0.01, 2)
    assert certificate.abstained
    assert certificate.p_others is not None
    assert certificate.p_others.indices == (1,)


def test_a_claim_is_read_back_with_its_rank() -> None:
    assert Claim.from_dict(CLAIM.to_dict()) == CLAIM
    with pytest.raises(ValueError, match=r"claim\.k must be an integer"):
        Claim.from_dict({**CLAIM.to_dict(), "k": True})


def test_a_plan_takes_rivals_that_share_the_rest() -> None:
    assert likely_radius(CLAIM, 0.5, classes=4) > 0.0
    limits = [largest_of_score(replace(CLAIM, k=k), 0.5) or 0.0 for k in (1, 2, 3)]
    assert limits[0] == 0.0
    assert limits == sorted(limits)
    assert limits[1] == pytest.approx(0.25 * 0.4307, abs=1e-4)
    assert 0.9 * limits[1] < likely_radius(replace(CLAIM, n=10**7), 0.5, classes=4) < limits[1]
