"""Whether one set-up is clearly better than another: an exact sign test of the pictures where they differ."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL: Final = 0.01
"""Chance that a set-up as good as all others is called worse, over all that are compared with it."""

Right = NDArray[np.bool_]
"""Whether each picture was answered rightly."""


def clearly_better(candidate: Right, present: Right, compared: int) -> bool:
    """Whether a candidate is clearly better than the present set-up.

    Of the pictures that exactly one of the two gets right, the candidate must get so many that as many heads
    of a fair coin, or more, have a probability of at most ``LEVEL / compared`` (the one-sided sign test,
    McNemar 1947 in its exact form, with Bonferroni's correction). ``compared``: number of candidates.
    """
    gained, lost = int(np.sum(candidate & ~present)), int(np.sum(present & ~candidate))
    return bool(stats.binom.sf(gained - 1, gained + lost, 0.5) <= LEVEL / compared)


def fewest_pictures(compared: int) -> int:
    """Return how many pictures a candidate must at least win for ``clearly_better``: all, and this many."""
    return int(np.ceil(np.log2(compared / LEVEL)))


def better_than_guessing(right: Right, classes: int) -> bool:
    """Whether so many right answers have a probability of at most ``LEVEL`` if every class is as likely."""
    return bool(stats.binom.sf(int(right.sum()) - 1, right.size, 1.0 / classes) <= LEVEL)
