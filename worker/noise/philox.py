"""Random bits on the CPU: Philox4x32-10, compiled by numba.

The words of a counter depend only on (key, counter), so any of them can be drawn at any time, and again. Only
integers are used, so they are the same on every machine.

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled, inlined

Key = NDArray[np.uint32]
"""Four words: the key of Philox, then the upper half of its counter."""
Words = NDArray[np.uint32]

COUNTERS: Final = 256
"""Counters of a chunk."""

_ROUNDS = 10
"""Rounds of Philox4x32-10, as published."""
_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_UPPER_HALF = np.uint64(2**63)


@inlined
def _words(
    k_0: np.uint64, k_1: np.uint64, upper_0: np.uint64, upper_1: np.uint64, index: np.uint64
) -> tuple[np.uint64, ...]:
    """Return the four words, each below ``2**32``, of counter ``index``, with the counter's upper half."""
    c_0, c_1, c_2, c_3 = index & _LOW, index >> _WORD, upper_0, upper_1
    for _ in range(_ROUNDS):
        product_0, product_1 = _MULTIPLIER_0 * c_0, _MULTIPLIER_1 * c_2
        c_0, c_1 = (product_1 >> _WORD) ^ c_1 ^ k_0, product_1 & _LOW
        c_2, c_3 = (product_0 >> _WORD) ^ c_3 ^ k_1, product_0 & _LOW
        k_0, k_1 = (k_0 + _WEYL_0) & _LOW, (k_1 + _WEYL_1) & _LOW
    return c_0, c_1, c_2, c_3


@inlined
def random_bits(key: Key, first: int, out: Words) -> None:
    """Write the words of the counters of chunk ``first`` and those that follow it.

    ``out``: of shape (chunks, 4, COUNTERS), one row for each word of the generator.
    """
    k_0, k_1, u_0, u_1 = np.uint64(key[0]), np.uint64(key[1]), np.uint64(key[2]), np.uint64(key[3])
    for k in range(len(out)):
        begin = np.uint64((first + k) * COUNTERS)
        words_0, words_1, words_2, words_3 = out[k, 0], out[k, 1], out[k, 2], out[k, 3]
        for i in range(COUNTERS):
            c_0, c_1, c_2, c_3 = _words(k_0, k_1, u_0, u_1, begin + np.uint64(i))
            words_0[i], words_1[i] = np.uint32(c_0), np.uint32(c_1)
            words_2[i], words_3[i] = np.uint32(c_2), np.uint32(c_3)


@compiled
def apart(key: Key, first: int, places: NDArray[np.int64], out: NDArray[np.uint64]) -> None:
    """Write 64 bits for each of the places ``first + places[i]``, from counters that no chunk uses.

    Chunks use the counters from 0 on. These bits are the words 0 (upper half) and 1 of counter
    ``2**63 + place``. ``out`` has the shape of ``places``.
    """
    k_0, k_1, u_0, u_1 = np.uint64(key[0]), np.uint64(key[1]), np.uint64(key[2]), np.uint64(key[3])
    for i in range(len(places)):
        c_0, c_1, _, _ = _words(k_0, k_1, u_0, u_1, _UPPER_HALF + np.uint64(first + places[i]))
        out[i] = (c_0 << _WORD) | c_1
