"""What kinds of certificates there are: the names that requests, counts and certificates share."""

from __future__ import annotations

from enum import StrEnum


class EvidenceKind(StrEnum):
    """What is counted of a job's noisy samples. Each certifier needs one kind."""

    VOTES = "votes"
    """The votes of independent samples, by class."""

    VOTES_AND_GRADIENT = "votes_and_gradient"
    """The same votes, and sums over the same samples that estimate the gradient of the smoothed score."""

    PAIRS = "pairs"
    """How the pairs ``x + eps`` and ``x - eps`` voted for the class."""

    @property
    def in_pairs(self) -> bool:
        """Whether samples are counted two by two, so that their number is even."""
        return self is not EvidenceKind.VOTES


class GradientSumsKind(StrEnum):
    """Which gradient sums are counted beside votes."""

    PAIRED = "paired"
    """One sum of products over pairs of samples: the bound of Theorem 2."""

    SPLIT = "split"
    """The sums of two halves of the samples, for the class alone."""

    SPLIT_PER_CLASS = "split_per_class"
    """The sums of two halves of the samples, for every class."""

    def numbers(self, d: int, classes: int) -> int:
        """Return how many numbers one half of the sums has, for ``d`` input elements."""
        match self:
            case GradientSumsKind.PAIRED:
                return 1
            case GradientSumsKind.SPLIT:
                return d
            case GradientSumsKind.SPLIT_PER_CLASS:
                return d * classes


class Bounds(StrEnum):
    """Which confidence bounds turn counts into a certificate."""

    PAPER = "paper"
    """The bounds of the paper itself: Clopper-Pearson and Theorem 2."""

    TIGHT = "tight"
    """Sharper bounds of the same certificates, for a number of samples fixed in advance."""

    ANYTIME = "anytime"
    """Bounds that hold at every number of samples at once, so that a job may stop at any moment."""


class Decision(StrEnum):
    """What the certificate compares the chosen class with."""

    MAJORITY = "majority"
    """Its smoothed score stays above 1/2."""

    MULTICLASS = "multiclass"
    """Its smoothed score stays above that of every other class (section 3.2 of the paper)."""


class EndedBy(StrEnum):
    """Why sampling ended where it did."""

    SAMPLES = "samples"
    """All samples that were asked for are counted."""

    STOP_RADIUS = "stop_radius"
    """The radius asked for was certified."""

    CANCELLED = "cancelled"
    """The job was cancelled; what had been counted by then supports this."""
