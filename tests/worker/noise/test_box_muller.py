"""The compiled generator: Philox as published, the transform as accurate as stated, any run by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates.counts.exact_sums import MOST_ROWS
from worker.noise.box_muller import CHUNK, LARGEST, Floats, add_rows, added_up, draw, noisy_rows, radii, turn
from worker.noise.float_scale import float32_at_least
from worker.noise.philox import COUNTERS, Key, random_bits

KEY: Key = np.array([7, 11, 13, 17], dtype=np.uint32)
EDGES = [0, 1, 2, 2**23, 2**24 + 1, 2**30, 2**31 - 1, 2**31, 2**31 + 1, 2**32 - 2, 2**32 - 1]
"""Words where the transform changes its way."""


def numbers(first: int, count: int) -> Floats:
    out = np.empty(count, np.float32)
    draw(KEY, first, out)
    return out


def transformed(words: NDArray[np.uint32]) -> tuple[Floats, Floats]:
    radius = np.empty((len(words), 2, COUNTERS), np.float32)
    out = np.empty((len(words), 2, 2, COUNTERS), np.float32)
    radii(words, radius)
    turn(words, radius, out)
    return radius, out


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((2**32 - 1,) * 4, (2**32 - 1,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_the_bits_are_those_of_philox_as_published(
    counter: tuple[int, ...], key: tuple[int, ...], expected: str
) -> None:
    """The known answers that its authors distribute (Random123, kat_vectors)."""
    index = counter[0] + 2**32 * counter[1]
    chunk, place = divmod(index, COUNTERS)
    if index >= 2**63:
        chunk -= 2**64 // COUNTERS  # counters are 64 bits; this one is reached from the other side
    out = np.empty((1, 4, COUNTERS), np.uint32)
    random_bits(np.array([*key, *counter[2:]], dtype=np.uint32), chunk, out)
    assert " ".join(f"{word:08x}" for word in out[0, :, place]) == expected


def test_the_transform_is_within_4e_7_of_the_exact_one() -> None:
    """Relative to the radius; and the radius itself within 2e-7 of its size, at both ends too."""
    words = np.random.default_rng(3).integers(0, 2**32, (400, 4, COUNTERS), dtype=np.uint32)
    words[0, :, : len(EDGES)] = EDGES
    words[1, 0::2, : len(EDGES)] = EDGES[::-1]
    words[1, 1::2, : len(EDGES)] = EDGES
    radius, out = transformed(words)
    uniform = words[:, 0::2].astype(np.float64)
    low, high = (uniform + 0.5) / 2**32, (2**32 - uniform - 0.5) / 2**32
    exact = np.sqrt(-2 * np.where(low < 0.5, np.log(low), np.log1p(-high)))
    assert np.abs(radius / exact - 1).max() < 2e-7
    angle = words[:, 1::2].view(np.int32).astype(np.float64) * np.pi / 2**32
    signed = np.where(words[:, 1::2] & 1, -exact, exact)
    assert (np.abs(out[:, :, 0] - signed * np.sin(angle)) / exact).max() < 4e-7
    assert (np.abs(out[:, :, 1] - signed * np.cos(angle)) / exact).max() < 4e-7


def test_no_number_reaches_the_stated_largest() -> None:
    words = np.zeros((1, 4, COUNTERS), np.uint32)
    _, out = transformed(words)
    assert LARGEST - 0.01 < np.abs(out).max() < LARGEST


@given(first=st.integers(0, 2**40), count=st.integers(1, 3 * CHUNK), cut=st.integers(0, 3 * CHUNK))
def test_any_run_of_numbers_can_be_drawn_by_itself(first: int, count: int, cut: int) -> None:
    cut = min(cut, count)
    whole = numbers(first, count)
    np.testing.assert_array_equal(
        np.concatenate([numbers(first, cut), numbers(first + cut, count - cut)]), whole
    )


def test_long_runs_are_those_of_short_ones() -> None:
    whole = numbers(5, 70 * CHUNK)
    for first in (0, 63 * CHUNK, 64 * CHUNK - 7):
        np.testing.assert_array_equal(numbers(5 + first, 100), whole[first : first + 100])


@pytest.mark.parametrize(("d", "first"), [(1, 0), (2, 6), (3, 3 * MOST_ROWS - 6), (784, 784), (5000, 10_000)])
@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("summed", [False, True])
def test_scaled_noise_is_added_to_the_input_it_belongs_to(
    d: int, first: int, sides: int, summed: bool
) -> None:
    x, scale = np.linspace(0, 1, d, dtype=np.float32), np.float32(0.3)
    g = numbers(first, 3 * d)
    for start in (0, 2 * d // 3):
        out, sums = np.empty(sides * (g.size - start), np.float32), np.zeros((2 if summed else 0, d))
        squares = np.zeros((len(sums), CHUNK))
        noisy_rows(KEY, first + start, scale, np.resize(x, d + CHUNK), d, sides, out, sums, squares)
        expected = [
            np.tile(x, 3)[start:] + sign * scale * g[start:] for sign in (np.float32(1), np.float32(-1))
        ]
        np.testing.assert_array_equal(out, np.concatenate(expected[:sides]))
        if summed:
            rows = np.where(np.arange(3 * d) < start, 0, g).reshape(3, d).astype(np.float64)
            run = (first // d + np.arange(3)) // MOST_ROWS
            np.testing.assert_array_equal(sums, [rows[run == one].sum(axis=0) for one in (0, 1)])
            found = [added_up(squares[one]) for one in (0, 1)]
            np.testing.assert_allclose(found, [(rows[run == one] ** 2).sum() for one in (0, 1)], rtol=1e-14)


@pytest.mark.parametrize("d", [1, 3, 784, 2500])
@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize("rows", [[0, 1, 2, 3, 4], [1, 2, 5, 40, 55], [7], []])
def test_rows_are_drawn_and_summed_by_the_group_they_are_in(d: int, start: int, rows: list[int]) -> None:
    groups = np.full(56, -1, dtype=np.int64)
    groups[rows] = [0, 2, 2, 0, 1][: len(rows)]
    sums = np.ones((3, d))
    squares = add_rows(KEY, start, groups, sums)
    drawn = numbers(start * d, 56 * d).reshape(56, d).astype(np.float64)
    expected = [1 + drawn[groups == group].sum(axis=0) for group in range(3)]
    np.testing.assert_allclose(sums, expected, rtol=0, atol=1e-14)
    assert squares == pytest.approx((drawn[rows] ** 2).sum(), rel=1e-14)


@given(sigma=st.floats(1e-6, 1e6))
def test_sigma_is_never_rounded_down(sigma: float) -> None:
    found = float32_at_least(sigma)
    assert float(found) >= sigma > float(np.nextafter(found, np.float32(0)))
