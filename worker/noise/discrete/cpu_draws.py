"""Draw discrete noise on the CPU, exactly and the same on every machine, and make the noisy inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.kernels import STRETCH, look_up, sum_means, write_inputs
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.philox import COUNTERS, Key, apart, random_bits

CHUNK: Final = 8 * COUNTERS
"""Draws made together: a counter gives 128 bits, the leading bits of eight draws."""
_CHUNKS = 64
"""Chunks made at a time. A choice: they fit into a core's cache, and are long enough to make calls cheap."""


class Levels:
    """Draws runs of levels, in buffers of 2.8 MiB that it keeps.

    Draw ``j`` of a key depends only on (key, j). Its leading 16 bits are half a word of its chunk, the words
    in the order of ``random_bits`` and the lower half first. If the following 64 bits are needed, they come
    from a counter for ``j`` that no chunk uses. So no two draws share a bit, and a run does not depend on the
    run that it is part of.
    """

    def __init__(self, law: DiscreteGaussian) -> None:
        self._law = law
        self._words = np.empty((_CHUNKS, 4, COUNTERS), np.uint32)
        self._out = np.empty(_CHUNKS * CHUNK, np.int16)
        self._places = np.empty(_CHUNKS * CHUNK, np.int64)
        self._leading = np.empty(_CHUNKS * CHUNK, np.uint16)
        self._deep = np.empty(_CHUNKS * CHUNK, np.uint64)

    def pieces(self, key: Key, first: int, count: int) -> Iterator[tuple[int, NDArray[np.int16]]]:
        """Yield the key's draws ``first``, ..., ``first + count - 1`` in pieces, int16 of shape (draws,).

        Each piece comes with the number of draws before it, and is valid until the next piece is asked for.
        """
        done = 0
        while done < count:
            begin, skipped = divmod(first + done, CHUNK)
            chunks = min(_CHUNKS, -(-(skipped + count - done) // CHUNK))
            piece = self._chunks(key, begin, chunks)[skipped : skipped + count - done]
            yield done, piece
            done += len(piece)

    def _chunks(self, key: Key, chunk: int, chunks: int) -> NDArray[np.int16]:
        law, words, out = self._law, self._words[:chunks], self._out[: chunks * CHUNK]
        random_bits(key, chunk, words)
        found = look_up(words.reshape(-1), law.by_bucket, out, self._places, self._leading)
        places, leading, deep = self._places[:found], self._leading[:found], self._deep[:found]
        apart(key, chunk * CHUNK, places, deep)
        out[places] = law.resolve(leading, deep)
        return out


class GridInputs:
    """Writes the float32 inputs at the grid points ``pixel + level`` and ``pixel - level``.

    ``pixels``: the clean input, of any shape, d elements ``0 .. law.grid.levels``.

    The sum is one of integers, and each integer has one float32 number. So what the model sees depends only
    on the grid point, not on the image and the noise that gave it (docs/floating-point.md, Theorem 12).
    """

    def __init__(self, law: DiscreteGaussian, pixels: NDArray[np.int16]) -> None:
        self._d, self._values = pixels.size, law.values
        self._origins = np.resize(pixels + np.int16(law.max_abs), pixels.size + STRETCH)

    def write(self, levels: NDArray[np.int16], first: int, out: NDArray[np.float32], sign: int) -> None:
        """Write the inputs at ``pixel + sign * level``, as elements ``first`` and following of rows of d.

        ``levels``: draws of the law, shape (n,); ``out``: of the same shape; ``sign``: 1 or -1. ValueError if
        they do not fit.
        """
        if levels.shape != out.shape or sign not in {1, -1}:
            raise ValueError("levels and out must be of one shape, and sign 1 or -1")
        write_inputs(self._origins, sign, levels, first, self._d, self._values, out)


def warm_up() -> None:
    """Compile everything now: worker/queue/warm_up.py."""
    law = DiscreteGaussian(1.0, PixelGrid(levels=1))
    inputs, out = GridInputs(law, np.zeros(1, np.int16)), np.empty(1, np.float32)
    for done, levels in Levels(law).pieces(np.zeros(4, np.uint32), 0, 1):
        inputs.write(levels, done, out, 1)
        table = (law.means, law.squares, law.max_abs)
        sum_means(levels, done, np.zeros(1, np.int64), *table, np.zeros((1, 1)))
