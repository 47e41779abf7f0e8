"""Split sums of centred votes times noise: two vectors per job that add exactly over shards."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.counts.epochs import epoch_at
from certificates.counts.exact_sums import BLOCK_ERROR, GRID, LARGEST_SUM
from certificates.counts.field_readers import read_fields, read_integer, read_number


@dataclass(frozen=True, slots=True)
class SplitSums:
    """Sums of ``w g`` over two disjoint halves of the samples: ``w = f(x + sigma g) - 1/2``, unit noise.

    ``n_a``, ``n_b``: samples in each half. ``sum_a``, ``sum_b``: d little-endian float64 numbers each, all
    multiples of ``2**-20`` below ``2**33`` in size, so that shards merge to the same bits in any order.
    ``blocks``: number of separately rounded sums in them; each has an error of at most ``2**-20`` in each
    element, if it is a float64 sum of at most 2**12 rows.
    """

    n_a: int
    n_b: int
    blocks: int
    sum_a: bytes
    sum_b: bytes

    def __post_init__(self) -> None:
        if min(self.n_a, self.n_b, self.blocks) < 0:
            raise ValueError("split sums need counts that are not negative")
        if len(self.sum_a) != len(self.sum_b) or len(self.sum_a) % 8 or not self.sum_a:
            raise ValueError("split sums need two vectors of d float64 numbers each")
        for vector in self.vectors():
            scaled = vector * GRID
            if not bool(np.all(np.abs(vector) < LARGEST_SUM)) or bool(np.any(scaled != np.rint(scaled))):
                raise ValueError("split sums must be multiples of 2**-20 below 2**33: use SplitSums.of_block")

    @classmethod
    def of_block(cls, n_a: int, sum_a: ArrayLike, n_b: int, sum_b: ArrayLike) -> SplitSums:
        """Round the float64 sums of one block to the grid. ValueError if they are not finite or too large."""
        a, b = (np.rint(np.asarray(v, dtype=np.float64).ravel() * GRID) / GRID for v in (sum_a, sum_b))
        return cls(n_a, n_b, 1, a.astype("<f8").tobytes(), b.astype("<f8").tobytes())

    @property
    def d(self) -> int:
        """Number of input elements."""
        return len(self.sum_a) // 8

    def vectors(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the two sums as arrays of shape (d,)."""
        return np.frombuffer(self.sum_a, dtype="<f8"), np.frombuffer(self.sum_b, dtype="<f8")

    def __add__(self, other: SplitSums) -> SplitSums:
        """Merge two shards, exactly; ValueError when their dimensions differ or the sum leaves the grid."""
        if self.d != other.d:
            raise ValueError("split sums of different dimensions do not add")
        (a, b), (c, e) = self.vectors(), other.vectors()
        return SplitSums(
            self.n_a + other.n_a,
            self.n_b + other.n_b,
            self.blocks + other.blocks,
            (a + c).astype("<f8").tobytes(),
            (b + e).astype("<f8").tobytes(),
        )

    def inner_product(self) -> tuple[float, float]:
        """Return ``U = A . B`` of the halves' means and a bound on its rounding error.

        If each element of both sums has an error of at most ``e = blocks 2**-20``, the error of the inner
        product of the sums is at most ``sqrt(d) e (|S_A| + |S_B|) + d e^2``; summing it in float64 adds
        ``2 d 2**-53 |S_A| |S_B|``. ValueError if a half has no samples.
        """
        if min(self.n_a, self.n_b) == 0:
            raise ValueError("the split estimate needs samples in both halves")
        a, b = self.vectors()
        element = self.blocks * BLOCK_ERROR
        size_a, size_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
        error = math.sqrt(self.d) * element * (size_a + size_b) + self.d * element * element
        error += self.d * 2.0**-52 * size_a * size_b
        scale = self.n_a * self.n_b
        return float(a @ b) / scale, 1.000001 * error / scale

    def condensed(self, n_asked: int | None = None) -> SplitProduct:
        """Return only the inner product, which is enough to compute the same certificate again.

        ``n_asked``: all samples that were asked for, in an anytime-valid job of which an epoch has just
        ended; None in a job of fixed size.
        """
        inner, error = self.inner_product()
        return SplitProduct(self.n_a, self.n_b, self.d, inner, error, n_asked)


@dataclass(frozen=True, slots=True)
class SplitProduct:
    """The inner product of split sums, without the vectors. It is all that the gradient bound needs.

    ``inner``: ``U = A . B``; ``error``: a bound on its rounding error; ``d``: number of input elements;
    ``n_asked``: all samples that were asked for, if these samples are an epoch of an anytime-valid job; None
    in a job of fixed size.
    """

    n_a: int
    n_b: int
    d: int
    inner: float
    error: float
    n_asked: int | None = None

    def __post_init__(self) -> None:
        if min(self.n_a, self.n_b, self.d) < 1:
            raise ValueError("a split product needs samples in both halves and d >= 1")
        if not (math.isfinite(self.inner) and 0.0 <= self.error < math.inf):
            raise ValueError("a split product and its error must be finite, the error not negative")
        if self.n_asked is not None and self.n_asked < self.n_a + self.n_b:
            raise ValueError("an epoch holds no more samples than were asked for")

    @property
    def epoch(self) -> int | None:
        """Return the epoch that these samples end; None in a job of fixed size."""
        return None if self.n_asked is None else epoch_at(2 * min(self.n_a, self.n_b), self.n_asked)

    def inner_product(self) -> tuple[float, float]:
        """Return ``U`` and its rounding error."""
        return self.inner, self.error

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return asdict(self)


def read_split(data: object) -> SplitProduct:
    """Read what ``SplitProduct.to_dict`` wrote; raises ValueError on anything else."""
    names = {"n_a", "n_b", "d", "inner", "error", "n_asked"}
    values = read_fields("gradient.split", data, names)
    n_a, n_b, d = (_count(values, name) for name in ("n_a", "n_b", "d"))
    inner, error = (
        read_number(f"gradient.split.{name}", values[name], LARGEST_SUM) for name in ("inner", "error")
    )
    n_asked = None if values["n_asked"] is None else _count(values, "n_asked")
    return SplitProduct(n_a, n_b, d, inner, error, n_asked)


def _count(data: Mapping[str, object], name: str) -> int:
    return read_integer(f"gradient.split.{name}", data[name])
