"""Evidence: everything that was counted, the only input of a certificate. Shards add in any order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from certificates.counts.all_pairs import AllPairsMean
from certificates.counts.field_readers import check_count, read_fields, read_integer
from certificates.counts.gradient_sums import GradientSums, read_gradient, round_up_to_grid
from certificates.kinds import EvidenceKind

__all__ = ["Evidence", "GradientSums", "HitCounts", "PairCounts", "round_up_to_grid"]


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
        if (least := min(self.per_class)) < 0:
            raise ValueError(f"per_class holds {least} votes for a class, which is below 0")
        if (votes := sum(self.per_class)) != self.n:
            raise ValueError(f"n is {self.n}, but the votes of per_class sum to {votes}")
        check_count("n", self.n)

    @property
    def hits(self) -> int:
        """Return the votes for the target class."""
        return self.per_class[self.target]

    def __add__(self, other: HitCounts) -> HitCounts:
        """Merge two shards; raises ValueError when they do not count the same thing."""
        if self.target != other.target or len(self.per_class) != len(other.per_class):
            raise ValueError("hit counts of different targets or class lists do not add")
        votes = tuple(a + b for a, b in zip(self.per_class, other.per_class, strict=True))
        return HitCounts(self.n + other.n, self.target, votes)


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Outcomes of ``pairs`` antithetic pairs ``(x + eps, x - eps)`` for the class ``target``.

    ``both``: both sides hit; ``plus_only`` / ``minus_only``: exactly that side hits; the rest: none.
    """

    pairs: int
    both: int
    plus_only: int
    minus_only: int
    target: int

    def __post_init__(self) -> None:
        if min(self.both, self.plus_only, self.minus_only, self.target) < 0:
            raise ValueError("pair counts and their target must not be negative")
        if (counted := self.both + self.plus_only + self.minus_only) > self.pairs:
            raise ValueError(
                f"pairs is {self.pairs}, but both, plus_only and minus_only sum to {counted}, which is more"
            )
        check_count("pairs", self.pairs)

    def __add__(self, other: PairCounts) -> PairCounts:
        """Merge two shards; raises ValueError when they count another class."""
        if self.target != other.target:
            raise ValueError("pair counts of different targets do not add")
        return PairCounts(
            self.pairs + other.pairs,
            self.both + other.both,
            self.plus_only + other.plus_only,
            self.minus_only + other.minus_only,
            self.target,
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was counted for one certificate.

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
            sums = self.gradient.sums
            parts = (*self.gradient.statistics(), *(() if sums is None else (sums,)))
            if any(part.n > self.hits.n for part in parts):
                raise ValueError("gradient sums use more samples than were counted")
            if self.gradient.classes not in {None, len(self.hits.per_class)}:
                raise ValueError("per-class gradient sums must be as many as the classes counted")

    @property
    def kind(self) -> EvidenceKind:
        """Return the kind of evidence."""
        if self.pairs is not None:
            return EvidenceKind.PAIRS
        return EvidenceKind.VOTES if self.gradient is None else EvidenceKind.VOTES_AND_GRADIENT

    @property
    def target(self) -> int:
        """The class that the evidence is about."""
        return votes_of(self).target if self.pairs is None else self.pairs.target

    @property
    def n(self) -> int:
        """Return the number of evaluations of the base classifier."""
        if self.pairs is not None:
            return 2 * self.pairs.pairs
        return self.hits.n if self.hits is not None else 0

    def independent_votes(self) -> HitCounts:
        """Return votes of independent samples for the target and, in one sum, all others.

        Of antithetic pairs, only the sides ``x + eps`` are independent of each other.
        """
        if self.pairs is not None:
            n, hits = self.pairs.pairs, self.pairs.both + self.pairs.plus_only
        else:
            votes = votes_of(self)
            n, hits = votes.n, votes.hits
        return HitCounts(n, 0, (hits, n - hits))

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
        """Return the same evidence without vectors, as published in a certificate."""
        if self.gradient is None:
            return self
        return Evidence(hits=self.hits, gradient=self.gradient.condensed())

    def at_epoch(self, mean: AllPairsMean | None) -> Evidence:
        """Return the evidence for anytime-valid bounds: these votes, and the mean of all pairs of an epoch.

        ``mean`` is None before the first epoch has ended. Evidence without gradient sums is not changed.
        """
        if self.gradient is None:
            return self
        return Evidence(hits=self.hits, gradient=GradientSums(self.gradient.d, 0, 0.0, all_pairs=mean))

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
        parts = read_fields("evidence", data, {"hits", "pairs", "gradient"})
        hits, pairs, gradient = parts["hits"], parts["pairs"], parts["gradient"]
        return cls(
            hits=None if hits is None else _read_hits(hits),
            pairs=None if pairs is None else _read_pairs(pairs),
            gradient=None if gradient is None else read_gradient(gradient),
        )


def votes_of(evidence: Evidence) -> HitCounts:
    """Return the votes; ValueError if none were counted."""
    if evidence.hits is None:
        raise ValueError("this evidence holds no votes by class")
    return evidence.hits


def gradient_of(evidence: Evidence) -> GradientSums:
    """Return the gradient sums; ValueError if none were counted."""
    if evidence.gradient is None:
        raise ValueError("this evidence holds no gradient sums")
    return evidence.gradient


def pairs_of(evidence: Evidence) -> PairCounts:
    """Return the outcomes of antithetic pairs; ValueError if none were counted."""
    if evidence.pairs is None:
        raise ValueError("this evidence holds no antithetic pairs")
    return evidence.pairs


def _read_hits(data: object) -> HitCounts:
    values = read_fields("hits", data, {"n", "target", "per_class"})
    votes = values["per_class"]
    if not isinstance(votes, list | tuple):
        raise ValueError("hits.per_class must be a list of integers")  # noqa: TRY004 - one error for malformed data
    return HitCounts(
        n=read_integer("hits.n", values["n"]),
        target=read_integer("hits.target", values["target"]),
        per_class=tuple(read_integer("hits.per_class", vote) for vote in votes),
    )


def _read_pairs(data: object) -> PairCounts:
    names = ("pairs", "both", "plus_only", "minus_only", "target")
    values = read_fields("pairs", data, set(names))
    return PairCounts(*(read_integer(f"pairs.{name}", values[name]) for name in names))
