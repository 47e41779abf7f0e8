"""Every certifier tells what all samples may still give, and it is hardly ever too little."""

from __future__ import annotations

import numpy as np

from certificates import Bounds, Certifier, Evidence, EvidenceKind
from tests.support.each_certifier import every_certifier, evidence_of

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
    """300 jobs of a score at which the radius in question is certified in about half of them.

    A job is looked at three times. Pairs hit on both sides, on one, or on none; votes hit or miss.
    """
    doubt, jobs = 0.05, 300
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
    assert reached > 100
    assert wrong <= doubt * reached
