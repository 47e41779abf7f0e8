"""Sums over samples that estimate the gradient of the smoothed score. Shards of them add exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass

from certificates.counts.all_pairs import AllPairsMean, AllPairsSums, read_mean
from certificates.counts.exact_sums import GRID, LARGEST_SUM
from certificates.counts.field_readers import check_count, read_fields, read_integer, read_number
from certificates.kinds import Weights


def round_up_to_grid(x: float) -> float:
    """Return the smallest multiple of ``2**-20`` that is not below ``x``, exactly.

    ValueError if ``x`` is not finite or if ``|x|`` is ``2**33`` or more.
    """
    if not abs(x) < LARGEST_SUM:
        raise ValueError(f"a sum of dot products must be finite and below 2**33, got {x}")
    return math.ceil(x * GRID) / GRID


@dataclass(frozen=True, slots=True)
class GradientSums:
    """Sums that estimate ``||grad p||^2``, in unit noise ``g = eps / sigma``.

    ``paired_sum`` adds ``(g_i . g'_i) f(x + eps_i) f(x + eps'_i)`` over ``pairs`` disjoint pairs (the paper's
    Theorem 2); ``d`` is the number of input elements.

    The sum is a multiple of ``2**-20`` and stays below ``2**33`` in size: the sum of each block is rounded up
    with ``round_up_to_grid``. Such numbers add exactly in float64, so merged shards give the same bits in any
    order. Rounding up by at most ``2**-20`` for each block raises the gradient bound, which is the safe side.
    """

    d: int
    pairs: int
    paired_sum: float
    per_class: tuple[AllPairsMean, ...] | None = None
    """The statistic of the tight bounds for every class, in class order, for multi-class certificates."""
    all_pairs: AllPairsMean | None = None
    """The statistic of the tight bounds, for the target class."""
    sums: AllPairsSums | None = None
    """The sums that either of these is computed from, until ``condensed``."""

    def __post_init__(self) -> None:
        if self.d < 1 or self.pairs < 0:
            raise ValueError("gradient sums need d >= 1 and pairs >= 0")
        parts = (*self.statistics(), *(() if self.sums is None else (self.sums,)))
        if any(part.d != self.d for part in parts):
            raise ValueError(f"a gradient statistic of another dimension does not belong to d = {self.d}")
        if any(one.weights is not Weights.SCORES for one in self.per_class or ()):
            raise ValueError("statistics of every class weigh scores")
        check_count("d", self.d)
        if round_up_to_grid(self.paired_sum) != self.paired_sum:
            raise ValueError("paired_sum must be a multiple of 2**-20: use round_up_to_grid")

    def __add__(self, other: GradientSums) -> GradientSums:
        """Merge two shards, exactly; raises ValueError when their dimensions differ."""
        if self.d != other.d:
            raise ValueError("gradient sums of different dimensions do not add")
        if self.statistics() or other.statistics():
            raise ValueError("condensed gradient sums do not add")
        if (self.sums is None) != (other.sums is None):
            raise ValueError("gradient sums with and without vectors do not add")
        both = None if self.sums is None or other.sums is None else self.sums + other.sums
        return GradientSums(self.d, self.pairs + other.pairs, self.paired_sum + other.paired_sum, sums=both)

    @property
    def classes(self) -> int | None:
        """Return how many classes have a vector or a statistic of their own; None if the target alone has."""
        if self.sums is not None and self.sums.per_class:
            return len(self.sums.vectors) // (8 * self.d)
        return None if self.per_class is None else len(self.per_class)

    def statistics(self) -> tuple[AllPairsMean, ...]:
        """Return the statistics of the tight bounds: none, the target's or those of every class."""
        return (*(() if self.all_pairs is None else (self.all_pairs,)), *(self.per_class or ()))

    def condensed(self) -> GradientSums:
        """Return the same evidence without vectors; it no longer adds."""
        sums = self.sums
        if sums is None:
            return self
        if sums.per_class:
            means = tuple(sums.condensed(c) for c in range(len(sums.arrays())))
            return GradientSums(self.d, self.pairs, self.paired_sum, per_class=means)
        return GradientSums(self.d, self.pairs, self.paired_sum, all_pairs=sums.condensed())

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data. ValueError while there are vectors: only their products become JSON."""
        if self.sums is not None:
            raise ValueError("vectors of sums are no JSON: condense them first")
        return {
            "d": self.d,
            "pairs": self.pairs,
            "paired_sum": self.paired_sum,
            "all_pairs": None if self.all_pairs is None else self.all_pairs.to_dict(),
            "per_class": None if self.per_class is None else [one.to_dict() for one in self.per_class],
        }


def read_gradient(data: object) -> GradientSums:
    """Read what ``GradientSums.to_dict`` wrote; raises ValueError on anything else."""
    names = {"d", "pairs", "paired_sum", "all_pairs", "per_class"}
    values = read_fields("gradient", data, names)
    all_pairs, per_class = values["all_pairs"], values["per_class"]
    return GradientSums(
        d=read_integer("gradient.d", values["d"]),
        pairs=read_integer("gradient.pairs", values["pairs"]),
        paired_sum=read_number("gradient.paired_sum", values["paired_sum"], LARGEST_SUM),
        per_class=None if per_class is None else _read_classes(per_class),
        all_pairs=None if all_pairs is None else read_mean("gradient.all_pairs", all_pairs),
    )


def _read_classes(data: object) -> tuple[AllPairsMean, ...]:
    if not isinstance(data, list | tuple) or not data:
        raise ValueError("gradient.per_class must be a list with the statistic of every class")
    return tuple(read_mean(f"gradient.per_class[{c}]", one) for c, one in enumerate(data))
