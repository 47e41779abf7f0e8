"""What the sources of noise on a GPU share: PyTorch's generator, and sums by group."""

from __future__ import annotations

import numpy as np
import torch

from certificates.counts.exact_sums import squares_at_least
from worker.noise.generator_keys import spread


def device_generator(seed: int, stream: int, block: int, device: torch.device) -> torch.Generator:
    """Return PyTorch's generator on a GPU, at the start of a block."""
    return torch.Generator(device).manual_seed(
        int(spread(seed, stream, block).generate_state(1, np.uint64)[0])
    )


def add_by_group(unit: torch.Tensor, groups: torch.Tensor, out: torch.Tensor) -> float:
    """Write the sums of the rows of ``unit`` by group to the rows of ``out``, as a matrix product in float64.

    ``unit``: (rows, *input shape); ``groups``: (rows,), int64, negative for a row in no group; ``out``:
    (groups, d), float64. The order of summation is fixed; adding by index on a GPU has no fixed order.
    Returns a lower bound on the sum of the squares of all numbers that are added.
    """
    counted = groups >= 0
    names, rows = groups[counted], unit[counted].reshape(-1, out.shape[1]).double()
    member = names == torch.arange(len(out), device=out.device)[:, None]
    torch.mm(member.double(), rows, out=out)
    return squares_at_least(float(torch.dot(rows.view(-1), rows.view(-1))), rows.numel())
