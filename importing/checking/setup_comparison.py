"""Compare a model's set-up with others on pictures with known classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from importing.checking.labelled_pictures import Pictures
from importing.checking.setups import Change, Setup, changes
from importing.checking.sign_test import Right, clearly_better
from importing.checking.voter import Voter, Votes

COPIES: Final = 4
"""Noisy copies of each picture. A choice: the share over hundreds of pictures is then known to a percent."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A set-up that was compared: its share of right answers without noise, and whether it is clearly better.

    ``fitted``: the order of its classes was found from half of the pictures; its share is that of the others.
    """

    change: Change
    share: float
    better: bool
    fitted: bool = False


class Judge:
    """The pictures, and the votes under each set-up, so that nothing is computed twice."""

    def __init__(self, voter: Voter, pictures: Pictures, count: int) -> None:
        """``count``: number of the model's classes."""
        self._voter, self._count = voter, count
        self._paths = [entry.path for entry in pictures.entries]
        self._targets = np.array([entry.target for entry in pictures.entries])
        self._known: list[tuple[Setup, Votes]] = []

    def right(self, setup: Setup) -> Right:
        """Return which pictures a set-up answers rightly."""
        right: Right = setup.classes(self._votes(setup), self._count) == self._targets
        return right

    def noisy(self, setup: Setup, sigma: float) -> float:
        """Return the share of noisy copies that are answered rightly."""
        if sigma == 0.0:
            return float(self.right(setup).mean())
        votes = self._voter.votes(setup, self._paths, sigma, COPIES)
        return float((setup.classes(votes, self._count) == self._targets[:, None]).mean())

    def tried(self, setup: Setup, than: Setup | None = None, rounds: int = 1) -> tuple[Tried, ...]:
        """Compare all set-ups that differ from this one in one thing with it, or with ``than``.

        ``rounds``: how often this is done, which the rule for clearly better takes into account.
        """
        others, present = list(changes(setup)), self.right(than or setup)
        compared = rounds * (len(others) + 1)
        results = [self.right(change.setup) for change in others]
        tried = [
            Tried(change, float(result.mean()), clearly_better(result, present, compared))
            for change, result in zip(others, results, strict=True)
        ]
        return (*tried, self._ordered(setup, present, compared))

    def _ordered(self, setup: Setup, present: Right, compared: int) -> Tried:
        """Give each score the class that suits half of the pictures best, and judge that by the others."""
        classes = setup.classes(self._votes(setup), self._count)
        fitting = np.arange(classes.size) % 2 == 0
        table = np.zeros((self._count, self._count))
        np.add.at(table, (classes[fitting], self._targets[fitting]), 1.0)
        np.fill_diagonal(table, table.diagonal() + 0.5)  # of two orders that suit equally, the one that is
        _, order = linear_sum_assignment(-table)
        result = np.where(fitting, present, order[classes] == self._targets)
        before = np.arange(self._count) if setup.order is None else np.array(setup.order)
        change = Change(
            "names",
            "classes in another order",
            "--labels FILE (the names in the order of the scores)",
            replace(setup, order=tuple(order[before].tolist())),
        )
        share = float(result[~fitting].mean()) if classes.size > 1 else 0.0
        return Tried(change, share, clearly_better(result, present, compared), fitted=True)

    def _votes(self, setup: Setup) -> Votes:
        for known, votes in self._known:
            if known == setup.network:
                return votes
        votes = self._voter.votes(setup, self._paths)[:, 0]
        self._known.append((setup.network, votes))
        return votes


def best_of(tried: Sequence[Tried]) -> Tried | None:
    """Return the best of the clearly better, fitted ones only if there is no other; None if none is."""
    better = [each for each in tried if each.better]
    return max(better, key=lambda each: (not each.fitted, each.share), default=None)
