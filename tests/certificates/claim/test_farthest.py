"""The largest radius that a number of samples can give: no outcome of as many samples exceeds it."""

from __future__ import annotations

import itertools

import pytest

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Certifier,
    Claim,
    Decision,
    Evidence,
    GradientSums,
    HitCounts,
    PairCounts,
    Weights,
)
from certificates.claim.farthest import largest_radius

N = 30
STOPS = [(Bounds.TIGHT, None), (Bounds.PAPER, None), (Bounds.TIGHT, 0.1)]


def claim(certifier: Certifier, bounds: Bounds, stop: float | None, n: int = N) -> Claim:
    return Claim(certifier, bounds, sigma=0.5, eta=0.01, n=n, d=4, stop_radius=stop)


@pytest.mark.parametrize(("bounds", "stop"), STOPS)
def test_no_first_order_outcome_exceeds_it_and_one_reaches_it(bounds: Bounds, stop: float | None) -> None:
    asked = claim(FIRST_ORDER, bounds, stop)
    radii = [asked.final(Evidence(HitCounts(N, 0, (hits, N - hits)))).radius for hits in range(N + 1)]
    assert max(radii) == largest_radius(asked) > 0.0


@pytest.mark.parametrize(("bounds", "stop"), STOPS)
def test_no_dipole_outcome_exceeds_it_and_one_reaches_it(bounds: Bounds, stop: float | None) -> None:
    asked = claim(DIPOLE, bounds, stop)
    pairs = N // 2
    radii = [
        asked.final(Evidence(pairs=PairCounts(pairs, both, plus, minus, 0))).radius
        for both, plus, minus in itertools.product(range(pairs + 1), repeat=3)
        if both + plus + minus <= pairs
    ]
    assert max(radii) == largest_radius(asked) > 0.0


@pytest.mark.parametrize(
    ("decision", "weights"),
    [
        (Decision.MAJORITY, Weights.SCORES),
        (Decision.MAJORITY, Weights.MISSES),
        (Decision.MULTICLASS, Weights.SCORES),
    ],
)
def test_no_gradient_makes_a_second_order_radius_exceed_it(decision: Decision, weights: Weights) -> None:
    n = 1000
    asked = Claim(SECOND_ORDER, Bounds.TIGHT, 0.5, 0.01, n, 4, decision)
    largest = largest_radius(asked, classes=2)
    radii = []
    for hits, inner in itertools.product((n, n - 1, n - 100), (-1e-3, 0.0, 1e-3)):
        mean = AllPairsMean(weights, n, 4, inner, 0.0)
        sums = GradientSums(4, 0, 0.0, all_pairs=mean)
        if decision is Decision.MULTICLASS:
            sums = GradientSums(4, 0, 0.0, per_class=(mean, mean))
        radii.append(asked.final(Evidence(HitCounts(n, 0, (hits, n - hits)), gradient=sums)).radius)
    assert 0.9 * largest < max(radii) <= largest


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_it_is_nothing_for_few_samples_and_grows_with_their_number(certifier: Certifier) -> None:
    reached = [largest_radius(claim(certifier, Bounds.TIGHT, None, n)) for n in (2, 100, 10_000, 10**8)]
    assert reached[0] == 0.0
    assert reached == sorted(set(reached))


def test_a_claim_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="n must be even"):
        largest_radius(claim(DIPOLE, Bounds.TIGHT, None, 3))
    with pytest.raises(ValueError, match="n must be even"):
        largest_radius(claim(SECOND_ORDER, Bounds.PAPER, None, 301))
