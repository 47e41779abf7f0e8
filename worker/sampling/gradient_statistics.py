"""Gradient statistics of second-order smoothing, from the votes and the noise of one block after another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
import torch

from certificates import GradientSumsKind, SplitSums
from certificates.counts.evidence import GradientSums, round_up_to_grid
from certificates.counts.exact_sums import GRID, MOST_ROWS
from worker.noise.generator_keys import NoiseSource
from worker.sampling.centred_sums import add_centred

_ELEMENTS: Final = 2**18
"""Most elements of noise that are read together, unless one row has more. A choice; it bounds the memory."""


class GradientStatistic(Protocol):
    """Sums over blocks; ``sums`` gives what was added since the start."""

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """Add a block: the class of each counted row, shape (rows,), rows even; ``noise`` drew it."""

    def sums(self) -> GradientSums:
        """Return the sums of all blocks added."""


def gradient_statistic(
    wanted: GradientSumsKind, target: int, classes: int, d: int, device: torch.device
) -> GradientStatistic:
    """Return the statistic that forms only these sums."""
    if wanted is GradientSumsKind.PAIRED:
        return PairedStatistic(target, d)
    kind = HostSplitStatistic if device.type == "cpu" else DeviceSplitStatistic
    return kind(target, classes, d, device, per_class=wanted is GradientSumsKind.SPLIT_PER_CLASS)


class PairedStatistic:
    """The statistic of the paper's Theorem 2: row ``i`` of a block is paired with row ``rows / 2 + i``.

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


class SplitStatistic(ABC):
    """Sums of ``(f_c - 1/2) g`` over two halves of the samples, for each class of ``classes``.

    The first half of a block's rows belongs to half A of the samples, the second to half B. Noise is summed
    by group, in float64: the sum of ``(f_c - 1/2) g`` is ``T_c``, the sum of group ``c``, minus half of the
    sum of all groups. It is rounded to the grid of SplitSums, on which blocks add exactly, so the sums do not
    depend on how a job is divided into runs of blocks.

    Rounding: with ``m <= 2**12`` rows, numbers up to ``b = 11`` and ``e = m^2 b 2**-53``, the errors of all
    groups' sums are together at most ``3 e`` (NoiseSource). Adding the groups and the last subtraction have
    errors of at most ``e`` each. All together this is less than ``3 e + (3 e + e) / 2 + e = 6 e < 2**-22``;
    SplitSums allows ``2**-21``. Memory, on the device of the votes: ``4 d`` float64 numbers for each class.
    """

    def __init__(self, target: int, classes: int, d: int, device: torch.device, *, per_class: bool) -> None:
        self._target = target
        self._per_class = per_class
        self._d = d
        self._sums = torch.zeros((2, classes if per_class else 1, d), dtype=torch.float64, device=device)
        groups = classes if per_class else 2
        self._groups = torch.empty((groups, d), dtype=torch.float64, device=device)
        self._rows = 0
        self._rounded = 0

    @abstractmethod
    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        """Return the group of each vote, int64: its class, or with one sum 0 for a hit and 1 for a miss."""

    @abstractmethod
    def _add_centred(self, side: int) -> None:
        """Add ``T_c`` minus half of the sum of all groups, rounded to the grid, to half ``side``, 0 or 1."""

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        half = len(votes) // 2
        groups = self._groups_of(votes)
        for start in range(0, half, MOST_ROWS):
            rows = min(MOST_ROWS, half - start)
            for side, first in enumerate((start, half + start)):
                noise.sum_groups(groups[first : first + rows], first, self._groups)
                self._add_centred(side)
            self._rounded += 1
        self._rows += half

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        splits = tuple(self._splits())
        if self._per_class:
            return GradientSums(self._d, 0, 0.0, per_class=splits)
        return GradientSums(self._d, 0, 0.0, split=splits[0])

    def _splits(self) -> Iterator[SplitSums]:
        side_a, side_b = (half.cpu().numpy().astype("<f8", copy=False) for half in self._sums)
        for a, b in zip(side_a, side_b, strict=True):
            yield SplitSums(self._rows, self._rows, self._rounded, a.tobytes(), b.tobytes())


class HostSplitStatistic(SplitStatistic):
    """Computes with NumPy and compiled loops on the CPU: PyTorch's calls are slow beside a small model."""

    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        if self._per_class:
            return votes
        return torch.from_numpy((votes.numpy() != self._target).astype(np.int64))

    def _add_centred(self, side: int) -> None:
        add_centred(self._groups.numpy(), self._sums.numpy()[side])


class DeviceSplitStatistic(SplitStatistic):
    """Computes with PyTorch, where the votes are."""

    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        return votes if self._per_class else (votes != self._target).long()

    def _add_centred(self, side: int) -> None:
        block = self._groups[: self._sums.shape[1]] - self._groups.sum(dim=0) / 2
        self._sums[side] += block.mul_(GRID).round_().mul_(1.0 / GRID)


def _sum_of_products(together: torch.Tensor, noise: NoiseSource, rows: slice, pairs: int) -> float:
    """Return the float64 sum of the inner products of the noise of the pairs in ``together``."""
    first, second = noise.unit(rows), noise.unit(slice(pairs + rows.start, pairs + rows.stop))
    products = first[together].double().mul_(second[together])
    return float(products.sum())
