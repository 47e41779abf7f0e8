"""The evidence that a plan supposes, and what a job may still reach, for each certifier."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier, Evidence, HitCounts
from certificates.bounds.final_counts import final_hits_upper, hits_to_come, pairs_to_come
from certificates.counts.evidence import PairCounts


def tenth(n: int, chance: float) -> int:
    """Return the most hits that nine in ten jobs reach."""
    return max(hits for hits in range(n + 1) if binom.sf(hits - 1, n, chance) >= 0.9)


@pytest.mark.parametrize(
    ("n", "score", "both", "one"),
    [
        (100, 0.9, tenth(50, 0.8), 50 - tenth(50, 0.8)),
        (101, 0.9, tenth(50, 0.8), 50 - tenth(50, 0.8)),
        (100, 1.0, 50, 0),
        (101, 1.0, 50, 0),
        (100, 0.5, 0, 50),
        (100, 0.4, 0, 0),
    ],
)
def test_no_pair_misses_twice_above_a_half(n: int, score: float, both: int, one: int) -> None:
    certifier, evidence = DIPOLE.likely_case(n, 10, score)
    assert certifier is DIPOLE
    assert evidence == Evidence(pairs=PairCounts(50, both, one, 0, 0))


@pytest.mark.parametrize("certifier", [FIRST_ORDER, SECOND_ORDER], ids=str)
def test_rivals_share_what_does_not_hit(certifier: Certifier) -> None:
    hits = tenth(100, 0.73)
    rest = 100 - hits
    by, evidence = certifier.likely_case(100, 5, 0.73)
    assert by is FIRST_ORDER
    assert evidence == Evidence(hits=HitCounts(100, 0, (hits, rest, 0, 0, 0)))
    _, evidence = certifier.likely_case(100, 5, 0.73, 2)
    assert evidence == Evidence(hits=HitCounts(100, 0, (hits, rest // 2, (rest + 1) // 2, 0, 0)))
    _, evidence = certifier.likely_case(100, 2, 0.73)
    assert evidence == Evidence(hits=HitCounts(100, 0, (hits, rest)))


@pytest.mark.parametrize("n", [200, 201])
def test_the_best_to_come_of_all_samples_is_their_anytime_radius(n: int) -> None:
    votes = Evidence(hits=HitCounts(n, 1, (n - 190, 190)))
    pairs = Evidence(pairs=PairCounts(100, 85, 7, 5, 0))
    for certifier, evidence in ((FIRST_ORDER, votes), (DIPOLE, pairs)):
        radius = certifier.certify(evidence, 0.5, 0.01, Bounds.ANYTIME).radius
        assert certifier.best_to_come(evidence, 0.5, 0.01, n, 1e-3) == radius > 0.0


@pytest.mark.parametrize("target", [0, 1, 2])
def test_hits_to_come_belong_to_the_target(target: int) -> None:
    votes = tuple(30 if c == target else 5 for c in range(3))
    best = hits_to_come(HitCounts(40, target, votes), 100, 0.01)
    most = final_hits_upper(30, 40, 100, 0.01)
    assert (best.n, best.target, best.hits) == (100, target, most)
    assert len(best.per_class) == 3
    assert sum(best.per_class) == 100
    assert max(best.per_class[c] for c in range(3) if c != target) == 100 - most > 0


def test_two_classes_stay_two() -> None:
    for target in (0, 1):
        best = hits_to_come(HitCounts(10, target, (5, 5)), 10, 0.01)
        assert best == HitCounts(10, target, (5, 5))


def test_pairs_to_come_take_half_of_the_doubt_each() -> None:
    counts = PairCounts(100, 60, 10, 15, 2)
    best = pairs_to_come(counts, 300, 0.02)
    assert best.both == final_hits_upper(60, 100, 300, 0.01)
    assert best.both + best.plus_only == final_hits_upper(85, 100, 300, 0.01)
    assert (best.pairs, best.minus_only, best.target) == (300, 0, 2)
    assert pairs_to_come(counts, 100, 0.02) == PairCounts(100, 60, 25, 0, 2)


def test_a_model_of_one_class_has_no_rival() -> None:
    certificate = FIRST_ORDER.certify_multiclass(Evidence(hits=HitCounts(100, 0, (100,))), 0.5, 0.01)
    assert certificate.p_other is None
    assert certificate.to_dict()["p_other"] is None
