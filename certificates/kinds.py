"""The names that requests, counts and certificates share: kinds of evidence, bounds, decisions and ends."""

from __future__ import annotations

from enum import StrEnum


class EvidenceKind(StrEnum):
    """What is counted from a job's noisy samples. Each certifier needs one kind."""

    VOTES = "votes"
    """The votes of independent samples, by class."""

    VOTES_AND_GRADIENT = "votes_and_gradient"
    """The same votes, and sums over the same samples that estimate the gradient of the smoothed score."""

    PAIRS = "pairs"
    """How the pairs ``x + eps`` and ``x - eps`` voted for the class."""


class GradientSumsKind(StrEnum):
    """Which gradient sums are counted beside votes."""

    PAIRED = "paired"
    """One sum of products over disjoint pairs of samples, for the bound of the paper's Theorem 2."""

    ALL_PAIRS = "all_pairs"
    """One vector and one number, for the mean inner product of all pairs of samples, for the target class."""

    ALL_PAIRS_PER_CLASS = "all_pairs_per_class"
    """The same, with a vector for every class."""

    def numbers(self, d: int, classes: int) -> int:
        """Return the number of numbers in the sums' vectors, for ``d`` input elements."""
        match self:
            case GradientSumsKind.PAIRED:
                return 1
            case GradientSumsKind.ALL_PAIRS:
                return d
            case GradientSumsKind.ALL_PAIRS_PER_CLASS:
                return d * classes


class Weights(StrEnum):
    """The weight of a sample's noise in sums of all pairs; ``f`` is 1 if it votes for the class, else 0."""

    SCORES = "scores"
    """``f - 1/2``: every sample counts."""

    MISSES = "misses"
    """``1 - f``: samples that miss the target class count alone. Better where they are few."""


class Bounds(StrEnum):
    """Which confidence bounds turn counts into a certificate."""

    PAPER = "paper"
    """The paper's own bounds: Clopper-Pearson and the paper's Theorem 2."""

    TIGHT = "tight"
    """Sharper bounds for the same certificates, for a number of samples that is fixed in advance."""

    ANYTIME = "anytime"
    """Bounds that hold at every number of samples at once, so that a job may stop at any moment."""


class Decision(StrEnum):
    """What the score of the chosen class is compared with."""

    MAJORITY = "majority"
    """Its smoothed score stays above 1/2."""

    MULTICLASS = "multiclass"
    """Its smoothed score stays above that of every other class (section 3.2 of the paper)."""

    TOP_K = "top_k"
    """Its smoothed score stays among the k largest (Jia et al. 2020)."""


class EndedBy(StrEnum):
    """Why sampling ended."""

    SAMPLES = "samples"
    """All samples that were asked for are counted."""

    STOP_RADIUS = "stop_radius"
    """The radius to stop at was certified."""

    OUT_OF_REACH = "out_of_reach"
    """The radius to stop at was given up: the remaining samples would hardly have certified it."""

    CANCELLED = "cancelled"
    """The job was cancelled; the certificate is from the samples counted up to then."""
