"""What was counted: the only input of a certificate. Evidence adds, so shards merge in any order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from certificates.kinds import Bounds, Certifier
from certificates.tight_sums import SplitProduct, SplitSums, read_split

__all__ = [
    "Bounds",
    "Certifier",
    "Evidence",
    "GradientSums",
    "HitCounts",
    "PairCounts",
    "round_up_to_grid",
]

_GRID_BITS = 20
_GRID = float(2**_GRID_BITS)
_LARGEST_SUM = float(2 ** (53 - _GRID_BITS))
_LARGEST_COUNT = 2**53


@dataclass(frozen=True, slots=True)
class HitCounts:
    """Votes of ``n`` independent Gaussian samples.

    ``per_class[c]`` is the number of samples that the base classifier gave to class ``c``;
    ``target`` is the class A that selection chose, ``hits`` its votes.
    """

    n: int
    target: int
    per_class: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.target < len(self.per_class):
            raise ValueError(f"target {self.target} is not one of {len(self.per_class)} classes")
        if min(self.per_class) < 0 or sum(self.per_class) != self.n:
            raise ValueError("per_class must hold non-negative votes that sum to n")
        _check_size("n", self.n)

    @property
    def hits(self) -> int:
        """Votes for the target class."""
        return self.per_class[self.target]

    def __add__(self, other: HitCounts) -> HitCounts:
        """Merge two shards; raises ValueError when they do not count the same thing."""
        if self.target != other.target or len(self.per_class) != len(other.per_class):
            raise ValueError("hit counts of different targets or class lists do not add")
        votes = tuple(a + b for a, b in zip(self.per_class, other.per_class, strict=True))
        return HitCounts(self.n + other.n, self.target, votes)


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Outcomes of ``pairs`` antithetic pairs ``(x + eps, x - eps)`` for one target class.

    ``both``: both sides hit; ``plus_only`` / ``minus_only``: exactly that side hits; the rest: none.
    """

    pairs: int
    both: int
    plus_only: int
    minus_only: int

    def __post_init__(self) -> None:
        if min(self.both, self.plus_only, self.minus_only) < 0:
            raise ValueError("pair counts must not be negative")
        if self.both + self.plus_only + self.minus_only > self.pairs:
            raise ValueError("pair counts exceed the number of pairs")
        _check_size("pairs", self.pairs)

    def __add__(self, other: PairCounts) -> PairCounts:
        """Merge two shards."""
        return PairCounts(
            self.pairs + other.pairs,
            self.both + other.both,
            self.plus_only + other.plus_only,
            self.minus_only + other.minus_only,
        )


def round_up_to_grid(x: float) -> float:
    """Return the smallest multiple of ``2**-20`` that is not below ``x``, exactly.

    ValueError if ``x`` is not finite or if ``|x|`` is ``2**33`` or more.
    """
    if not abs(x) < _LARGEST_SUM:
        raise ValueError(f"a sum of dot products must be finite and below 2**33, got {x}")
    return math.ceil(x * _GRID) / _GRID


