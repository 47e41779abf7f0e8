"""Gaussian noise on the CPU: sums over groups of draws, made as it is drawn or by drawing again."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from worker.noise.gaussian_source import HostGaussianSource
from worker.noise.generator_keys import ESTIMATION

DRAWS = 96
HALF = DRAWS // 2
# Below a row a chunk has many rows, and above it a row many chunks.
SIZES = (1, 3, 784, 2500)
GROUPS = {
    "all alike": torch.full((DRAWS,), 1),
    "one apart": (torch.arange(DRAWS) != 70).long(),
    "a third of each": torch.arange(DRAWS) % 3,
    "halves unlike": (torch.arange(DRAWS) >= HALF).long(),
}


def source(d: int, *, summed: bool) -> HostGaussianSource:
    return HostGaussianSource(torch.linspace(0, 1, d), DRAWS, 0.25, 5, ESTIMATION, summed=summed)


def filled(d: int, *, summed: bool, passes: int = 1, of: int | None = None) -> HostGaussianSource:
    """Return a source that has drawn ``of`` of the passes of a block, after those of another one."""
    noise, inputs = source(d, summed=summed), torch.empty(DRAWS // passes, d)
    for block in (8, 2):
        fill = noise.begin(inputs, block)
        for part in range(passes if of is None else of):
            fill(part)
    return noise


def sums(noise: HostGaussianSource, groups: torch.Tensor, start: int, d: int) -> NDArray[np.float64]:
    out = torch.full((3, d), math.nan, dtype=torch.float64)
    noise.sum_groups(groups, start, out)
    return out.numpy()


def exact(noise: HostGaussianSource, groups: torch.Tensor, start: int) -> NDArray[np.float64]:
    rows = noise.unit(slice(start, start + len(groups))).double().numpy()
    chosen = [rows[groups.numpy() == group].T.tolist() for group in range(3)]
    d = rows.shape[1]
    return np.array([[math.fsum(c) for c in columns] if columns else [0.0] * d for columns in chosen])


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS.keys())
@pytest.mark.parametrize("start", [0, HALF])
@pytest.mark.parametrize("passes", [1, 3, 8])
def test_sums_over_a_half_are_right_however_they_are_made(
    d: int, groups: torch.Tensor, start: int, passes: int
) -> None:
    names = groups[start : start + HALF]
    found = sums(filled(d, summed=True, passes=passes), names, start, d)
    again = filled(d, summed=False)
    np.testing.assert_allclose(found, exact(again, names, start), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, sums(again, names, start, d), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("start", "rows"), [(0, HALF), (HALF // 2, HALF), (0, 20), (HALF, 20), (4, 90)])
def test_draws_that_are_no_half_of_a_full_block_are_drawn_again(start: int, rows: int) -> None:
    """The last block of a job has fewer passes, or rows that do not count."""
    noise = filled(784, summed=True, passes=4, of=2 if (start, rows) == (0, HALF) else 4)
    names = GROUPS["all alike"][:rows]
    np.testing.assert_allclose(sums(noise, names, start, 784), exact(noise, names, start), rtol=0, atol=1e-12)


def test_what_is_added_up_is_not_what_came_before() -> None:
    """Each block begins anew, and only what is in the largest group is taken from its sum."""
    noise = filled(784, summed=True)
    before = sums(noise, GROUPS["all alike"][:HALF], 0, 784)
    fill = noise.begin(torch.empty(DRAWS, 784), 3)
    fill(0)
    after = sums(noise, GROUPS["all alike"][:HALF], 0, 784)
    assert not np.array_equal(before, after)
    np.testing.assert_allclose(after, exact(noise, GROUPS["all alike"][:HALF], 0), rtol=0, atol=1e-12)


def test_a_full_block_is_added_up_as_it_is_drawn() -> None:
    """What is added up is what is answered with: a total that is spoiled shows."""
    noise = filled(784, summed=True)
    noise._totals += 1.0
    wrong = sums(noise, GROUPS["one apart"][HALF:], HALF, 784)
    right = exact(noise, GROUPS["one apart"][HALF:], HALF)
    np.testing.assert_allclose(wrong - right, np.array([[0.0], [1.0], [0.0]]) + np.zeros(784), atol=1e-12)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="must be even"):
        HostGaussianSource(torch.zeros(5), 3, 0.25, 1, ESTIMATION, summed=True)
    with pytest.raises(RuntimeError, match="view"):
        source(4, summed=False).begin(torch.empty(4, DRAWS).t(), 0)(0)


def test_draws_are_found_again_one_by_one() -> None:
    noise = filled(784, summed=False)
    assert torch.equal(noise.unit(slice(0, DRAWS))[7:30], noise.unit(slice(7, 30)))
    assert not torch.equal(noise.unit(slice(0, 23)), noise.unit(slice(7, 30)))


@pytest.mark.parametrize("parts", [(), (1,), (0, 0), (1, 1), (1, 0), (0, 1, 1)])
def test_a_block_that_was_not_filled_in_order_is_drawn_again(parts: tuple[int, ...]) -> None:
    noise, inputs = source(784, summed=True), torch.empty(HALF, 784)
    before = noise.begin(inputs, 8)
    for part in (0, 1):
        before(part)
    fill = noise.begin(inputs, 2)
    for part in parts:
        fill(part)
    names = GROUPS["all alike"][:HALF]
    np.testing.assert_allclose(sums(noise, names, 0, 784), exact(noise, names, 0), rtol=0, atol=1e-12)
