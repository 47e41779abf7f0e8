"""The rule for clearly better: how rarely it errs, and how few pictures can satisfy it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from importing.checking.sign_test import LEVEL, better_than_guessing, clearly_better, fewest_pictures


def _pair(gained: int, lost: int, both: int = 5) -> tuple[np.ndarray, np.ndarray]:
    candidate = np.array([True] * gained + [False] * lost + [True] * both)
    present = np.array([False] * gained + [True] * lost + [True] * both)
    return candidate, present


@pytest.mark.parametrize("compared", [1, 8, 12])
def test_the_fewest_pictures_suffice_and_one_less_does_not(compared: int) -> None:
    fewest = fewest_pictures(compared)
    assert clearly_better(*_pair(fewest, 0), compared)
    assert not clearly_better(*_pair(fewest - 1, 0), compared)


def test_equal_set_ups_are_never_clearly_better() -> None:
    assert not clearly_better(*_pair(0, 0), 1)
    assert not clearly_better(*_pair(40, 40), 1)


@pytest.mark.parametrize("differing", [1, 7, 30, 200])
@pytest.mark.parametrize("compared", [1, 8])
def test_the_chance_to_err_is_at_most_the_level(differing: int, compared: int) -> None:
    wins = [won for won in range(differing + 1) if clearly_better(*_pair(won, differing - won), compared)]
    assert np.sum(stats.binom.pmf(wins, differing, 0.5)) <= LEVEL / compared


def test_what_both_get_right_does_not_matter() -> None:
    assert clearly_better(*_pair(12, 0, both=0), 8) is clearly_better(*_pair(12, 0, both=500), 8)


@pytest.mark.parametrize(("right", "classes", "better"), [(30, 10, True), (10, 10, False), (60, 2, False)])
def test_better_than_guessing(right: int, classes: int, better: bool) -> None:
    assert better_than_guessing(np.arange(100) < right, classes) is better
