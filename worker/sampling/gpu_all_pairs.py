"""The gradient statistic over all pairs of samples, computed on a GPU."""

from __future__ import annotations

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from certificates import Weights
from certificates.counts.exact_sums import GRID
from worker.sampling.all_pairs_statistic import AllPairsStatistic


class DeviceAllPairs(AllPairsStatistic):
    """Computes with PyTorch on a GPU, where the votes are."""

    place = "cuda"

    def _zeros(self, shape: tuple[int, int]) -> torch.Tensor:
        return torch.zeros(shape, dtype=torch.float64, device=self.place)

    def _vectors(self) -> NDArray[np.float64]:
        return cast("NDArray[np.float64]", self._sums.cpu().numpy())

    def _groups_of(self, votes: torch.Tensor) -> torch.Tensor:
        if self._per_class:
            return votes
        missed = (votes != self._target).long()
        return missed if self._weights is Weights.SCORES else missed - 1

    def _add_weighted(self) -> None:
        block = self._groups[: len(self._sums)] - self._centre * self._groups.sum(dim=0)
        self._sums += block.mul_(GRID).round_().mul_(1.0 / GRID)
