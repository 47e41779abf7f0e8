"""Which samples are summed follows from the votes of the selection alone."""

from __future__ import annotations

import pytest

from certificates import Weights, statistic_for


@pytest.mark.parametrize("n", [1000, 10_000, 100_000])
@pytest.mark.parametrize("d", [1, 784, 150_528])
def test_misses_are_summed_above_one_share_of_hits(n: int, d: int) -> None:
    chosen = [statistic_for(hits, 100, n, d) for hits in range(0, 101, 4)]
    first = chosen.index(Weights.MISSES)
    assert set(chosen[:first]) == {Weights.SCORES}
    assert set(chosen[first:]) == {Weights.MISSES}
    assert 4 * first >= 75


def test_large_inputs_sum_misses_earlier() -> None:
    assert statistic_for(820, 1000, 100_000, 150_528) is Weights.MISSES
    assert statistic_for(900, 1000, 100_000, 784) is Weights.SCORES
    assert statistic_for(970, 1000, 100_000, 784) is Weights.MISSES


def test_without_votes_or_pairs_scores_are_summed() -> None:
    assert statistic_for(0, 0, 1000, 5) is Weights.SCORES
    assert statistic_for(100, 100, 1, 5) is Weights.SCORES


@pytest.mark.parametrize("arguments", [(5, 4, 10, 10), (-1, 4, 10, 10), (1, 4, 0, 10), (1, 4, 10, 0)])
def test_counts_that_do_not_fit_are_refused(arguments: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        statistic_for(*arguments)
