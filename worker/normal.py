"""Standard normal numbers on the CPU: bits of Philox and the Box-Muller transform, compiled by numba.

Number ``i`` of a key is a function of (key, i) alone: any run of numbers can be drawn at any time, and drawn
again. Only integer arithmetic and single float32 conversions, additions, multiplications and square roots are
used, each rounded as IEEE 754 says and none fused, so the bits are the same on every machine.
The logarithm, the sine and the cosine are polynomials.

Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.compiling import as_part, compiled, inlined
from worker.philox import COUNTERS, Key, in_pieces, random_bits

Floats = NDArray[np.float32]

CHUNK: Final = 4 * COUNTERS
"""Numbers made together: a counter gives 128 bits, which are two pairs of numbers."""
CHUNKS: Final = 64
"""Chunks made at a time, at most: within a core's cache, and long enough for the calls to cost nothing."""
LARGEST: Final = 6.77
"""Above every number: the smallest uniform number is ``2**-33``, and ``sqrt(2 * 33 * ln 2) = 6.764``."""

_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_UNIT = np.float32(2.0**-32)
_TWO_LN_2 = np.float32(2 * math.log(2))
_MANTISSA, _BITS_OF_HALF = np.int32(0x007FFFFF), np.int32(0x3F000000)
_MANTISSA_BITS, _EXPONENT_OF_2_32, _PARITY = np.int32(23), np.int32(158), np.int32(1)


