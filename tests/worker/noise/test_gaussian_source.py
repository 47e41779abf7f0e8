"""Gaussian noise on the CPU: sums over groups of draws, made as it is drawn or by drawing again."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from certificates.counts.exact_sums import MOST_ROWS
from worker.noise.gaussian_source import HostGaussianSource
from worker.noise.generator_keys import ESTIMATION
from worker.noise.sources import UNIT

Groups = NDArray[np.int64]

DRAWS = 96
HALF = DRAWS // 2
MANY = MOST_ROWS + 1000
# Below a row a chunk has many rows, and above it a row many chunks.
SIZES = (1, 3, 784, 2500)
GROUPS = {
    "all alike": np.full(DRAWS, 1),
    "one apart": (np.arange(DRAWS) != 70).astype(np.int64),
    "a third of each": np.arange(DRAWS) % 3,
    "halves unlike": (np.arange(DRAWS) >= HALF).astype(np.int64),
}


def source(d: int, *, summed: bool, draws: int = DRAWS) -> HostGaussianSource:
    return HostGaussianSource(
        np.linspace(0, 1, d, dtype=np.float32), draws, 0.25, 5, ESTIMATION, UNIT, summed=summed
    )


def filled(
    d: int, *, summed: bool, passes: int = 1, of: int | None = None, draws: int = DRAWS
) -> HostGaussianSource:
    """Return a source that has drawn ``of`` of the passes of a block, after those of another one."""
    noise, inputs = source(d, summed=summed, draws=draws), np.empty((draws // passes, d), np.float32)
    for block in (8, 2):
        fill = noise.begin(inputs, block)
        for part in range(passes if of is None else of):
            fill(part)
    return noise


def sums(noise: HostGaussianSource, groups: Groups, start: int, d: int) -> NDArray[np.float64]:
    """Return the sums of each group, after a look at the squares that come with them."""
    out = np.full((3, d), math.nan)
    squares = noise.sum_groups(groups, start, out)
    counted = noise.unit(slice(start, start + len(groups))).astype(np.float64)[groups >= 0]
    exact_squares = math.fsum((counted**2).ravel().tolist())
    assert exact_squares * (1 - 1e-9) <= squares <= exact_squares
    return out


def exact(noise: HostGaussianSource, groups: Groups, start: int) -> NDArray[np.float64]:
    rows = noise.unit(slice(start, start + len(groups))).astype(np.float64)
    chosen = [rows[groups == group].T.tolist() for group in range(3)]
    d = rows.shape[1]
    return np.array([[math.fsum(c) for c in columns] if columns else [0.0] * d for columns in chosen])


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS.keys())
@pytest.mark.parametrize("passes", [1, 3, 8])
def test_sums_over_a_block_are_right_however_they_are_made(d: int, groups: Groups, passes: int) -> None:
    found = sums(filled(d, summed=True, passes=passes), groups, 0, d)
    again = filled(d, summed=False)
    np.testing.assert_allclose(found, exact(again, groups, 0), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found, sums(again, groups, 0, d), rtol=0, atol=1e-12)


@pytest.mark.parametrize("start", [0, MOST_ROWS])
@pytest.mark.parametrize("passes", [1, 4])
def test_a_block_of_very_many_rows_is_summed_in_runs(start: int, passes: int) -> None:
    names = (np.arange(MANY) % 5 == 0).astype(np.int64)[start : start + MOST_ROWS]
    noise = filled(2, summed=True, passes=passes, draws=MANY)
    np.testing.assert_allclose(sums(noise, names, start, 2), exact(noise, names, start), rtol=0, atol=1e-10)
    noise._totals += 1.0
    assert sums(noise, names, start, 2)[0, 0] == pytest.approx(exact(noise, names, start)[0, 0] + 1.0)


@pytest.mark.parametrize("d", SIZES)
@pytest.mark.parametrize("start", [0, 40])
def test_draws_in_no_group_are_left_out(d: int, start: int) -> None:
    noise = filled(d, summed=False)
    for names in (np.arange(HALF) % 4 - 1, np.full(HALF, -1), (np.arange(HALF) == 30).astype(np.int64) - 1):
        np.testing.assert_allclose(
            sums(noise, names, start, d), exact(noise, names, start), rtol=0, atol=1e-12
        )


@pytest.mark.parametrize(("start", "rows"), [(0, HALF), (HALF, HALF), (0, 20), (4, 90), (0, DRAWS)])
def test_draws_that_are_no_full_block_are_drawn_again(start: int, rows: int) -> None:
    """The last block of a job has fewer passes, or rows that do not count."""
    noise = filled(784, summed=True, passes=4, of=2 if rows == DRAWS else 4)
    names = GROUPS["all alike"][:rows]
    np.testing.assert_allclose(sums(noise, names, start, 784), exact(noise, names, start), rtol=0, atol=1e-12)


def test_what_is_added_up_is_not_what_came_before() -> None:
    """Each block begins anew, and only what is in the largest group is taken from its sum."""
    noise = filled(784, summed=True)
    before = sums(noise, GROUPS["all alike"], 0, 784)
    fill = noise.begin(np.empty((DRAWS, 784), np.float32), 3)
    fill(0)
    after = sums(noise, GROUPS["all alike"], 0, 784)
    assert not np.array_equal(before, after)
    np.testing.assert_allclose(after, exact(noise, GROUPS["all alike"], 0), rtol=0, atol=1e-12)


def test_a_full_block_is_added_up_as_it_is_drawn() -> None:
    """What is added up is what is answered with: a total that is spoiled shows."""
    noise = filled(784, summed=True)
    noise._totals += 1.0
    wrong = sums(noise, GROUPS["one apart"], 0, 784)
    right = exact(noise, GROUPS["one apart"], 0)
    np.testing.assert_allclose(wrong - right, np.array([[0.0], [1.0], [0.0]]) + np.zeros(784), atol=1e-12)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="copy"):
        source(4, summed=False).begin(np.empty((4, DRAWS), np.float32).T, 0)(0)


def test_draws_are_found_again_one_by_one() -> None:
    noise = filled(784, summed=False)
    assert np.array_equal(noise.unit(slice(0, DRAWS))[7:30], noise.unit(slice(7, 30)))
    assert not np.array_equal(noise.unit(slice(0, 23)), noise.unit(slice(7, 30)))


@pytest.mark.parametrize("parts", [(), (1,), (0, 0), (1, 1), (1, 0), (0, 1, 1)])
def test_a_block_that_was_not_filled_in_order_is_drawn_again(parts: tuple[int, ...]) -> None:
    noise, inputs = source(784, summed=True), np.empty((HALF, 784), np.float32)
    before = noise.begin(inputs, 8)
    for part in (0, 1):
        before(part)
    fill = noise.begin(inputs, 2)
    for part in parts:
        fill(part)
    names = GROUPS["all alike"]
    np.testing.assert_allclose(sums(noise, names, 0, 784), exact(noise, names, 0), rtol=0, atol=1e-12)
