"""What every source of noise can do: make the noisy inputs of a block, and sum the noise again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from worker.array_memory import Array

Fill = Callable[[int], None]
"""Writes the inputs of forward pass ``p`` of a block. It is called once each with 0, 1, ... in this order."""


class NoiseSource(Protocol):
    """Makes the noisy inputs of one block after another, for one input, one law of noise and one stream."""

    def begin(self, inputs: Array, block: int) -> Fill:
        """Begin a block; return a function that writes the inputs of its forward passes to ``inputs``.

        ``inputs`` is contiguous float32 of shape ``(rows, *input shape)``. With antithetic pairs its first
        half is ``x + eps`` and its second half, from the same draws, ``x - eps``. The draws of a block do not
        depend on the number of its passes. The other methods are about this block until ``begin`` is called
        again.
        """

    def unit(self, rows: slice) -> Array:
        """Return the unit noise ``g = eps / sigma``, or its conditional means, of draws ``rows``.

        The shape is ``(rows, *input shape)``, float32 or float64, on the device of the source.
        """

    def sum_groups(self, groups: Array, start: int, out: Array) -> float:
        """Write to row ``c`` of ``out`` the sum of the unit noise of the draws ``start + i`` in group ``c``.

        Returns a lower bound on the sum of the squared norms of the unit noise of all draws in a group.
        ``groups``: the group of each of these draws, int64, negative for a draw in none; if the source was
        made to be ``summed``, every draw is in one. ``out``: float64 of shape (groups, d). Both on the device
        of the source. With ``m`` draws and ``b`` = LARGEST_NUMBER, the rounding errors of one element, summed
        over all groups, are at most ``3 m^2 b 2**-53``.
        """

    def rounding(self, products: int) -> float:
        """Return an upper bound on the rounding error of a float64 sum of that many products of ``unit``."""
