"""What a worker compiles before it forks is all that its jobs call."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch

from models.grid import PixelGrid
from worker import discrete_draws, discrete_kernels, normal, philox
from worker.noise import ESTIMATION
from worker.sources import noise_source


def compiled_in(*modules: ModuleType) -> dict[str, int]:
    """For each compiled function, for how many kinds of arguments there is code."""
    return {
        f"{module.__name__}.{name}": len(value.signatures)
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "signatures") and not name.startswith("_")  # those are parts of others
    }


@pytest.mark.parametrize("grid", [None, PixelGrid()])
def test_no_job_waits_for_a_compiler(grid: PixelGrid | None) -> None:
    normal.warm_up()
    discrete_draws.warm_up()
    modules = (philox, normal, discrete_kernels)
    before = compiled_in(*modules)
    assert all(before.values())
    noise = noise_source(torch.zeros(3), torch.device("cpu"), 8, 0.25, 1, ESTIMATION, grid, antithetic=True)
    noise.fill(torch.empty((8, 3)), 0)
    noise.unit(slice(1, 3))
    noise.sum_groups(torch.tensor([0, 1]), 1, torch.zeros((2, 3), dtype=torch.float64))
    assert compiled_in(*modules) == before
