"""What was counted: the only input of a certificate. Evidence adds, so shards merge in any order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Certifier(StrEnum):
    """Which certificate is asked for (Levine et al., "Tight Second-Order Certificates")."""

    FIRST_ORDER = "first_order"
    """Cohen et al. (2019): the value of the smoothed score alone."""

    SECOND_ORDER = "second_order"
    """Theorem 1: the value and an upper bound on the gradient norm."""

    DIPOLE = "dipole"
    """Theorem 3: votes at antithetic pairs ``x + eps`` and ``x - eps``."""


class Bounds(StrEnum):
    """Which confidence bounds turn counts into a certificate."""

    PAPER = "paper"
    """The bounds of the paper itself: Clopper-Pearson and Theorem 2."""


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

    @property
    def hits(self) -> int:
        """Votes for the target class."""
        return self.per_class[self.target]

    def __add__(self, other: Self) -> HitCounts:
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

    def __add__(self, other: Self) -> PairCounts:
        """Merge two shards."""
        return PairCounts(
            self.pairs + other.pairs,
            self.both + other.both,
            self.plus_only + other.plus_only,
            self.minus_only + other.minus_only,
        )


@dataclass(frozen=True, slots=True)
class GradientSums:
    """Sums that estimate ``||grad p||^2``, in unit noise ``g = eps / sigma``.

    ``paired_sum`` adds ``(g_i . g'_i) f(x + eps_i) f(x + eps'_i)`` over ``pairs`` disjoint pairs
    (Theorem 2); ``d`` is the number of input elements.
    """

    d: int
    pairs: int
    paired_sum: float

    def __post_init__(self) -> None:
        if self.d < 1 or self.pairs < 0:
            raise ValueError("gradient sums need d >= 1 and pairs >= 0")

    def __add__(self, other: Self) -> GradientSums:
        """Merge two shards; raises ValueError when their dimensions differ."""
        if self.d != other.d:
            raise ValueError("gradient sums of different dimensions do not add")
        return GradientSums(self.d, self.pairs + other.pairs, self.paired_sum + other.paired_sum)