@compiled
def radii(words: NDArray[np.uint32], out: Floats) -> None:
    """Write ``sqrt(-2 ln u)`` for ``u = (word + 1/2) / 2**32``, the words 0 and 2 of every counter.

    ``words``: as ``random_bits`` leaves them; ``out``: (chunks, 2, COUNTERS).

    As a signed number the word is ``t = 2**32 u`` below one half and ``t = 2**32 (u - 1)`` above, so that
    ``ln u`` keeps its relative precision at both ends: ``ln u = ln(1 + f) - h ln 2`` with ``f`` in
    [-1/2, 0), where ``t = 2**(32 - h) (1 + f)`` below, and ``f = t / 2**32`` and ``h = 0`` above.
    """
    for k in range(2 * len(out)):
        word, r = words[k // 2, 2 * (k % 2)], out[k // 2, k % 2]
        for i in range(COUNTERS):
            t = np.float32(np.int32(word[i])) + _HALF
            bits = np.float32(t).view(np.int32)
            below = t > _ZERO
            mantissa = np.int32((bits & _MANTISSA) | _BITS_OF_HALF).view(np.float32)
            f = mantissa - _ONE if below else t * _UNIT
            h = np.float32(np.int32(_EXPONENT_OF_2_32 - np.int32(bits >> _MANTISSA_BITS)))
            p = np.float32(3.4645183) * f + np.float32(4.9118185)
            p = p * f + np.float32(3.9140007)
            p = p * f + np.float32(1.1772666)
            p = p * f + np.float32(0.6806328)
            p = p * f + np.float32(-0.35103083)
            p = p * f + np.float32(0.50389904)
            p = p * f + np.float32(-0.66651106)
            p = p * f + np.float32(1.0000024)
            p = p * f + np.float32(-2.0)
            r[i] = math.sqrt(f * p + (h * _TWO_LN_2 if below else _ZERO))


@compiled
def turn(words: NDArray[np.uint32], radius: Floats, out: Floats) -> None:
    """Write ``r sin a`` and ``r cos a`` for the angles that the words 1 and 3 of every counter give.

    ``out``: (chunks, 2, 2, COUNTERS). An angle is ``pi * word / 2**32``, the word signed; in [-pi/2, pi/2).
    The word's last bit is the sign of the radius, which makes it a whole turn.
    """
    for k in range(2 * len(out)):
        word, r = words[k // 2, 2 * (k % 2) + 1], radius[k // 2, k % 2]
        sines, cosines = out[k // 2, k % 2, 0], out[k // 2, k % 2, 1]
        for i in range(COUNTERS):
            half_turns = np.int32(word[i])
            y = np.float32(half_turns) * _UNIT
            z = y * y
            s = np.float32(0.07755864) * z + np.float32(-0.5982412)
            s = s * z + np.float32(2.5500696)
            s = s * z + np.float32(-5.1677098)
            s = s * z + np.float32(3.1415927)
            c = np.float32(-0.024396325) * z + np.float32(0.23493731)
            c = c * z + np.float32(-1.335212)
            c = c * z + np.float32(4.0587091)
            c = c * z + np.float32(-4.934802)
            c = c * z + _ONE
            signed = -r[i] if half_turns & _PARITY else r[i]
            sines[i], cosines[i] = signed * (y * s), signed * c


_random_bits, _radii, _turn = as_part(random_bits), as_part(radii), as_part(turn)


@inlined
def _add_run(numbers: Floats, first: int, groups: NDArray[np.int64], out: NDArray[np.float64]) -> None:
    """Add numbers, the elements ``first`` and following of rows of d, where ``sum_groups`` says."""
    d, done = out.shape[1], 0
    while done < numbers.size:
        row, column = divmod(first + done, d)
        count = min(d - column, numbers.size - done)
        if row < len(groups) and groups[row] >= 0:
            target, g = out[groups[row], column : column + count], numbers[done : done + count]
            for i in range(count):
                target[i] += g[i]
        done += count


@compiled
def noisy_rows(
    key: Key,
    first: int,
    scale: np.float32,
    tiled: Floats,
    d: int,
    sides: int,
    out: Floats,
    halves: NDArray[np.int64],
    totals: NDArray[np.float64],
) -> None:
    """Write ``x + scale * numbers`` to ``out``, as rows of ``d`` elements, and add the numbers up by halves.

    ``out``: of shape (n,), or if ``sides`` is 2, (2 n,): the second half gets ``x - scale * numbers``. The
    numbers are ``first``, ..., ``first + n - 1`` of the key, and belong to the elements ``first`` and
    following of all rows. ``tiled``: ``x``, of d elements, repeated to ``d + CHUNK`` elements or more.
    ``totals``: of shape (halves, d), or (0, d) for no sums; row ``r`` is added to ``totals[halves[r]]``.

    Each chunk is drawn, added and summed up while it is in the first cache of the core: buffers of a whole
    pass would drive out of the second one what the forward pass and the interpreter need.
    """
    words, radius = np.empty((1, 4, COUNTERS), np.uint32), np.empty((1, 2, COUNTERS), np.float32)
    made, chunk = np.empty((1, 2, 2, COUNTERS), np.float32), np.empty(1, np.int64)
    numbers = made.reshape(CHUNK)
    n = out.size // sides
    done = 0
    while done < n:
        chunk[0], skipped = divmod(first + done, CHUNK)
        _random_bits(key, chunk, words)
        _radii(words, radius)
        _turn(words, radius, made)
        count = min(CHUNK - skipped, n - done)
        column = (first + done) % d
        x, g = tiled[column : column + count], numbers[skipped : skipped + count]
        signed = scale
        for side in range(sides):
            target = out[side * n + done : side * n + done + count]
            for i in range(count):
                target[i] = x[i] + signed * g[i]
            signed = -signed
        if len(totals):
            _add_run(g, first + done, halves, totals)
        done += count


@compiled
def sum_groups(
    numbers: Floats, starts: NDArray[np.int64], groups: NDArray[np.int64], out: NDArray[np.float64]
) -> None:
    """Add numbers, as elements of rows of d, to the rows of ``out`` that the groups of their rows name.

    ``numbers``: of shape (runs, n), a run being the elements ``starts[k]`` and following of all rows.
    ``groups[r]``: the row of ``out``, which is float64 of shape (groups, d), that row ``r`` is added to, none
    if it is negative or ``r`` is past the end of ``groups``. Rows are added in the order of the runs.
    """
    for k in range(len(starts)):
        _add_run(numbers[k], starts[k], groups, out)


def chunks_of(rows: NDArray[np.int64], d: int) -> NDArray[np.int64]:
    """Return the chunks, in order and each once, that have numbers of these rows of d elements.

    ``rows``: one at least, in increasing order, each once.
    """
    first, last = rows * d // CHUNK, ((rows + 1) * d - 1) // CHUNK
    begun, ended = (np.bincount(edge, minlength=last[-1] + 2) for edge in (first, last + 1))
    return np.flatnonzero(np.cumsum(begun - ended))


class Numbers:
    """Draws numbers; keeps the buffers that this takes, 640 KiB."""

    def __init__(self) -> None:
        self._words = np.empty((CHUNKS, 4, COUNTERS), np.uint32)
        self._radii = np.empty((CHUNKS, 2, COUNTERS), np.float32)
        self._out = np.empty((CHUNKS, 2, 2, COUNTERS), np.float32)

    def chunks(self, key: Key, chunks: NDArray[np.int64]) -> Floats:
        """Return the key's numbers of these chunks, CHUNKS of them at most; shape (chunks, CHUNK).

        Chunk ``k`` are the numbers from ``k * CHUNK`` on. They are valid until the next call.
        """
        words, radius, out = self._words[: len(chunks)], self._radii[: len(chunks)], self._out[: len(chunks)]
        random_bits(key, chunks, words)
        radii(words, radius)
        turn(words, radius, out)
        return out.reshape(-1, CHUNK)

    def pieces(self, key: Key, first: int, count: int) -> Iterator[tuple[int, Floats]]:
        """Return the key's numbers ``first``, ..., ``first + count - 1`` in pieces.

        With each piece comes how many numbers came before it; it is valid until the next one is asked for.
        """
        return in_pieces(partial(self._run, key), CHUNK, CHUNKS, first, count)

    def _run(self, key: Key, chunk: int, chunks: int) -> Floats:
        return self.chunks(key, np.arange(chunk, chunk + chunks)).reshape(-1)


def warm_up() -> None:
    """Compile everything now: worker/warm_up.py."""
    key, groups, sums = np.zeros(4, np.uint32), np.zeros(1, np.int64), np.zeros((1, 1))
    numbers = Numbers().chunks(key, groups)
    sum_groups(numbers, groups, groups, sums)
    x, out = np.zeros(CHUNK + 1, np.float32), np.empty(1, np.float32)
    noisy_rows(key, 0, np.float32(1), x, 1, 1, out, groups, sums)