@dataclass(frozen=True, slots=True)
class GradientSums:
    """Sums that estimate ``||grad p||^2``, in unit noise ``g = eps / sigma``.

    ``paired_sum`` adds ``(g_i . g'_i) f(x + eps_i) f(x + eps'_i)`` over ``pairs`` disjoint pairs
    (Theorem 2); ``d`` is the number of input elements.

    The sum lies on the grid of multiples of ``2**-20`` and stays below ``2**33`` in size: whoever forms
    the sum of a block rounds it up with ``round_up_to_grid``. Such numbers add exactly in float64, so
    merged shards give the same bits in whatever order they arrive. Rounding up raises the gradient
    bound, which is its safe side, by at most ``2**-20`` a block.
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
        _check_size("d", self.d)
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
        """Return JSON-ready data."""
        return {
            "d": self.d,
            "pairs": self.pairs,
            "paired_sum": self.paired_sum,
            "split": None if self.split is None else self.split.to_dict(),
            "per_class": None if self.per_class is None else [one.to_dict() for one in self.per_class],
        }


def _listed(split: SplitSums | SplitProduct | None) -> tuple[SplitSums | SplitProduct, ...]:
    return () if split is None else (split,)


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


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was counted for one certificate.

    First order: ``hits``. Second order: ``hits`` and ``gradient``, from the same samples. Dipole:
    ``pairs``. Any other combination is a ValueError, and so is more gradient samples than votes.
    """

    hits: HitCounts | None = None
    pairs: PairCounts | None = None
    gradient: GradientSums | None = None

    def __post_init__(self) -> None:
        if (self.hits is None) == (self.pairs is None):
            raise ValueError("evidence holds either hits or pairs")
        if self.gradient is not None:
            if self.hits is None:
                raise ValueError("gradient sums come with the hits of the same samples")
            if 2 * self.gradient.pairs > self.hits.n:
                raise ValueError("gradient sums use more samples than were counted")
            if any(split.n_a + split.n_b > self.hits.n for split in self.gradient.splits()):
                raise ValueError("split sums use more samples than were counted")
            per_class = self.gradient.per_class
            if per_class is not None and len(per_class) != len(self.hits.per_class):
                raise ValueError("per-class gradient sums must be as many as the classes counted")

    @property
    def n(self) -> int:
        """Number of evaluations of the base classifier."""
        if self.pairs is not None:
            return 2 * self.pairs.pairs
        return self.hits.n if self.hits is not None else 0

    def __add__(self, other: Evidence) -> Evidence:
        """Merge two shards; raises ValueError when they do not count the same thing."""
        if self.pairs is not None and other.pairs is not None:
            return Evidence(pairs=self.pairs + other.pairs)
        if self.hits is None or other.hits is None or (self.gradient is None) != (other.gradient is None):
            raise ValueError("evidence of different certifiers does not add")
        both = None
        if self.gradient is not None and other.gradient is not None:
            both = self.gradient + other.gradient
        return Evidence(hits=self.hits + other.hits, gradient=both)

    def condensed(self) -> Evidence:
        """Return the same evidence without vectors: what a certificate is published with."""
        if self.gradient is None:
            return self
        return Evidence(hits=self.hits, gradient=self.gradient.condensed())

    def at_epoch(self, product: SplitProduct | None) -> Evidence:
        """Return the evidence of anytime-valid bounds: these votes, and the split product of an ended epoch.

        ``product`` is None before the first epoch has ended. Evidence without gradient sums is left as it is.
        """
        if self.gradient is None:
            return self
        return Evidence(hits=self.hits, gradient=GradientSums(self.gradient.d, 0, 0.0, product))

    def to_dict(self) -> dict[str, object]:
        """Return the evidence as JSON-ready data; the parts that were not measured are None."""
        data: dict[str, object] = {
            "hits": None,
            "pairs": None if self.pairs is None else asdict(self.pairs),
            "gradient": None if self.gradient is None else self.gradient.to_dict(),
        }
        if self.hits is not None:
            data["hits"] = {**asdict(self.hits), "per_class": list(self.hits.per_class)}
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, object]) -> Evidence:
        """Read what ``to_dict`` wrote; raises ValueError on anything else."""
        parts = _fields("evidence", data, {"hits", "pairs", "gradient"})
        hits, pairs, gradient = parts["hits"], parts["pairs"], parts["gradient"]
        return cls(
            hits=None if hits is None else _read_hits(hits),
            pairs=None if pairs is None else _read_pairs(pairs),
            gradient=None if gradient is None else _read_gradient(gradient),
        )


def _read_hits(data: object) -> HitCounts:
    values = _fields("hits", data, {"n", "target", "per_class"})
    votes = values["per_class"]
    if not isinstance(votes, list | tuple):
        raise ValueError("hits.per_class must be a list of integers")  # noqa: TRY004 - one error for malformed data
    return HitCounts(
        n=_integer("hits.n", values["n"]),
        target=_integer("hits.target", values["target"]),
        per_class=tuple(_integer("hits.per_class", vote) for vote in votes),
    )


def _read_pairs(data: object) -> PairCounts:
    names = ("pairs", "both", "plus_only", "minus_only")
    values = _fields("pairs", data, set(names))
    return PairCounts(*(_integer(f"pairs.{name}", values[name]) for name in names))


def _read_gradient(data: object) -> GradientSums:
    if isinstance(data, Mapping):
        data = {"split": None, "per_class": None, **data}
    values = _fields("gradient", data, {"d", "pairs", "paired_sum", "split", "per_class"})
    total, split, per_class = values["paired_sum"], values["split"], values["per_class"]
    if isinstance(total, bool) or not isinstance(total, int | float):
        raise ValueError("gradient.paired_sum must be a number")  # noqa: TRY004 - one error for malformed data
    return GradientSums(
        d=_integer("gradient.d", values["d"]),
        pairs=_integer("gradient.pairs", values["pairs"]),
        paired_sum=float(total) if abs(total) < _LARGEST_SUM else math.inf,
        split=None if split is None else read_split(split),
        per_class=None if per_class is None else _read_splits(per_class),
    )


def _read_splits(data: object) -> tuple[SplitSums, ...] | tuple[SplitProduct, ...]:
    splits = [read_split(one) for one in data] if isinstance(data, list | tuple) else []
    sums = tuple(split for split in splits if isinstance(split, SplitSums))
    products = tuple(split for split in splits if isinstance(split, SplitProduct))
    if not splits or (sums and products):
        raise ValueError("gradient.per_class must be a list of split sums or of split products")
    return sums or products


def _check_size(name: str, count: int) -> None:
    if count > _LARGEST_COUNT:
        raise ValueError(f"{name} must not exceed 2**53, past which float64 skips integers")


def _fields(name: str, data: object, expected: set[str]) -> Mapping[str, object]:
    if not isinstance(data, Mapping) or set(data) != expected:
        raise ValueError(f"{name} must be an object with the fields {', '.join(sorted(expected))}")
    return data


def _integer(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be an integer")  # noqa: TRY004 - one error for malformed data
    return value
