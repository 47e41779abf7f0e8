"""Advice where nothing was certified: each sentence for its case, and the number of samples that it names."""

from __future__ import annotations

import math

import pytest
from scipy.stats import norm

from certificates import DIPOLE, FIRST_ORDER, Bounds, Certifier, Claim, Decision, EndedBy, Evidence, HitCounts
from certificates.claim.advice import advice, claim_and_classes
from certificates.counts.evidence import PairCounts

HOPELESS = (
    "A larger n changes nothing about that: use a smaller sigma, or a classifier trained with noise of this "
    "sigma."
)
ASKS_LESS = " The multiclass decision asks for less: to be ahead of every other class."


def claim_of(n: int, decision: Decision = Decision.MAJORITY, certifier: Certifier = FIRST_ORDER) -> Claim:
    k = 2 if decision is Decision.TOP_K else None
    return Claim(certifier, Bounds.TIGHT, 0.25, 0.001, n, 784, decision, k=k)


def answered(claim: Claim, evidence: Evidence) -> dict[str, object]:
    """Return what the service answers with: the certificate beside its counts and its claim."""
    certificate = claim.final(evidence)
    assert certificate.abstained
    return {**certificate.to_dict(), "counts": evidence.to_dict(), "claim": claim.to_dict()}


def of_votes(votes: tuple[int, ...], decision: Decision = Decision.MAJORITY, target: int = 0) -> str:
    claim = claim_of(sum(votes), decision)
    return advice(answered(claim, Evidence(hits=HitCounts(claim.n, target, votes))))


def samples_named(said: str) -> int:
    return int(said.partition("about n = ")[2].partition(" samples")[0].replace(",", ""))


def test_too_few_samples_are_told_whatever_they_voted() -> None:
    for votes in ((9, 0), (2, 7)):
        assert of_votes(votes) == (
            "n = 9 is too small to certify anything at eta 0.001, even if every sample were a hit: use a "
            "larger n."
        )
    assert of_votes((6, 4)).startswith("It was the answer for 60% of them")


def test_no_samples_ask_for_time() -> None:
    claim = claim_of(1000)
    none = Evidence(hits=HitCounts(0, 0, (0, 0)))
    told = claim.certificate(none, EndedBy.CANCELLED).to_dict()
    assert advice({**told, "counts": none.to_dict(), "claim": claim.to_dict()}) == (
        "No samples were counted: let the job run longer."
    )


def test_at_most_half_of_the_samples_leave_no_hope() -> None:
    assert of_votes(
        (500, 500)
    ) == f"It was the answer for 50% of them, not more than half of them. {HOPELESS}" + (ASKS_LESS)
    assert of_votes((400, 350, 250)).endswith(HOPELESS + ASKS_LESS)
    assert of_votes((300, 450, 250)) == (
        f"It was the answer for 30% of them, not more than half of them. {HOPELESS}"
    )
    assert of_votes((450, 300, 250), target=1).endswith(HOPELESS)


def test_other_bounds_and_certifiers_have_no_multi_class_decision() -> None:
    votes = Evidence(hits=HitCounts(1000, 0, (400, 350, 250)))
    paper = Claim(FIRST_ORDER, Bounds.PAPER, 0.25, 0.001, 1000, 784)
    assert advice(answered(paper, votes)).endswith(HOPELESS)
    pairs = Evidence(pairs=PairCounts(500, 100, 200, 0, 0))
    assert advice(answered(claim_of(1000, certifier=DIPOLE), pairs)) == (
        f"It was the answer for 40% of them, not more than half of them. {HOPELESS}"
    )


def test_a_class_behind_its_rival_has_no_hope_either() -> None:
    behind = "It was the answer for 30% of them, not more than the {} of another class. "
    assert of_votes((300, 450, 250), Decision.MULTICLASS) == behind.format("45%") + HOPELESS
    assert of_votes((300, 400, 300), Decision.TOP_K) == behind.format("30%") + HOPELESS
    assert of_votes((333, 333, 334), Decision.MULTICLASS, target=1).startswith(
        "It was the answer for 33.3% of them, not more than the 33.4% of another class."
    )


@pytest.mark.parametrize(
    ("votes", "decision", "shares"),
    [
        ((54, 46), Decision.MAJORITY, (0.54, 0.5)),
        ((5_100, 4_900), Decision.MAJORITY, (0.51, 0.5)),
        ((520, 180, 300), Decision.MAJORITY, (0.52, 0.5)),
        ((350, 340, 310), Decision.MULTICLASS, (0.35, 0.34)),
        ((400, 220, 380), Decision.MULTICLASS, (0.4, 0.38)),
        ((12, 5, 4, 4, 5), Decision.MULTICLASS, (0.4, 5 / 30)),
        ((330, 350, 320), Decision.TOP_K, (0.33, 0.32)),
        ((100, 300, 0, 90, 20), Decision.TOP_K, (0.1 / 0.51, 0.09 / 0.51)),
    ],
)
def test_the_number_that_is_named_shows_what_was_seen(
    votes: tuple[int, ...], decision: Decision, shares: tuple[float, float]
) -> None:
    """It is a fifth above that of the normal law, rounded up to two digits, the second of them even."""
    said, (seen, limit) = of_votes(votes, decision), shares
    needed = samples_named(said)
    assert said == (
        f"It was the answer for {100.0 * seen:.4g}% of them, which is more than {100.0 * limit:.4g}%: if "
        f"that holds, about n = {needed:,} samples will show it. A smaller sigma may do the same."
    )
    margin = seen - limit
    variance = seen * (1.0 - seen) if decision is Decision.MAJORITY else seen + limit - margin**2
    exact = 1.2 * float(norm.isf(0.001)) ** 2 * variance / margin**2
    unit = 10.0 ** (math.floor(math.log10(exact)) - 1)
    assert exact <= needed < exact + 2.0 * unit
    assert needed % int(2.0 * unit) == 0


@pytest.mark.parametrize(("seen", "decision"), [(0.55, Decision.MAJORITY), (0.505, Decision.MAJORITY)])
def test_so_many_samples_certify_and_half_of_them_do_not(seen: float, decision: Decision) -> None:
    first = round(200 * seen)
    needed = samples_named(of_votes((first, 200 - first), decision))
    for n, shown in ((needed, True), (needed // 2, False)):
        hits = round(seen * n)
        certificate = claim_of(n, decision).final(Evidence(hits=HitCounts(n, 0, (hits, n - hits))))
        assert certificate.abstained is not shown


def test_a_large_share_that_a_small_n_does_not_show_takes_twice_the_samples() -> None:
    assert samples_named(of_votes((9, 1))) == 20
    assert samples_named(of_votes((8, 2))) == 22  # 1.2 (3.09/0.3)^2 0.16 = 20.4, and more than twice n


def test_the_claim_is_read_with_its_number_of_classes() -> None:
    claim = claim_of(1000)
    votes = answered(claim, Evidence(hits=HitCounts(1000, 0, (400, 350, 250))))
    assert claim_and_classes(votes) == (claim, 3)
    pairs = claim_of(1000, certifier=DIPOLE)
    assert claim_and_classes(answered(pairs, Evidence(pairs=PairCounts(500, 100, 200, 0, 0)))) == (pairs, 2)
