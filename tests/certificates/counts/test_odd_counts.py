"""Counts that cannot be are refused, and those at the very end of what can be are taken."""

from __future__ import annotations

from fractions import Fraction

import pytest

from certificates import AllPairsMean, Evidence, GradientSums, HitCounts, PairCounts, Weights
from certificates.counts.epochs import epoch_ends
from certificates.counts.exact_sums import squares_at_least
from certificates.kinds import GradientSumsKind


@pytest.mark.parametrize("place", range(1, 5))
def test_no_outcome_of_pairs_is_negative(place: int) -> None:
    counts = [10, 1, 1, 1, 0]
    counts[place] = -1
    with pytest.raises(ValueError, match="pair counts and their target must not be negative"):
        PairCounts(*counts)


def test_the_plus_sides_of_pairs_are_independent_votes() -> None:
    evidence = Evidence(pairs=PairCounts(10, 4, 3, 2, 0))
    assert evidence.independent_votes() == HitCounts(10, 0, (7, 3))


def test_evidence_of_an_epoch_keeps_its_votes_and_no_paired_sums() -> None:
    votes, mean = HitCounts(10, 0, (7, 3)), AllPairsMean(Weights.SCORES, 5, 2, 0.1, 0.0, 10)
    running = Evidence(hits=votes, gradient=GradientSums(2, 3, 1.5))
    assert running.at_epoch(mean) == Evidence(hits=votes, gradient=GradientSums(2, 0, 0.0, all_pairs=mean))
    assert running.at_epoch(None) == Evidence(hits=votes, gradient=GradientSums(2, 0, 0.0))


@pytest.mark.parametrize(("d", "pairs"), [(0, 0), (1, -1)])
def test_gradient_sums_have_elements_and_no_negative_number_of_pairs(d: int, pairs: int) -> None:
    with pytest.raises(ValueError, match="gradient sums need d >= 1 and pairs >= 0"):
        GradientSums(d, pairs, 0.0)


def test_one_sample_is_an_epoch_and_none_is_not() -> None:
    assert epoch_ends(1, 1) == epoch_ends(1, 8) == (1,)
    for n, step in ((0, 1), (1, 0), (-1, 1)):
        with pytest.raises(ValueError, match="epochs need at least one sample"):
            epoch_ends(n, step)


def test_statistics_of_a_single_class_are_read_back() -> None:
    gradient = GradientSums(1, 0, 0.0, per_class=(AllPairsMean(Weights.SCORES, 2, 1, 0.0, 0.0),))
    evidence = Evidence(hits=HitCounts(2, 0, (2,)), gradient=gradient)
    assert Evidence.from_dict(evidence.to_dict()) == evidence


def test_sums_of_pairs_are_one_number_and_vectors_one_for_each_element() -> None:
    kinds = GradientSumsKind
    assert [kind.numbers(7, 3) for kind in (kinds.PAIRED, kinds.ALL_PAIRS, kinds.ALL_PAIRS_PER_CLASS)] == [
        1, 7, 21,
    ]  # fmt: skip


@pytest.mark.parametrize("products", [1, 2**20, 2**40])
def test_squares_are_lowered_by_every_rounding_that_they_may_take_part_in(products: int) -> None:
    exact = Fraction(3) * (1 - Fraction(products + 4, 2**52))
    found = squares_at_least(3.0, products)
    assert abs(Fraction(found) - exact) <= Fraction(1, 2**51)
    assert squares_at_least(3.0, 2**53) == 0.0
