"""Sums over samples for the mean inner product of all pairs: vectors and one number, which add exactly.

A sample's term is ``X = w g``: its unit noise ``g`` times a weight ``w`` that its vote decides. From ``S``,
the sum of the terms, and ``Q``, the sum of their squared norms, follows ``U = (|S|^2 - Q) / (n (n - 1))``:
the mean of ``X_i . X_j`` over all pairs ``i != j`` of ``n`` samples.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from certificates.counts.epochs import epoch_at
from certificates.counts.exact_sums import BLOCK_ERROR, GRID, LARGEST_SUM, on_grid
from certificates.counts.field_readers import read_fields, read_integer, read_number
from certificates.kinds import Weights


@dataclass(frozen=True, slots=True)
class AllPairsSums:
    """The sums ``S`` for one class or for every class, and the ``Q`` that they share.

    ``n``: samples; ``d``: elements of one vector. ``vectors``: the sums, ``d`` little-endian float64 numbers
    each, all multiples of ``2**-20`` below ``2**33`` in size, so that shards merge to the same bits in any
    order. ``blocks``: number of separately rounded sums in them; each has an error of at most ``2**-20`` in
    each element, if it is a float64 sum of at most 2**12 rows. ``squares``: ``Q`` in units of ``2**-20``,
    rounded down, which raises ``U``: the safe side. ``per_class``: whether there is a vector for every class,
    in class order, rather than one for the target.
    """

    weights: Weights
    n: int
    d: int
    blocks: int
    squares: int
    vectors: bytes
    per_class: bool = False

    def __post_init__(self) -> None:
        if min(self.n, self.blocks, self.squares) < 0 or self.d < 1:
            raise ValueError("sums of all pairs need counts that are not negative and d >= 1")
        size = 8 * self.d
        if not self.vectors or len(self.vectors) % size or (len(self.vectors) > size and not self.per_class):
            raise ValueError("sums of all pairs need one vector of d float64 numbers, or one for every class")
        if self.per_class and self.weights is not Weights.SCORES:
            raise ValueError("sums for every class weigh scores, so that all classes share one Q")
        if not on_grid(self.arrays().ravel()):
            raise ValueError("sums must be multiples of 2**-20 below 2**33: use AllPairsSums.of_block")

    @classmethod
    def of_block(
        cls, weights: Weights, n: int, sums: ArrayLike, squares: float, *, per_class: bool = False
    ) -> AllPairsSums:
        """Round the float64 sums of one block to the grid, and a lower bound on its ``Q`` down.

        ``sums``: shape (vectors, d). ValueError if they are not finite or too large.
        """
        rounded = np.rint(np.atleast_2d(np.asarray(sums, dtype=np.float64)) * GRID) / GRID
        whole = math.floor(squares * GRID)
        content = rounded.astype("<f8").tobytes()
        return cls(weights, n, rounded.shape[1], 1, whole, content, per_class)

    def arrays(self) -> NDArray[np.float64]:
        """Return the sums as an array of shape (vectors, d)."""
        return np.frombuffer(self.vectors, dtype="<f8").reshape(-1, self.d)

    def __add__(self, other: AllPairsSums) -> AllPairsSums:
        """Merge two shards, exactly; ValueError when they sum different things or the sum leaves the grid."""
        alike = (self.weights, self.d, self.per_class, len(self.vectors))
        if alike != (other.weights, other.d, other.per_class, len(other.vectors)):
            raise ValueError("sums of different dimensions, classes or weights do not add")
        return AllPairsSums(
            self.weights,
            self.n + other.n,
            self.d,
            self.blocks + other.blocks,
            self.squares + other.squares,
            (self.arrays() + other.arrays()).astype("<f8").tobytes(),
            self.per_class,
        )

    def condensed(self, vector: int = 0, n_asked: int | None = None) -> AllPairsMean:
        """Return only the mean of one vector, which is enough to compute the same certificate again.

        ``n_asked``: all samples that were asked for, in an anytime-valid job of which an epoch has just
        ended; None in a job of fixed size. One sample has no pairs: its mean is 0. ValueError without any.

        If each element of ``S`` has an error of at most ``e = blocks 2**-20``, ``|S|^2`` has one of at most
        ``2 sqrt(d) e |S| + d e^2``; summing it in float64 adds ``d 2**-52 |S|^2``. All else is exact up to
        the last rounding. NumPy adds in an order of its own that is the same on all processors; a BLAS
        library's product adds in another order on each.
        """
        if self.n < 2:
            return AllPairsMean(self.weights, self.n, self.d, 0.0, 0.0, n_asked)
        s = self.arrays()[vector]
        squared = float(np.square(s).sum())
        element = self.blocks * BLOCK_ERROR
        error = 2.0 * math.sqrt(self.d * squared) * element + self.d * element * element
        error += self.d * 2.0**-52 * squared
        pairs = self.n * (self.n - 1)
        mean = float((Fraction(squared) - Fraction(self.squares, int(GRID))) / pairs)
        error = 1.000001 * error / pairs + abs(mean) * 2.0**-52
        return AllPairsMean(self.weights, self.n, self.d, mean, error, n_asked)


@dataclass(frozen=True, slots=True)
class AllPairsMean:
    """The mean inner product of all pairs of samples, without the vectors: all that a gradient bound needs.

    ``mean``: ``U``, or a little more, as ``Q`` is rounded down; ``error``: how far ``U`` may be above it;
    ``n``: samples; ``d``: number of input elements; ``n_asked``: all samples that were asked for, if these
    samples are an epoch of an anytime-valid job; None in a job of fixed size.
    """

    weights: Weights
    n: int
    d: int
    mean: float
    error: float
    n_asked: int | None = None

    def __post_init__(self) -> None:
        if min(self.n, self.d) < 1:
            raise ValueError("a mean of all pairs needs samples and d >= 1")
        if not (math.isfinite(self.mean) and 0.0 <= self.error < math.inf):
            raise ValueError("a mean of all pairs and its error must be finite, the error not negative")
        if self.n_asked is not None and self.n_asked < self.n:
            raise ValueError("an epoch holds no more samples than were asked for")

    @property
    def epoch(self) -> int | None:
        """Return the epoch that these samples end; None in a job of fixed size."""
        return None if self.n_asked is None else epoch_at(self.n, self.n_asked)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return asdict(self)


def read_mean(name: str, data: object) -> AllPairsMean:
    """Read what ``AllPairsMean.to_dict`` wrote.

    Raises ValueError on anything else; ``name`` is what the message calls the mean.
    """
    values = read_fields(name, data, {"weights", "n", "d", "mean", "error", "n_asked"})
    n, d = (read_integer(f"{name}.{part}", values[part]) for part in ("n", "d"))
    mean, error = (read_number(f"{name}.{part}", values[part], LARGEST_SUM) for part in ("mean", "error"))
    asked = values["n_asked"]
    n_asked = None if asked is None else read_integer(f"{name}.n_asked", asked)
    return AllPairsMean(_weights(name, values["weights"]), n, d, mean, error, n_asked)


def _weights(name: str, value: object) -> Weights:
    if not isinstance(value, str) or value not in set(Weights):
        raise ValueError(f"{name}.weights must be one of {', '.join(Weights)}")
    return Weights(value)
