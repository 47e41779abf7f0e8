"""Every certifier tells what all samples may still give, and it is hardly ever too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from certificates import (
    FIRST_ORDER,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Evidence,
    EvidenceKind,
    GradientSums,
    Weights,
    gradient_norm_ceiling,
)
from certificates.counts.all_pairs import AllPairsMean
from tests.support.each_certifier import D, every_certifier, evidence_of

ETA = 0.05
N = 2000


def part(certifier: Certifier, hits: int, n: int) -> Evidence:
    """Return the counts of the first ``n`` of ``N`` samples, without the sums of any epoch."""
    return evidence_of(certifier, hits, n, Bounds.ANYTIME, slope=0.0).at_epoch(None)


@every_certifier
def test_the_best_to_come_is_never_below_what_is_certified_now(certifier: Certifier) -> None:
    for share in (0.6, 0.8, 0.95, 1.0):
        for n in (100, N // 2, N):
            evidence = part(certifier, int(share * n), n)
            now = certifier.certify(evidence, 0.5, ETA, Bounds.ANYTIME).radius
            assert certifier.best_to_come(evidence, 0.5, ETA, N, 1e-3) >= now


@every_certifier
def test_hopeless_votes_promise_nothing_and_good_ones_all_that_can_be(certifier: Certifier) -> None:
    assert certifier.best_to_come(part(certifier, 100, 1000), 0.5, ETA, N, 1e-3) == 0.0
    beginning = certifier.best_to_come(part(certifier, 2, 2), 0.5, ETA, N, 1e-3)
    assert beginning > certifier.best_to_come(part(certifier, 950, 1000), 0.5, ETA, N, 1e-3) > 0.0


@every_certifier
def test_a_radius_of_all_samples_is_seldom_given_up(certifier: Certifier) -> None:
    """220 jobs of a score at which the radius in question is certified in about half of them.

    A job is looked at three times. Pairs hit on both sides, on one, or on none; votes hit or miss.
    """
    doubt, jobs = 0.05, 220
    rng = np.random.default_rng(5)
    pairs = certifier.evidence is EvidenceKind.PAIRS
    shares = [0.7, 0.2, 0.1] if pairs else [0.8, 0.2]
    unit = 2 if pairs else 1
    steps = [rng.multinomial(500 // unit, shares, size=jobs) for _ in range(4)]
    counts = np.cumsum(steps, axis=0)
    known: dict[tuple[int, ...], float] = {}

    def evidence(row: tuple[int, ...]) -> Evidence:
        hits = 2 * row[0] + row[1] if pairs else row[0]
        made = part(certifier, hits, unit * sum(row))
        if made.pairs is None:
            return made
        return Evidence(pairs=type(made.pairs)(sum(row), row[0], row[1], 0, 1))

    def radius(row: tuple[int, ...], *, last: bool) -> float:
        if row not in known:
            one = evidence(row)
            known[row] = (
                certifier.certify(one, 1.0, ETA, Bounds.ANYTIME).radius
                if last
                else certifier.best_to_come(one, 1.0, ETA, N, doubt)
            )
        return known[row]

    ends = [tuple(row) for row in counts[-1].tolist()]
    target = float(np.median([radius(row, last=True) for row in ends]))
    wrong = reached = 0
    for job, end in enumerate(ends):
        if radius(end, last=True) < target:
            continue
        reached += 1
        wrong += any(radius(tuple(counts[k][job].tolist()), last=False) < target for k in range(3))
    assert reached > 80
    assert wrong <= doubt * reached


def test_second_order_gives_up_where_the_gradient_shows_it() -> None:
    """At equal votes, a large gradient leaves no more than first order can still give."""
    whole = 100_000

    def best(slope: float, eta: float = 0.001) -> float:
        mean = AllPairsMean(Weights.SCORES, 12_500, D, slope, 1e-9, whole)
        votes = evidence_of(SECOND_ORDER, 9_700, 12_500, Bounds.ANYTIME, slope=0.0)
        evidence = replace(votes, gradient=GradientSums(D, 0, 0.0, all_pairs=mean))
        return SECOND_ORDER.best_to_come(evidence, 0.25, eta, whole, 1e-3)

    first = FIRST_ORDER.best_to_come(evidence_of(FIRST_ORDER, 9_700, 12_500), 0.25, 0.001, whole, 1e-3)
    steep = 0.98 * gradient_norm_ceiling(0.776, 1.0) ** 2
    assert first < best(steep) < 1.05 * first
    assert best(steep) < best(0.02) < best(0.0)
    assert best(steep, eta=0.1) == best(0.0, eta=0.1)
