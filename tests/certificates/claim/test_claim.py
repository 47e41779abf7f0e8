"""Claims: eta is divided once and never overspent, and every kind of certificate can be computed again."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    AllPairsSums,
    Bounds,
    Certifier,
    Claim,
    Decision,
    EndedBy,
    Evidence,
    GradientSums,
    HitCounts,
    Noise,
    PairCounts,
    Weights,
    certify,
)
from certificates.claim.claim_rules import LARGEST_SUMS
from certificates.claim.eta import RUNNING_SHARE, WHEN_COMPLETE, WHILE_RUNNING
from certificates.noise_laws.grid_gaussian import SHARE

N = 20_000
D = 3
TARGET = 1
VOTES = (600, 19_000, 400)


def sums(*targets: float) -> AllPairsSums:
    """Sums of vectors whose means are ``target`` in every element, one for every class if there are more."""
    vectors = [np.full(D, target * N) for target in targets]
    return AllPairsSums.of_block(Weights.SCORES, N, vectors, 0.25 * N * D, per_class=len(targets) > 1)


HITS = HitCounts(N, TARGET, VOTES)
PAIRED = GradientSums(D, N // 2, 500.0)
ALL_PAIRS = GradientSums(D, 0, 0.0, sums=sums(0.05))
PER_CLASS = GradientSums(D, 0, 0.0, sums=sums(-0.02, 0.05, -0.03))
MISSES = AllPairsMean(Weights.MISSES, N, D, 0.0005, 1e-6)
PAIRS = PairCounts(N // 2, 9_300, 210, 190, TARGET)


def claim_of(certifier: Certifier, bounds: Bounds = Bounds.TIGHT, **fields: object) -> Claim:
    return replace(Claim(certifier, bounds, 0.25, 0.001, N, D), **fields)  # type: ignore[arg-type]  # passed on


DISCRETE: dict[str, object] = {"noise": Noise.DISCRETE, "grid_steps": 63.75}
MULTI = Decision.MULTICLASS
COMPLETE = {
    "first order, paper": (claim_of(FIRST_ORDER, Bounds.PAPER), Evidence(hits=HITS)),
    "first order": (claim_of(FIRST_ORDER), Evidence(hits=HITS)),
    "first order, stop": (claim_of(FIRST_ORDER, stop_radius=0.3), Evidence(hits=HITS)),
    "first order, multi-class": (claim_of(FIRST_ORDER, decision=MULTI), Evidence(hits=HITS)),
    "second order, paper": (claim_of(SECOND_ORDER, Bounds.PAPER), Evidence(HITS, None, PAIRED)),
    "second order": (claim_of(SECOND_ORDER), Evidence(HITS, None, ALL_PAIRS)),
    "second order, stop": (
        claim_of(SECOND_ORDER, stop_radius=0.3),
        Evidence(HITS, None, ALL_PAIRS).at_epoch(sums(0.05).condensed(0, N)),
    ),
    "second order, multi-class": (
        claim_of(SECOND_ORDER, decision=MULTI),
        Evidence(HITS, None, PER_CLASS),
    ),
    "second order, misses": (
        claim_of(SECOND_ORDER),
        Evidence(HITS, None, GradientSums(D, 0, 0.0, all_pairs=MISSES)),
    ),
    "dipole, paper": (claim_of(DIPOLE, Bounds.PAPER), Evidence(pairs=PAIRS)),
    "dipole": (claim_of(DIPOLE), Evidence(pairs=PAIRS)),
    "dipole, stop": (claim_of(DIPOLE, stop_radius=0.3), Evidence(pairs=PAIRS)),
}
every_kind = pytest.mark.parametrize("kind", list(COMPLETE))
both_noises = pytest.mark.parametrize("noise", [{}, DISCRETE])


def running_evidence(evidence: Evidence) -> Evidence:
    return evidence.at_epoch(sums(0.05).condensed(0, N))


@every_kind
@both_noises
@settings(max_examples=25)
@given(eta=st.floats(1e-6, 0.5))
def test_no_certificate_spends_more_than_eta(kind: str, noise: dict[str, object], eta: float) -> None:
    claim, evidence = COMPLETE[kind]
    claim = replace(claim, eta=eta, **noise)  # type: ignore[arg-type]  # passed on
    certificates = [claim.final(evidence)]
    if claim.runs:
        certificates.append(claim.running(running_evidence(evidence)))
    for certificate in certificates:
        assert certificate.eta == eta
        assert 0.99 * eta < math.fsum(certificate.eta_spent.values()) <= eta
        assert (SHARE in certificate.eta_spent) == bool(noise)


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_what_may_be_shown_early_and_what_is_shown_at_the_end_share_eta(certifier: Certifier) -> None:
    """The two may both be wrong, or either: together they spend eta once."""
    kind = certifier.name.replace("_", " ")
    claim, evidence = COMPLETE[kind]
    final, running = claim.final(evidence), claim.running(running_evidence(evidence))
    early = math.fsum(share for name, share in running.eta_spent.items() if name != WHEN_COMPLETE)
    late = math.fsum(share for name, share in final.eta_spent.items() if name != WHILE_RUNNING)
    assert early <= final.eta_spent[WHILE_RUNNING] == pytest.approx(RUNNING_SHARE * claim.eta)
    assert late <= running.eta_spent[WHEN_COMPLETE]
    assert early + late <= claim.eta
    assert 0 < running.radius < final.radius
    assert (final.bounds, running.bounds) == (Bounds.TIGHT, Bounds.ANYTIME)


@every_kind
@both_noises
def test_a_claim_and_its_counts_give_the_certificate_again(kind: str, noise: dict[str, object]) -> None:
    claim, evidence = COMPLETE[kind]
    claim = replace(claim, **noise)  # type: ignore[arg-type]  # passed on
    ends = [claim.final(evidence)]
    if claim.runs:
        ends.append(claim.running(running_evidence(evidence)))
    for certificate in ends:
        counted = running_evidence(evidence) if certificate.ended_by is EndedBy.CANCELLED else evidence
        stored = json.loads(json.dumps([claim.to_dict(), counted.condensed().to_dict()]))
        again = Claim.from_dict(stored[0])
        assert again == claim
        assert again.certificate(Evidence.from_dict(stored[1]), certificate.ended_by) == certificate


@every_kind
def test_fewer_samples_than_asked_for_are_no_final_certificate(kind: str) -> None:
    claim, evidence = COMPLETE[kind]
    longer = replace(claim, n=N + 2)
    if evidence.gradient is not None and claim.stop_radius is not None:
        evidence = evidence.at_epoch(sums(0.05).condensed(0, N + 2))
    if claim.stop_radius is None:
        with pytest.raises(ValueError, match="20000 evaluations were counted, 20002 were asked for"):
            longer.final(evidence)
    else:
        assert longer.final(evidence).ended_by is EndedBy.STOP_RADIUS
        with pytest.raises(ValueError, match="were asked for"):
            replace(longer, stop_radius=9.0).final(evidence)
    with pytest.raises(ValueError, match="more than the"):
        replace(claim, n=N - 2).final(evidence)


@pytest.mark.parametrize(
    ("kind", "gradient"),
    [
        ("second order, paper", GradientSums(D, N // 2 - 1, 500.0)),
        ("second order", GradientSums(D, 0, 0.0, all_pairs=AllPairsMean(Weights.SCORES, 19, D, -30.0, 0.0))),
        ("second order", GradientSums(D, 0, 0.0, all_pairs=sums(0.05).condensed(0, N))),
        (
            "second order, multi-class",
            GradientSums(D, 0, 0.0, per_class=(AllPairsMean(Weights.SCORES, 19, D, -30.0, 0.0),) * 3),
        ),
    ],
)
def test_a_final_certificate_rests_on_the_gradient_of_all_samples(kind: str, gradient: GradientSums) -> None:
    """Sums of some of the samples, or of an epoch, could have been chosen by what they gave."""
    claim, _ = COMPLETE[kind]
    with pytest.raises(ValueError, match=r"rest on all samples|anytime bounds"):
        claim.final(Evidence(HITS, None, gradient))


def test_a_radius_that_is_not_reached_ends_with_all_samples() -> None:
    claim, evidence = COMPLETE["dipole, stop"]
    missed = replace(claim, stop_radius=0.9).final(evidence)
    assert (missed.ended_by, missed.bounds) == (EndedBy.SAMPLES, Bounds.ANYTIME)
    assert missed.radius == claim.final(evidence).radius < 0.9


def test_the_papers_bounds_certify_nothing_early() -> None:
    claim, evidence = COMPLETE["first order, paper"]
    assert not claim.runs
    assert claim.final(evidence).radius == certify(FIRST_ORDER, evidence, 0.25, 0.001).radius
    with pytest.raises(ValueError, match="nothing before all samples"):
        claim.running(evidence)


@pytest.mark.parametrize("kind", ["first order", "second order"])
def test_many_classes_may_gain_and_name_their_rival(kind: str) -> None:
    """Where no class has a majority, only the comparison of classes certifies anything."""
    close = HitCounts(N, TARGET, (6_000, 9_000, 5_000))
    majority, evidence = COMPLETE[kind]
    multiclass, per_class = COMPLETE[f"{kind}, multi-class"]
    assert majority.final(replace(evidence, hits=close)).abstained
    certificate = multiclass.final(replace(per_class, hits=close))
    assert certificate.radius > 0.02
    assert certificate.decision is Decision.MULTICLASS
    assert certificate.p_other is not None
    assert certificate.p_other.index == 0
    assert certificate.p_other.upper > 0.3 == certificate.p_other.estimate
    assert multiclass.running(running_evidence(replace(per_class, hits=close))).decision is Decision.MAJORITY


def test_an_epoch_of_a_job_of_another_size_is_refused() -> None:
    """How much of eta an epoch may spend depends on how many samples the whole job has."""
    claim, evidence = COMPLETE["second order, stop"]
    other = evidence.at_epoch(sums(0.05).condensed(0, 2 * N))
    with pytest.raises(ValueError, match="an epoch of 40000 samples, not of 20000"):
        claim.running(other)


def test_evidence_of_another_kind_is_refused() -> None:
    claim, _ = COMPLETE["second order, multi-class"]
    for evidence in (Evidence(hits=HITS), Evidence(HITS, None, ALL_PAIRS), Evidence(pairs=PAIRS)):
        with pytest.raises(ValueError, match=r"evidence|gradient sums of every class"):
            claim.final(evidence)
    with pytest.raises(ValueError, match="3 elements, not in 4"):
        replace(claim, d=4).final(COMPLETE["second order, multi-class"][1])


@pytest.mark.parametrize(
    ("claim", "fields"),
    [
        (claim_of(DIPOLE), []),
        (claim_of(FIRST_ORDER, n=N + 1), []),
        (claim_of(SECOND_ORDER, n=N + 1), []),
        (claim_of(SECOND_ORDER, Bounds.PAPER, n=N + 1), ["n"]),
        (claim_of(DIPOLE, n=N + 1), ["n"]),
        (claim_of(DIPOLE, n=0), ["n"]),
        (claim_of(DIPOLE, eta=1.0), ["eta"]),
        (claim_of(DIPOLE, sigma=math.nan), ["sigma"]),
        (claim_of(DIPOLE, sigma=9e-301), ["sigma"]),
        (claim_of(DIPOLE, eta=0.51), ["eta"]),
        (claim_of(DIPOLE, Bounds.ANYTIME), ["bounds"]),
        (claim_of(DIPOLE, decision=MULTI), ["decision"]),
        (claim_of(FIRST_ORDER, Bounds.PAPER, decision=MULTI), ["decision"]),
        (claim_of(FIRST_ORDER, stop_radius=0.1, decision=MULTI), ["stop"]),
        (claim_of(DIPOLE, Bounds.PAPER, stop_radius=0.1), ["stop"]),
        (claim_of(DIPOLE, stop_radius=0.0), ["stop.radius"]),
        (claim_of(SECOND_ORDER, d=LARGEST_SUMS // 10, decision=MULTI), []),
        (claim_of(SECOND_ORDER, d=LARGEST_SUMS // 10 + 1, decision=MULTI), ["decision"]),
        (claim_of(SECOND_ORDER, d=LARGEST_SUMS), []),
        (claim_of(SECOND_ORDER, d=LARGEST_SUMS + 1), ["bounds"]),
        (claim_of(SECOND_ORDER, Bounds.PAPER, d=LARGEST_SUMS + 1), []),
        (claim_of(FIRST_ORDER, d=LARGEST_SUMS, decision=MULTI), []),
        (claim_of(DIPOLE, noise=Noise.DISCRETE, grid_steps=3001.0), ["sigma"]),
        (claim_of(DIPOLE, noise=Noise.DISCRETE), ["sigma"]),
        (claim_of(DIPOLE, grid_steps=63.75), ["noise"]),
        (claim_of(DIPOLE, eta=5e-17, noise=Noise.DISCRETE, grid_steps=63.75), ["eta"]),
    ],
)
def test_what_does_not_fit_together_is_named_and_certifies_nothing(claim: Claim, fields: list[str]) -> None:
    assert [field for field, _ in claim.problems(classes=10)] == fields
    if fields and claim.problems():
        with pytest.raises(ValueError, match=fields[0].replace(".", r"\.")):
            claim.final(Evidence(hits=HITS))


@pytest.mark.parametrize(
    "change",
    [
        {"n": "20000"},
        {"n": True},
        {"eta": None},
        {"bounds": "loose"},
        {"more": 1},
        {"sigma": math.inf},
        {"sigma": 10**400},
    ],
)
def test_a_malformed_claim_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"claim|loose"):
        Claim.from_dict(claim_of(DIPOLE).to_dict() | change)
