"""Standard normal numbers on the CPU: bits of Philox and the Box-Muller transform, compiled by numba.

Number ``i`` of a key depends only on (key, i), so any run of numbers can be drawn at any time, and again.
Only integer arithmetic and single float32 conversions, additions, multiplications and square roots are used,
each rounded as IEEE 754 says and none fused, so the bits are the same on every machine. The logarithm, the
sine and the cosine are polynomials, each nearer to its function than one rounding to float32 is:
``python -m scripts.box_muller_polynomials`` computes the best ones and measures these.

Source: Box and Muller, "A note on the generation of random normal deviates" (1958).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import MOST_ROWS
from worker.compiling import compiled, inlined
from worker.noise.philox import COUNTERS, Key, Words, random_bits

Floats = NDArray[np.float32]
Sums = NDArray[np.float64]

CHUNK: Final = 4 * COUNTERS
"""Numbers made together: a counter gives 128 bits, which are two pairs of numbers."""
LARGEST: Final = 6.77
"""Every number is smaller: the smallest uniform number is ``2**-33``, and ``sqrt(2 * 33 * ln 2) = 6.764``."""

LOGARITHM: Final = (
    *(3.4645183, 4.9118185, 3.9140007, 1.1772666, 0.6806328),
    *(-0.35103083, 0.50389904, -0.66651106, 1.0000024, -2.0),
)
"""``-2 ln(1 + f) / f`` for ``f`` in [-1/2, 0), highest power first: off by 9.2e-9 of it."""
SINE: Final = (0.07755864, -0.5982412, 2.5500696, -5.1677098, 3.1415927)
"""``sin(pi y) / y`` in powers of ``y^2``, ``y`` in [-1/2, 1/2], highest first: off by 3.9e-8 of it."""
COSINE: Final = (-0.024396325, 0.23493731, -1.335212, 4.0587091, -4.934802, 1.0)
"""``cos(pi y)`` in the same powers: off by 2.0e-8."""

_L_9, _L_8, _L_7, _L_6, _L_5, _L_4, _L_3, _L_2, _L_1, _L_0 = (np.float32(term) for term in LOGARITHM)
_S_8, _S_6, _S_4, _S_2, _S_0 = (np.float32(term) for term in SINE)
_C_10, _C_8, _C_6, _C_4, _C_2, _C_0 = (np.float32(term) for term in COSINE)
_ZERO, _HALF, _ONE = np.float32(0), np.float32(0.5), np.float32(1)
_UNIT = np.float32(2.0**-32)
_TWO_LN_2 = np.float32(2 * math.log(2))
_MANTISSA, _BITS_OF_HALF = np.int32(0x007FFFFF), np.int32(0x3F000000)
_MANTISSA_BITS, _EXPONENT_OF_2_32, _PARITY = np.int32(23), np.int32(158), np.int32(1)


@inlined
def radii(words: Words, out: Floats) -> None:
    """Write ``sqrt(-2 ln u)`` for ``u = (word + 1/2) / 2**32``, the words 0 and 2 of every counter.

    ``words``: as ``random_bits`` leaves them; ``out``: of shape (chunks, 2, COUNTERS).

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
            p = _L_9 * f + _L_8
            p = p * f + _L_7
            p = p * f + _L_6
            p = p * f + _L_5
            p = p * f + _L_4
            p = p * f + _L_3
            p = p * f + _L_2
            p = p * f + _L_1
            p = p * f + _L_0
            r[i] = math.sqrt(f * p + (h * _TWO_LN_2 if below else _ZERO))


@inlined
def turn(words: Words, radius: Floats, out: Floats) -> None:
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
            s = _S_8 * z + _S_6
            s = s * z + _S_4
            s = s * z + _S_2
            s = s * z + _S_0
            c = _C_10 * z + _C_8
            c = c * z + _C_6
            c = c * z + _C_4
            c = c * z + _C_2
            c = c * z + _C_0
            signed = -r[i] if half_turns & _PARITY else r[i]
            sines[i], cosines[i] = signed * (y * s), signed * c


@compiled
def _room() -> tuple[Words, Floats, Floats]:
    """Return the buffers that ``_chunk`` needs; they fit into the core's first-level cache."""
    words, radius = np.empty((1, 4, COUNTERS), np.uint32), np.empty((1, 2, COUNTERS), np.float32)
    return words, radius, np.empty((1, 2, 2, COUNTERS), np.float32)


