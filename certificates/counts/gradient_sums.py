"""Sums over samples that estimate the gradient of the smoothed score. Shards of them add exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from certificates.counts.exact_sums import GRID, LARGEST_SUM
from certificates.counts.field_readers import check_count, read_fields, read_integer, read_number
from certificates.counts.split_sums import SplitProduct, SplitSums, read_split


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
    split: SplitSums | SplitProduct | None = None
    """Split, centred sums of the same samples; the tight bounds need them, the paper's do not."""
    per_class: tuple[SplitSums, ...] | tuple[SplitProduct, ...] | None = None
    """The same for every class, in class order: multi-class certificates need them instead of ``split``."""

    def __post_init__(self) -> None:
        if self.d < 1 or self.pairs < 0:
            raise ValueError("gradient sums need d >= 1 and pairs >= 0")
        for split in self.splits():
            if split.d != self.d:
                raise ValueError(f"split sums of {split.d} elements do not belong to d = {self.d}")
        check_count("d", self.d)
        if round_up_to_grid(self.paired_sum) != self.paired_sum:
            raise ValueError("paired_sum must be a multiple of 2**-20: use round_up_to_grid")

    def __add__(self, other: GradientSums) -> GradientSums:
        """Merge two shards, exactly; raises ValueError when their dimensions differ."""
        if self.d != other.d:
            raise ValueError("gradient sums of different dimensions do not add")
        pairs, paired_sum = self.pairs + other.pairs, self.paired_sum + other.paired_sum
        split = _add_splits(_listed(self.split), _listed(other.split))
        per_class = _add_splits(self.per_class, other.per_class)
        return GradientSums(self.d, pairs, paired_sum, split[0] if split else None, per_class)

    def splits(self) -> tuple[SplitSums | SplitProduct, ...]:
        """Return all split sums that were counted."""
        return (*_listed(self.split), *(self.per_class or ()))

    def condensed(self) -> GradientSums:
        """Return the same evidence without the vectors of the split sums; it no longer adds."""
        split = self.split.condensed() if isinstance(self.split, SplitSums) else self.split
        per_class = None
        if self.per_class is not None:
            per_class = tuple(_condensed(one) for one in self.per_class)
        return GradientSums(self.d, self.pairs, self.paired_sum, split, per_class)

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data. ValueError while there are vectors: only their products become JSON."""
        return {
            "d": self.d,
            "pairs": self.pairs,
            "paired_sum": self.paired_sum,
            "split": None if self.split is None else _written(self.split),
            "per_class": None if self.per_class is None else [_written(one) for one in self.per_class],
        }


def _listed(split: SplitSums | SplitProduct | None) -> tuple[SplitSums | SplitProduct, ...]:
    return () if split is None else (split,)


def _written(split: SplitSums | SplitProduct) -> dict[str, object]:
    if isinstance(split, SplitSums):
        raise ValueError("split sums are no JSON: condense them first")  # noqa: TRY004 - a value
    return split.to_dict()


def _condensed(split: SplitSums | SplitProduct) -> SplitProduct:
    return split.condensed() if isinstance(split, SplitSums) else split


def _add_splits(
    left: Sequence[SplitSums | SplitProduct] | None, right: Sequence[SplitSums | SplitProduct] | None
) -> tuple[SplitSums, ...] | None:
    if left is None and right is None:
        return None
    if left is None or right is None or len(left) != len(right):
        raise ValueError("gradient sums with and without split vectors do not add")
    return tuple(_add_split(one, other) for one, other in zip(left, right, strict=True))


def _add_split(left: SplitSums | SplitProduct, right: SplitSums | SplitProduct) -> SplitSums:
    if not (isinstance(left, SplitSums) and isinstance(right, SplitSums)):
        raise ValueError("a condensed split product does not add")  # noqa: TRY004 - a value
    return left + right


def read_gradient(data: object) -> GradientSums:
    """Read what ``GradientSums.to_dict`` wrote; raises ValueError on anything else."""
    if isinstance(data, Mapping):
        data = {"split": None, "per_class": None, **data}
    values = read_fields("gradient", data, {"d", "pairs", "paired_sum", "split", "per_class"})
    split, per_class = values["split"], values["per_class"]
    return GradientSums(
        d=read_integer("gradient.d", values["d"]),
        pairs=read_integer("gradient.pairs", values["pairs"]),
        paired_sum=read_number("gradient.paired_sum", values["paired_sum"], LARGEST_SUM),
        split=None if split is None else read_split(split),
        per_class=None if per_class is None else _read_splits(per_class),
    )


def _read_splits(data: object) -> tuple[SplitProduct, ...]:
    if not isinstance(data, list | tuple) or not data:
        raise ValueError("gradient.per_class must be a list of split products")
    return tuple(read_split(one) for one in data)
