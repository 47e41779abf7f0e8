"""Gradient statistics of second-order smoothing, from the votes and the noise of one block after another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pkgutil import resolve_name
from typing import Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from certificates import GradientSumsKind, Weights
from certificates.counts.evidence import GradientSums, round_up_to_grid
from jobs.plan import Device
from worker.array_memory import Array, Memory
from worker.noise.noise_source import NoiseSource

_ELEMENTS: Final = 2**18
"""Most elements of noise that are read together, unless one row has more. A choice; it bounds the memory."""


class GradientStatistic(Protocol):
    """Sums over blocks; ``sums`` gives what was added since the start."""

    def add(self, votes: Array, noise: NoiseSource) -> None:
        """Add a block: the class of each counted row, shape (rows,), and the ``noise`` of these rows."""

    def sums(self) -> GradientSums:
        """Return the sums of all blocks added."""


class AllPairsOf(Protocol):
    """Makes the statistic over all pairs on one kind of device."""

    def __call__(
        self, weights: Weights, target: int, classes: int, d: int, *, per_class: bool
    ) -> GradientStatistic:
        """Return the statistic; arguments as of ``gradient_statistic``."""


ALL_PAIRS: Final[Mapping[Device, str]] = {
    "cpu": "worker.sampling.all_pairs_statistic:HostAllPairs",
    "cuda": "worker.sampling.gpu_all_pairs:DeviceAllPairs",
}
"""The dotted names of the classes. Only processes that compute on a GPU import its one."""


def gradient_statistic(
    wanted: GradientSumsKind, weights: Weights, target: int, classes: int, d: int, memory: Memory
) -> GradientStatistic:
    """Return the statistic that forms only these sums. ``weights`` is of no matter for paired ones."""
    if wanted is GradientSumsKind.PAIRED:
        return PairedStatistic(target, d, memory)
    per_class = wanted is GradientSumsKind.ALL_PAIRS_PER_CLASS
    all_pairs = cast("AllPairsOf", resolve_name(ALL_PAIRS[memory.device]))
    return all_pairs(weights, target, classes, d, per_class=per_class)


class PairedStatistic:
    """The statistic of the paper's Theorem 2: row ``i`` of a block is paired with row ``rows / 2 + i``.

    A block must have an even number of rows.

    The inner products of pairs that both hit are summed in float64. The bound on the rounding error of that
    sum is added, and the result is rounded up to the grid, so that the gradient norm is never understated.
    """

    def __init__(self, target: int, d: int, memory: Memory) -> None:
        self._target = target
        self._memory = memory
        self._total = GradientSums(d, 0, 0.0)

    def add(self, votes: Array, noise: NoiseSource) -> None:
        """See GradientStatistic."""
        pairs = len(votes) // 2
        hit = self._memory.on_host(votes) == self._target
        together = hit[:pairs] & hit[pairs:]
        step = max(1, _ELEMENTS // self._total.d)
        paired = math.fsum(
            self._sum_of_products(together[i : i + step], noise, slice(i, min(i + step, pairs)), pairs)
            for i in range(0, pairs, step)
        )
        allowance = noise.rounding(int(together.sum()) * self._total.d)
        self._total += GradientSums(self._total.d, pairs, round_up_to_grid(paired + allowance))

    def sums(self) -> GradientSums:
        """See GradientStatistic."""
        return self._total

    def _sum_of_products(
        self, together: NDArray[np.bool_], noise: NoiseSource, rows: slice, pairs: int
    ) -> float:
        """Return the float64 sum of the inner products of the noise of the pairs in ``together``."""
        first, second = noise.unit(rows), noise.unit(slice(pairs + rows.start, pairs + rows.stop))
        return self._memory.inner_products(first, second, together)
