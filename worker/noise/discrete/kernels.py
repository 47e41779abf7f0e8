"""The compiled loops of discrete noise on the CPU. From tables they make levels, inputs and sums.

Indices are not checked here: the callers keep levels and pixels in range.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled

Levels = NDArray[np.int16]

AMBIGUOUS: Final = -(2**15)
"""Marks a bucket that holds thresholds in a table of levels."""
STRETCH: Final = 2048
"""Elements that are written together."""

_HALF_WORD = np.uint32(16)
_LOW_HALF = np.uint32(0xFFFF)


@compiled
def look_up(
    words: NDArray[np.uint32],
    by_bucket: Levels,
    out: Levels,
    places: NDArray[np.int64],
    leading: NDArray[np.uint16],
) -> int:
    """Write the levels of draws ``2 i`` and ``2 i + 1``: the lower and the upper half of word ``i``.

    ``out``: twice as long as ``words``. Returns the number of draws in ambiguous buckets. ``places`` and
    ``leading``, as long as ``out``, get these draws, in order, and their buckets at their start.
    """
    found = 0
    for i in range(len(words)):
        low, high = words[i] & _LOW_HALF, words[i] >> _HALF_WORD
        out[2 * i], out[2 * i + 1] = by_bucket[low], by_bucket[high]
        if by_bucket[low] == AMBIGUOUS:
            places[found], leading[found] = 2 * i, low
            found += 1
        if by_bucket[high] == AMBIGUOUS:
            places[found], leading[found] = 2 * i + 1, high
            found += 1
    return found


@compiled
def settle(
    leading: NDArray[np.uint16],
    words: NDArray[np.uint64],
    below: NDArray[np.int64],
    deep: NDArray[np.uint64],
    reach: int,
    out: Levels,
) -> None:
    """Write the levels of the numbers ``2**64 leading + words`` to ``out``; all three have shape (n,).

    The level is ``-reach`` plus the number of thresholds at or below. ``below[b]`` thresholds are in buckets
    before ``b``; ``deep`` has the last 64 bits of each, in increasing order within a bucket.
    """
    for k in range(len(out)):
        bucket = np.uint32(leading[k])
        low, left = below[bucket], below[bucket + np.uint32(1)] - below[bucket]
        while left > 0:
            half = left // 2
            reached = deep[low + half] <= words[k]
            # Chosen without a branch, which would be mispredicted half of the time.
            low = low + half + 1 if reached else low
            left = left - half - 1 if reached else half
        out[k] = low - reach


@compiled
def write_inputs(
    origins: NDArray[np.int16],
    sign: int,
    levels: Levels,
    first: int,
    d: int,
    values: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Write ``values[origin + sign * level]`` to ``out``, of the shape (n,) of ``levels``, as rows of ``d``.

    The first level belongs to element ``first`` of those rows. ``origins``: of d elements, repeated to
    ``d + STRETCH`` elements or more.
    """
    for start in range(0, out.size, STRETCH):
        stop = min(start + STRETCH, out.size)
        column = (first + start) % d
        origin, level, target = origins[column : column + stop - start], levels[start:stop], out[start:stop]
        for i in range(stop - start):
            target[i] = values[np.uint32(np.int32(origin[i]) + np.int32(sign) * np.int32(level[i]))]


@compiled
def sum_means(
    levels: Levels,
    first: int,
    groups: NDArray[np.int64],
    means: NDArray[np.float64],
    squares: NDArray[np.int64],
    reach: int,
    out: NDArray[np.float64],
) -> int:
    """Add ``means[reach + level]``, as elements ``first`` and following of rows of d, to rows of ``out``.

    ``groups[r]``: the row of ``out``, which is float64 of shape (groups, d), that row ``r`` is added to; rows
    are added in their order. Returns the sum of ``squares[reach + level]``.
    """
    d, done, added = out.shape[1], 0, 0
    while done < levels.size:
        row, column = divmod(first + done, d)
        count = min(d - column, levels.size - done)
        target, level = out[groups[row], column : column + count], levels[done : done + count]
        for i in range(count):
            target[i] += means[np.uint32(level[i] + reach)]
        for i in range(count):
            added += squares[np.uint32(level[i] + reach)]
        done += count
    return added
