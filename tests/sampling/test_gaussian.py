"""Gaussian noise on the CPU: what is kept for a gradient is what would be drawn again."""

from __future__ import annotations

import pytest
import torch

from worker.gaussian import KEPT, HostGaussianSource
from worker.noise import ESTIMATION

D, DRAWS = 784, 96


def source(kept: int) -> HostGaussianSource:
    return HostGaussianSource(torch.linspace(0, 1, D), 0.25, 5, ESTIMATION, kept=kept)


@pytest.mark.parametrize("parts", [1, 3])
def test_kept_noise_is_what_is_drawn_again(parts: int) -> None:
    groups = torch.arange(DRAWS // 2) % 3
    found = []
    for kept in (0, DRAWS * D):
        noise = source(kept)
        inputs = torch.empty(DRAWS // parts, D)
        for block in (8, 2):
            for part in range(parts):
                noise.fill(inputs, block, part)
        sums = torch.zeros(3, D, dtype=torch.float64)
        noise.sum_groups(groups, DRAWS // 4, sums)
        found.append((noise.unit(slice(0, DRAWS)), noise.unit(slice(7, 30)), sums))
    for again, kept_numbers in zip(*found, strict=True):
        assert torch.equal(again, kept_numbers)
    assert not torch.equal(found[0][0][:23], found[0][1])


def test_a_block_too_large_to_keep_is_drawn_again() -> None:
    noise = source(KEPT + 1)
    noise.fill(torch.empty(DRAWS, D), 8)
    again = source(0)
    again.fill(torch.empty(DRAWS, D), 8)
    assert torch.equal(noise.unit(slice(3, 9)), again.unit(slice(3, 9)))
