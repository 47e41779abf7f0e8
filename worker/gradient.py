"""Gradient statistics of second-order smoothing, from the votes and the noise of one block after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np
import torch

from certificates import Bounds, Decision, SplitSums
from certificates.evidence import GradientSums, round_up_to_grid
from worker.noise import NoiseSource

_GRID: Final = 2.0**20
_ROWS: Final = 2**14
"""Rows of a separately rounded sum at most: what the error bound of SplitSums allows."""


class GradientStatistic(Protocol):
    """Sums over blocks; ``sums`` gives what was added since the start."""

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """Add a block: the class of each counted row, shape (rows,), rows even; ``noise`` drew it."""

    def sums(self) -> GradientSums:
        """Return the sums of all blocks added."""


def gradient_statistic(
    bounds: Bounds, decision: Decision, target: int, classes: int, d: int, device: torch.device
) -> GradientStatistic:
    """Return the statistic that these bounds need, and no more: the paper's pairs, or split sums."""
    if bounds is Bounds.PAPER:
        return PairedStatistic(target, d)
    if decision is Decision.MULTICLASS:
        return SplitStatistic(torch.arange(classes, device=device), d, per_class=True)
    return SplitStatistic(torch.tensor([target], device=device), d, per_class=False)


class PairedStatistic:
    """The paired statistic of Theorem 2: row ``i`` of a block is paired with row ``rows / 2 + i``.

    The dot products of a block are summed in float64 and rounded up to the grid. What the source of noise
    adds before outweighs the rounding of that sum, so that the gradient norm is never understated.
    """

    def __init__(self, target: int, d: int) -> None:
        self._target = target
        self._total = GradientSums(d, 0, 0.0)

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        pairs = len(votes) // 2
        hit = votes == self._target
        together = hit[:pairs] & hit[pairs:]
        first, second = noise.unit(slice(pairs)), noise.unit(slice(pairs, 2 * pairs))
        paired = _sum_of_products(first[together], second[together])
        allowance = noise.rounding(int(together.sum()) * self._total.d)
        self._total += GradientSums(self._total.d, pairs, round_up_to_grid(paired + allowance))

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        return self._total


class SplitStatistic:
    """Sums of ``(f_c - 1/2) g`` over two halves of the samples, for each class of ``classes``.

    The first half of a block's rows is in half A of the samples, the second in half B. A block's sum is one
    matrix product in float64, rounded to the grid of SplitSums, on which blocks add exactly: how a job is cut
    into runs of blocks changes nothing. Memory, on the device of the votes: ``2 len(classes) d`` float64
    numbers, and half a block of noise as float64.
    """

    def __init__(self, classes: torch.Tensor, d: int, *, per_class: bool) -> None:
        self._classes = classes
        self._d = d
        self._per_class = per_class
        self._sums = torch.zeros((2, len(classes), d), dtype=torch.float64, device=classes.device)
        self._noise = torch.empty((0, d), dtype=torch.float64, device=classes.device)
        self._rows = 0
        self._rounded = 0

    def add(self, votes: torch.Tensor, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        half = len(votes) // 2
        for start in range(0, half, _ROWS):
            stop = min(start + _ROWS, half)
            for side, rows in enumerate((slice(start, stop), slice(half + start, half + stop))):
                weights = (votes[rows] == self._classes[:, None]).double() - 0.5
                block = weights @ self._float64(noise.unit(rows).reshape(stop - start, self._d))
                self._sums[side] += block.mul_(_GRID).round_().mul_(1.0 / _GRID)
            self._rounded += 1
        self._rows += half

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        splits = tuple(self._splits())
        if self._per_class:
            return GradientSums(self._d, 0, 0.0, per_class=splits)
        return GradientSums(self._d, 0, 0.0, split=splits[0])

    def _float64(self, noise: torch.Tensor) -> torch.Tensor:
        """Return float64 noise, in a buffer that is used again and again."""
        if noise.dtype == torch.float64:
            return noise
        if len(self._noise) < len(noise):
            self._noise = torch.empty_like(noise, dtype=torch.float64)
        return self._noise[: len(noise)].copy_(noise)

    def _splits(self) -> Iterator[SplitSums]:
        side_a, side_b = (half.cpu().numpy().astype("<f8", copy=False) for half in self._sums)
        for a, b in zip(side_a, side_b, strict=True):
            yield SplitSums(self._rows, self._rows, self._rounded, a.tobytes(), b.tobytes())


def _sum_of_products(a: torch.Tensor, b: torch.Tensor) -> float:
    """Sum of the products of all elements, in float64."""
    if a.device.type == "cpu":
        return float(np.einsum("i,i->", a.numpy().ravel(), b.numpy().ravel(), dtype=np.float64))
    return float((a.double() * b).sum())
