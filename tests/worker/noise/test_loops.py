"""The small compiled loops after a forward pass do what NumPy and PyTorch do."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from certificates import Noise
from worker.noise.generator_keys import ESTIMATION
from worker.noise.grouped_sums import set_apart
from worker.noise.sources import noise_source
from worker.runtimes.argmax import argmax
from worker.sampling.gradient_statistics import DeviceSplitStatistic, HostSplitStatistic

INF = np.inf


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
    rows = np.empty(6, np.int64)
    assert set_apart(np.array([2, 1, 1, 0, 2]), 4, rows) == (1, 3)
    assert rows[:3].tolist() == [0, 3, 4]
    assert set_apart(np.array([3, 3]), 4, rows) == (3, 0)


@pytest.mark.parametrize("per_class", [False, True])
def test_split_sums_are_the_same_by_both_ways_of_computing(per_class: bool) -> None:
    """Those of the CPU, and those that a GPU computes with, which need none."""
    cpu, d, batch = torch.device("cpu"), 784, 64
    statistics = [
        kind(1, 5, d, cpu, per_class=per_class) for kind in (HostSplitStatistic, DeviceSplitStatistic)
    ]
    noise = noise_source(torch.zeros(d), cpu, batch, 0.25, 3, ESTIMATION, Noise.GAUSSIAN, summed=True)
    for block in range(3):
        noise.begin(torch.empty(batch, d), block)(0)
        votes = torch.arange(batch) % 5 * (torch.arange(batch) % 3 == 0)
        for statistic in statistics:
            statistic.add(votes, noise)
    assert statistics[0].sums() == statistics[1].sums()