@compiled
def _chunk(key: Key, index: int, room: tuple[Words, Floats, Floats]) -> Floats:
    """Return numbers ``index * CHUNK`` and following, CHUNK of them, valid until ``room`` is used again."""
    words, radius, out = room
    random_bits(key, index, words)
    radii(words, radius)
    turn(words, radius, out)
    return out.reshape(CHUNK)


@inlined
def _add_run(numbers: Floats, first: int, target: Sums, squares: Sums) -> None:
    """Add numbers to the elements ``first`` and following of ``target``, and their squares to ``squares``."""
    sums = target[first : first + numbers.size]
    for i in range(numbers.size):
        number = np.float64(numbers[i])
        sums[i] += number
        squares[i] += number * number


@compiled
def added_up(squares: Sums) -> float:
    """Return the sum of numbers, shape (n,), in their order."""
    total = 0.0
    for i in range(len(squares)):
        total += squares[i]
    return total


@compiled
def add_rows(key: Key, start: int, groups: NDArray[np.int64], out: Sums) -> float:
    """Add the numbers of row ``start + i``, of d elements, to the row ``groups[i]`` of ``out``.

    ``groups``: of shape (n,); a row whose group is negative is left out. ``out``: of shape (groups, d). Rows
    are added in their order, and a chunk that two of them share is made once. Returns the float64 sum of the
    squares of all numbers that were added.
    """
    room, squares = _room(), np.zeros(CHUNK)
    numbers, held = room[2].reshape(CHUNK), -1
    d = out.shape[1]
    for i in range(len(groups)):
        if groups[i] < 0:
            continue
        first, done = (start + i) * d, 0
        while done < d:
            index, skipped = divmod(first + done, CHUNK)
            if index != held:
                numbers, held = _chunk(key, index, room), index
            count = min(CHUNK - skipped, d - done)
            _add_run(numbers[skipped : skipped + count], done, out[groups[i]], squares)
            done += count
    return added_up(squares)


@inlined
def _add_chunk(numbers: Floats, first: int, totals: Sums, squares: Sums) -> None:
    """Add numbers, elements ``first`` and following of all rows of d, to the run of rows that each is in."""
    d, done = totals.shape[1], 0
    while done < numbers.size:
        row, column = divmod(first + done, d)
        count = min(d - column, numbers.size - done)
        run = row // MOST_ROWS
        _add_run(numbers[done : done + count], column, totals[run], squares[run])
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
    totals: Sums,
    squares: Sums,
) -> None:
    """Write ``x + scale * numbers`` to ``out``, as rows of ``d`` elements, and add the numbers up.

    ``out``: of shape (n,), or if ``sides`` is 2, (2 n,): the second half gets ``x - scale * numbers``. The
    numbers are ``first``, ..., ``first + n - 1`` of the key, and belong to the elements ``first`` and
    following of all rows. ``tiled``: ``x``, of d elements, repeated to ``d + CHUNK`` elements or more.
    ``totals``: of shape (runs, d), or (0, d) for no sums; row ``r`` is added to run ``r // MOST_ROWS``.
    ``squares``: of shape (runs, CHUNK); its row is increased by numbers that add up to the squares of all
    numbers of its run.

    Each chunk is drawn, added and summed while it is in the core's first-level cache. Buffers of a whole pass
    would evict from the second-level cache what the forward pass and the interpreter need.
    """
    room = _room()
    n = out.size // sides
    done = 0
    while done < n:
        index, skipped = divmod(first + done, CHUNK)
        numbers = _chunk(key, index, room)
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
            _add_chunk(g, first + done, totals, squares)
        done += count


def draw(key: Key, first: int, out: Floats) -> None:
    """Write the numbers ``first``, ``first + 1``, ... of the key to ``out``, of shape (n,)."""
    nothing, sums = np.zeros(1 + CHUNK, np.float32), np.empty((0, 1))
    noisy_rows(key, first, _ONE, nothing, 1, 1, out, sums, sums)


def warm_up() -> None:
    """Compile everything now: worker/queue/warm_up.py."""
    key, row, sums = np.zeros(4, np.uint32), np.zeros(1, np.int64), np.zeros((1, 1))
    x, out = np.zeros(CHUNK + 1, np.float32), np.empty(1, np.float32)
    add_rows(key, 0, row, sums)
    noisy_rows(key, 0, np.float32(1), x, 1, 1, out, sums, np.zeros((1, CHUNK)))
    added_up(sums[0])
