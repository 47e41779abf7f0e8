"""Float32 Gaussian noise on the CPU, scaled and added in float32."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import MOST_ROWS, rounding_of_products, squares_at_least
from worker.noise.box_muller import CHUNK, Floats, add_rows, added_up, draw, noisy_rows
from worker.noise.float_scale import float32_at_least
from worker.noise.generator_keys import block_key
from worker.noise.grouped_sums import complete, set_apart
from worker.noise.noise_source import Fill

_OUT_OF_ORDER = -1
_SUMMED = 2**13
"""Largest input whose sums stay in the core's cache, in elements; for larger ones noise is drawn again. A
choice."""


class HostGaussianSource:
    """A NoiseSource on the CPU. The draws depend only on (seed, stream, block), on every machine.

    Noise is not kept; it is drawn again when it is asked for again. If ``summed``, each run of ``MOST_ROWS``
    rows of a block is summed while its noise is in the core's cache. ``sum_groups`` over a run then draws
    again only the rows outside its largest group, which are few if the input can be certified.
    """

    def __init__(
        self,
        x: Floats,
        draws: int,
        sigma: float,
        seed: int,
        stream: int,
        scale: tuple[float, float],  # noqa: ARG002 - the same on every scale
        *,
        antithetic: bool = False,
        summed: bool = False,
    ) -> None:
        flat = x.ravel()
        summed = summed and flat.size <= _SUMMED
        self._shape, self._d, self._draws = x.shape, flat.size, draws
        self._tiled = np.resize(flat, flat.size + CHUNK)
        self._scale = float32_at_least(sigma)
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._key = block_key(seed, stream, 0)
        self._filled = 0
        runs = -(-draws // MOST_ROWS) if summed else 0
        self._totals, self._squares = np.zeros((runs, self._d)), np.zeros((runs, CHUNK))
        self._apart = np.empty(min(draws, MOST_ROWS) if summed else 0, np.int64)

    def begin(self, inputs: Floats, block: int) -> Fill:
        """See NoiseSource."""
        self._key = block_key(self._seed, self._stream, block)
        self._filled = 0
        self._totals.fill(0)
        self._squares.fill(0)
        return partial(self._fill, np.reshape(inputs, -1, copy=False))

    def _fill(self, out: Floats, part: int) -> None:
        sides = 2 if self._antithetic else 1
        count = out.size // sides
        first = part * count
        where = (self._tiled, self._d, sides, out)
        noisy_rows(self._key, first, self._scale, *where, self._totals, self._squares)
        self._filled = first + count if first == self._filled else _OUT_OF_ORDER

    def unit(self, rows: slice) -> Floats:
        """Return the noise itself, float32."""
        out = np.empty((rows.stop - rows.start, *self._shape), dtype=np.float32)
        draw(self._key, rows.start * self._d, out.reshape(-1))
        return out

    def sum_groups(self, groups: NDArray[np.int64], start: int, out: NDArray[np.float64]) -> float:
        """See NoiseSource."""
        out.fill(0)
        run = self._run(start, len(groups))
        if run is None:
            squares = add_rows(self._key, start, groups, out)
        else:
            apart = self._apart[: len(groups)]
            largest, others = set_apart(groups, len(out), apart)
            if others:
                add_rows(self._key, start, apart, out)
            complete(self._totals[run], largest, out)
            squares = added_up(self._squares[run])
        return squares_at_least(squares, groups.size * self._d)

    def _run(self, start: int, rows: int) -> int | None:
        """Return the number of the run that these draws are, if it has been summed; else None."""
        if not len(self._totals) or self._filled != self._draws * self._d:
            return None
        whole = start % MOST_ROWS == 0 and rows == min(MOST_ROWS, self._draws - start)
        return start // MOST_ROWS if whole else None

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``. It does not cover the rounding of the noise itself.

        Float32 noise is an approximation of Gaussian noise: docs/floating-point.md, section 7.
        """
        return rounding_of_products(products)
