"""The small compiled loops after a forward pass do what NumPy and PyTorch do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from certificates import Weights
from worker.noise.gaussian_source import HostGaussianSource
from worker.noise.generator_keys import ESTIMATION
from worker.noise.gpu_draws import add_by_group
from worker.noise.grouped_sums import set_apart
from worker.noise.sources import UNIT
from worker.runtimes.argmax import argmax
from worker.sampling.all_pairs_statistic import HostAllPairs
from worker.sampling.gpu_all_pairs import DeviceAllPairs

INF = np.inf


class TensorsOnTheCpu(DeviceAllPairs):
    """The sums that a GPU makes, made by PyTorch on the CPU."""

    place = "cpu"


class InTensors(HostGaussianSource):
    """A source of the CPU whose sums are asked for in tensors."""

    def sum_groups(self, groups: Any, start: int, out: Any) -> float:
        return super().sum_groups(groups.numpy(), start, out.numpy())


def test_votes_are_the_lowest_index_of_the_largest_score() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(-2, 3, (500, 7)).astype(np.float32)  # full of ties
    scores[:5] = [[-INF] * 7, [INF] * 7, [0.0] * 7, [-0.0] + [0.0] * 6, [-INF] * 6 + [INF]]
    votes = np.empty(500, np.int64)
    assert argmax(scores, votes)
    np.testing.assert_array_equal(votes, scores.argmax(axis=1))


@pytest.mark.parametrize("place", [(0, 0), (0, 6), (499, 0), (499, 6), (250, 3)])
def test_a_score_that_is_no_number_is_seen_wherever_it_is(place: tuple[int, int]) -> None:
    scores = np.ones((500, 7), np.float32)
    scores[place] = np.nan
    assert not argmax(scores, np.empty(500, np.int64))


def test_the_largest_group_is_the_first_of_equals() -> None:
    apart = np.empty(5, np.int64)
    assert set_apart(np.array([2, 1, 1, 0, 2]), 4, apart) == (1, 3)
    assert apart.tolist() == [2, -1, -1, 0, 2]
    assert set_apart(np.array([3, 3]), 4, apart) == (3, 0)
    assert apart[:2].tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("weights", "per_class"), [(Weights.SCORES, False), (Weights.SCORES, True), (Weights.MISSES, False)]
)
def test_gradient_sums_are_the_same_by_both_ways_of_computing(weights: Weights, per_class: bool) -> None:
    """Those of the CPU, and those that a GPU computes with, which need none."""
    d, batch = 784, 64
    host = HostAllPairs(weights, 1, 5, d, per_class=per_class)
    device = TensorsOnTheCpu(weights, 1, 5, d, per_class=per_class)
    summed, x = weights is Weights.SCORES, np.zeros(d, np.float32)
    noise, again = (
        source(x, batch, 0.25, 3, ESTIMATION, UNIT, summed=summed)
        for source in (HostGaussianSource, InTensors)
    )
    for block in range(3):
        for source in (noise, again):
            source.begin(np.empty((batch, d), np.float32), block)(0)
        votes = np.arange(batch) % 5 * (np.arange(batch) % 3 == 0)
        host.add(votes, noise)
        device.add(torch.from_numpy(votes), again)
    assert host.sums() == device.sums()


def test_noise_is_added_up_by_group_in_tensors_as_in_loops() -> None:
    unit, groups = torch.randn(50, 2, 3, generator=torch.Generator().manual_seed(1)), torch.arange(50) % 4 - 1
    out = torch.empty(3, 6, dtype=torch.float64)
    squares = add_by_group(unit, groups, out)
    flat = unit.view(50, 6).double()
    expected = torch.stack([flat[groups == group].sum(dim=0) for group in range(3)])
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    exact = float((flat[groups >= 0] ** 2).sum())
    assert exact * (1 - 1e-9) < squares <= exact
