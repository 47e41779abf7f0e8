"""The batches that show whether rows influence each other: rows of many kinds, and extreme neighbours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from registry import ModelManifest

LOOKED_AT: Final = 256
"""Least number of rows that are compared, in as many passes as they need. A choice: a model
with 2 rows in a pass needs 128 passes at load."""
FAINT: Final = 1 / 256
"""Contrast of a faint row, as a share of the scale: about one level of an 8-bit image."""
STRANGERS: Final = 4
"""Rows drawn from all of the scale, for each row of another kind. A choice: they resemble inputs most."""

_Fill = Callable[[NDArray[np.float32], np.random.Generator], None]


class LineUps:
    """Passes of rows from all of a model's scale, and passes in which every second row is extreme.

    A pass has an even number of rows. Half a pass means its rows at even places, or those at odd places.
    Everything is drawn from fixed seeds, so every process makes the same batches.
    """

    def __init__(self, manifest: ModelManifest, rows: int) -> None:
        self._rows = rows
        self._shape = manifest.input.shape
        low, high = manifest.input.low, manifest.input.high
        self.passes = max(2, -(-LOOKED_AT // rows))
        self.extremes: tuple[_Fill, ...] = (
            partial(_constant, low),
            partial(_constant, high),
            partial(_checked, low, high),
            partial(_checked, high, low),
            partial(_beyond, low, high),
        )
        self.names = (
            "rows at the low end of the scale",
            "rows at the high end of the scale",
            "checkerboards of both ends of the scale",
            "inverse checkerboards of both ends of the scale",
            "noise as wide as the scale",
        )
        """Names of the kinds of extreme rows."""
        self._kinds: tuple[_Fill, ...] = (
            *[partial(_uniform, low, high)] * STRANGERS,
            partial(_uniform, low, low + (high - low) * FAINT),
            *self.extremes,
        )

    def strangers(self, index: int) -> NDArray[np.float32]:
        """Return pass ``index``, float32 of shape (rows, *input shape).

        It holds rows of every kind, most of them drawn from all of the scale.
        """
        generator = _generator(self._rows, index)
        kinds = generator.integers(len(self._kinds), size=self._rows)
        if index == 0:
            kinds[:] = 0  # these rows are kept for the checks of jobs: no two are equal
        batch = np.empty((self._rows, *self._shape), np.float32)
        for row, kind in enumerate(kinds):
            self._kinds[kind](batch[row : row + 1], generator)
        return batch

    def beside_strangers(self, index: int) -> NDArray[np.float32]:
        """Return pass ``index`` with its odd rows replaced by those of the next pass, at the same places.

        Float32 of shape (rows, *input shape).
        """
        batch = self.strangers(index)
        batch[1::2] = self.strangers((index + 1) % self.passes)[1::2]
        return batch

    def extreme(self, kind: int) -> NDArray[np.float32]:
        """Return half a pass of one kind of ``extremes``, float32 of shape (rows / 2, *input shape)."""
        rows = np.empty((self._rows // 2, *self._shape), np.float32)
        self.extremes[kind](rows, _generator(self._rows, self.passes + kind))
        return rows

    def moves(self, index: int) -> NDArray[np.int64]:
        """Return the new place of each row of a pass, int64 of shape (rows,): every row moves."""
        order = _generator(self._rows, index).permutation(self._rows)
        places = np.empty_like(order)
        places[order] = np.roll(order, 1)
        return places


def _generator(rows: int, index: int) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64([rows, index]))


def _constant(level: float, out: NDArray[np.float32], _generator: np.random.Generator) -> None:
    out.fill(level)


def _uniform(low: float, high: float, out: NDArray[np.float32], generator: np.random.Generator) -> None:
    generator.random(out=out, dtype=np.float32)
    out *= high - low
    out += low


def _beyond(low: float, high: float, out: NDArray[np.float32], generator: np.random.Generator) -> None:
    """Fill with noise around the middle of the scale; its standard deviation is the scale's width."""
    generator.standard_normal(out=out, dtype=np.float32)
    out *= high - low
    out += (low + high) / 2


def _checked(even: float, odd: float, out: NDArray[np.float32], _generator: np.random.Generator) -> None:
    """Fill with two values that alternate along every axis of an input."""
    out.fill(even)
    counted = np.indices(out.shape[1:], dtype=np.uint8, sparse=True)  # modulo 256, which keeps odd and even
    out[:, np.add.reduce(np.broadcast_arrays(*counted)) % 2 == 1] = odd
