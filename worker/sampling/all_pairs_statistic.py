"""The gradient statistic over all pairs of samples, and how it is computed on the CPU."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import cast

import numpy as np
from numpy.typing import NDArray

from certificates import AllPairsSums, Weights
from certificates.counts.evidence import GradientSums
from certificates.counts.exact_sums import GRID, MOST_ROWS
from worker.array_memory import Array
from worker.noise.noise_source import NoiseSource
from worker.sampling.weighted_sums import add_weighted

Votes = NDArray[np.int64]


class AllPairsStatistic(ABC):
    """Sums over all samples of a vote's weight times noise, and of the squared norms of these vectors.

    Noise is summed by group, in float64. With scores, ``T_c`` is the sum of the group of class ``c``, and the
    sum of ``(f_c - 1/2) g`` is ``T_c`` minus half of the sum of all groups. With misses there is one group,
    and rows that hit are in none: they are not drawn again. The sum is rounded to the grid of AllPairsSums,
    and the squared norms are rounded down to it. There blocks add exactly, so the sums do not depend on how a
    job is divided into runs of blocks. A block without a row in any group adds nothing, and is not counted as
    rounded.

    Rounding: with ``m <= 2**12`` rows, numbers up to ``b = 11`` and ``e = m^2 b 2**-53``, the errors of all
    groups' sums are together at most ``3 e`` (NoiseSource). Adding the groups and the last subtraction have
    errors of at most ``e`` each. All together this is less than ``3 e + (3 e + e) / 2 + e = 6 e < 2**-22``;
    AllPairsSums allows ``2**-21``. Memory, on the device of the votes: ``d`` float64 numbers for each vector
    and for each group.
    """

    def __init__(self, weights: Weights, target: int, classes: int, d: int, *, per_class: bool) -> None:
        self._weights = weights
        self._target = target
        self._per_class = per_class
        self._centre, groups = (0.5, 2) if weights is Weights.SCORES else (0.0, 1)
        self._square = self._centre**2 if self._centre else 1.0
        vectors, groups = (classes, classes) if per_class else (1, groups)
        self._sums = self._zeros((vectors, d))
        self._groups = self._zeros((groups, d))
        self._rows = self._rounded = self._squares = 0

    @abstractmethod
    def _zeros(self, shape: tuple[int, int]) -> Array:
        """Return a float64 array of zeros."""

    @abstractmethod
    def _vectors(self) -> NDArray[np.float64]:
        """Return the sums as an array of the CPU."""

    @abstractmethod
    def _groups_of(self, votes: Array) -> Array:
        """Return the group of each vote, int64, and negative for none.

        With a vector for every class it is the vote itself. With one it is 0 for a hit and 1 for a miss, or
        with the weights of misses, -1 for a hit and 0 for a miss.
        """

    @abstractmethod
    def _add_weighted(self) -> None:
        """Add ``T_c`` minus ``centre`` times the sum of all groups, rounded to the grid, to each vector."""

    def add(self, votes: Array, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        groups = self._groups_of(votes)
        for start in range(0, len(votes), MOST_ROWS):
            names = groups[start : start + MOST_ROWS]
            if self._weights is Weights.MISSES and not bool((names >= 0).any()):
                continue
            squares = noise.sum_groups(names, start, self._groups)
            self._add_weighted()
            self._squares += math.floor(squares * self._square * GRID)
            self._rounded += 1
        self._rows += len(votes)

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        vectors = self._vectors().astype("<f8", copy=False)
        summed = AllPairsSums(
            weights=self._weights,
            n=self._rows,
            d=vectors.shape[1],
            blocks=self._rounded,
            squares=self._squares,
            vectors=vectors.tobytes(),
            per_class=self._per_class,
        )
        return GradientSums(summed.d, 0, 0.0, sums=summed)


class HostAllPairs(AllPairsStatistic):
    """Computes with NumPy and compiled loops on the CPU."""

    def _zeros(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        return np.zeros(shape)

    def _vectors(self) -> NDArray[np.float64]:
        return cast("NDArray[np.float64]", self._sums)

    def _groups_of(self, votes: Votes) -> Votes:
        if self._per_class:
            return votes
        missed: Votes = (votes != self._target).astype(np.int64)
        return missed if self._weights is Weights.SCORES else missed - 1

    def _add_weighted(self) -> None:
        add_weighted(self._groups, self._centre, self._sums)
