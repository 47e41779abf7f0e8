"""The weights of second order's gradient sums: those of the bound that fits the selection's votes."""

from __future__ import annotations

import pytest

from certificates import CERTIFIERS, SECOND_ORDER, Bounds, Certifier, Decision, Weights, statistic_for

SURE, UNSURE = (100, 100), (60, 100)
N, D = 100_000, 784


def test_the_votes_of_the_selection_decide_for_the_majority() -> None:
    for bounds in (Bounds.TIGHT, Bounds.ANYTIME):
        for selected in (SURE, UNSURE):
            decided = SECOND_ORDER.weights(bounds, Decision.MAJORITY, selected, N, D)
            assert decided is statistic_for(*selected, N, D)
    assert statistic_for(*SURE, N, D) is Weights.MISSES
    assert statistic_for(*UNSURE, N, D) is Weights.SCORES


def test_every_class_weighs_scores_and_so_do_the_papers_bounds() -> None:
    assert SECOND_ORDER.weights(Bounds.TIGHT, Decision.MULTICLASS, SURE, N, D) is Weights.SCORES
    assert SECOND_ORDER.weights(Bounds.PAPER, Decision.MAJORITY, SURE, N, D) is Weights.SCORES


@pytest.mark.parametrize("certifier", [one for one in CERTIFIERS if one is not SECOND_ORDER], ids=str)
def test_a_certifier_without_gradient_sums_has_nothing_to_choose(certifier: Certifier) -> None:
    assert certifier.weights(Bounds.TIGHT, Decision.MAJORITY, SURE, N, D) is Weights.SCORES
