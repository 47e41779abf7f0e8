"""Gradient statistics of second-order smoothing, from the votes and the noise of one block after another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Final, Protocol

import numpy as np
import torch

from certificates import AllPairsSums, GradientSumsKind, Weights
from certificates.counts.evidence import GradientSums, round_up_to_grid
from certificates.counts.exact_sums import GRID, MOST_ROWS
from worker.noise.generator_keys import NoiseSource
from worker.sampling.weighted_sums import add_weighted

_ELEMENTS: Final = 2**18
"""Most elements of noise that are read together, unless one row has more. A choice; it bounds the memory."""


class GradientStatistic(Protocol):
    """Sums over blocks; ``sums`` gives what was added since the start."""

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """Add a block: the class of each counted row, shape (rows,), ``noise`` drew it."""

    def sums(self) -> GradientSums:
        """Return the sums of all blocks added."""


def gradient_statistic(
    wanted: GradientSumsKind, weights: Weights, target: int, classes: int, d: int, device: torch.device
) -> GradientStatistic:
    """Return the statistic that forms only these sums. ``weights`` is of no matter for paired ones."""
    if wanted is GradientSumsKind.PAIRED:
        return PairedStatistic(target, d)
    kind = HostAllPairs if device.type == "cpu" else DeviceAllPairs
    per_class = wanted is GradientSumsKind.ALL_PAIRS_PER_CLASS
    return kind(weights, target, classes, d, device, per_class=per_class)


class PairedStatistic:
    """The statistic of the paper's Theorem 2: row ``i`` of a block is paired with row ``rows / 2 + i``.

    A block must have an even number of rows.

    The inner products of pairs that both hit are summed in float64. The bound on the rounding error of that
    sum is added, and the result is rounded up to the grid, so that the gradient norm is never understated.
    """

    def __init__(self, target: int, d: int) -> None:
        self._target = target
        self._total = GradientSums(d, 0, 0.0)

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        pairs = len(votes) // 2
        hit = votes == self._target
        together = hit[:pairs] & hit[pairs:]
        step = max(1, _ELEMENTS // self._total.d)
        paired = math.fsum(
            _sum_of_products(together[i : i + step], noise, slice(i, min(i + step, pairs)), pairs)
            for i in range(0, pairs, step)
        )
        allowance = noise.rounding(int(together.sum()) * self._total.d)
        self._total += GradientSums(self._total.d, pairs, round_up_to_grid(paired + allowance))

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        return self._total


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

    def __init__(
        self, weights: Weights, target: int, classes: int, d: int, device: torch.device, *, per_class: bool
    ) -> None:
        self._weights = weights
        self._target = target
        self._per_class = per_class
        self._centre, groups = (0.5, 2) if weights is Weights.SCORES else (0.0, 1)
        self._square = self._centre**2 if self._centre else 1.0
        vectors, groups = (classes, classes) if per_class else (1, groups)
        self._sums = torch.zeros((vectors, d), dtype=torch.float64, device=device)
        self._groups = torch.empty((groups, d), dtype=torch.float64, device=device)
        self._rows = self._rounded = self._squares = 0

    @abstractmethod
    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        """Return the group of each vote, int64, and negative for none.

        With a vector for every class it is the vote itself. With one it is 0 for a hit and 1 for a miss, or
        with the weights of misses, -1 for a hit and 0 for a miss.
        """

    @abstractmethod
    def _add_weighted(self) -> None:
        """Add ``T_c`` minus ``centre`` times the sum of all groups, rounded to the grid, to each vector."""

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
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
        vectors = self._sums.cpu().numpy().astype("<f8", copy=False)
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
    """Computes with NumPy and compiled loops on the CPU: PyTorch's calls are slow beside a small model."""

    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        if self._per_class:
            return votes
        missed = (votes.numpy() != self._target).astype(np.int64)
        return torch.from_numpy(missed if self._weights is Weights.SCORES else missed - 1)

    def _add_weighted(self) -> None:
        add_weighted(self._groups.numpy(), self._centre, self._sums.numpy())


class DeviceAllPairs(AllPairsStatistic):
    """Computes with PyTorch, where the votes are."""

    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        if self._per_class:
            return votes
        missed = (votes != self._target).long()
        return missed if self._weights is Weights.SCORES else missed - 1

    def _add_weighted(self) -> None:
        block = self._groups[: len(self._sums)] - self._centre * self._groups.sum(dim=0)
        self._sums += block.mul_(GRID).round_().mul_(1.0 / GRID)


def _sum_of_products(together: torch.Tensor, noise: NoiseSource, rows: slice, pairs: int) -> float:
    """Return the float64 sum of the inner products of the noise of the pairs in ``together``."""
    first, second = noise.unit(rows), noise.unit(slice(pairs + rows.start, pairs + rows.stop))
    products = first[together].double().mul_(second[together])
    return float(products.sum())
