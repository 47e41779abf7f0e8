"""Plans against jobs: what is planned happens in nine of ten of them, and less does not suffice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from certificates import DIPOLE, FIRST_ORDER, Bounds, Certifier, Claim, Decision, Evidence, Noise
from certificates.bounds.likely_hits import likely_hits
from certificates.claim.farthest import largest_radius
from certificates.claim.planning import _least_even, largest_of_score, likely_radius, samples_for
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


def test_the_least_even_number_is_found_exactly_where_it_is_small_and_closely_where_it_is_large() -> None:
    for least in range(1, 1001):
        assert _least_even(lambda n, least=least: n >= least, MOST) == least + least % 2  # type: ignore[misc]
    for least in (12_345, 10**6 + 1, 77_777_777):
        found = _least_even(lambda n, least=least: n >= least, MOST)  # type: ignore[misc]
        assert found is not None
        assert least <= found <= least * 1.002 + 2
        assert found % 2 == 0


def test_no_more_than_the_most_are_told() -> None:
    def so_many(n: int) -> bool:
        return n >= 99

    told = {most: _least_even(so_many, most) for most in (2, 64, 98, 99, 100, 101, 128)}
    assert told == {2: None, 64: None, 98: None, 99: None, 100: 100, 101: 100, 128: 100}


@pytest.mark.parametrize("certifier", [FIRST_ORDER, DIPOLE], ids=str)
@pytest.mark.parametrize("n", [100, 326])
def test_a_radius_takes_the_samples_that_reach_it_exactly(certifier: Certifier, n: int) -> None:
    assert samples_for(claim_of(certifier), largest_radius(claim_of(certifier, n)), MOST) == n
    radius = likely_radius(claim_of(certifier, n), 1.0)
    assert samples_for(claim_of(certifier), radius, MOST, 1.0) == n


def test_the_number_of_the_claim_itself_is_not_read() -> None:
    assert samples_for(claim_of(DIPOLE, 501), 0.1, MOST) == samples_for(claim_of(DIPOLE, 500), 0.1, MOST)


def test_ranks_are_planned_with_all_classes_of_the_model() -> None:
    ranked = claim_of(FIRST_ORDER, decision=Decision.TOP_K, k=3)
    for score in (None, 0.9):
        needed = samples_for(ranked, 0.2, MOST, score, classes=10)
        assert needed is not None
    for calls in (
        lambda classes: samples_for(ranked, 0.2, MOST, 0.9, *classes),
        lambda classes: likely_radius(ranked, 0.9, *classes),
        lambda classes: largest_radius(ranked, *classes),
    ):
        for classes in ((), (3,), (2,)):
            with pytest.raises(ValueError, match=r"^k must be below"):
                calls(classes)
    two = replace(ranked, k=2)
    for call in (
        lambda: samples_for(two, 0.2, MOST),
        lambda: likely_radius(two, 0.9),
        lambda: largest_radius(two),
    ):
        with pytest.raises(ValueError, match=r"^k must be below 2"):
            call()


def test_one_rival_has_all_votes_that_do_not_hit() -> None:
    multi = claim_of(FIRST_ORDER, 1000, decision=Decision.MULTICLASS)
    hits = likely_hits(1000, 0.6)
    alone = multi.final(Evidence(hits=HitCounts(1000, 0, (hits, 1000 - hits, 0)))).radius
    assert likely_radius(multi, 0.6, classes=3) == alone > 0.0


def test_noise_that_costs_too_much_of_eta_ends_a_plan() -> None:
    """At this eta, 2,000 samples of discrete noise are refused, and fewer do not reach the radius."""
    claim = claim_of(FIRST_ORDER, 2000, noise=Noise.DISCRETE, grid_steps=63.75, eta=1e-15)
    assert claim.problems() != []
    assert replace(claim, n=2).problems() == []
    assert samples_for(claim, 0.5, MOST) is None
