"""What kinds of certificates there are: the names that requests, counts and certificates share."""

from __future__ import annotations

from enum import StrEnum


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

    TIGHT = "tight"
    """Sharper bounds of the same certificates, for a number of samples fixed in advance."""

    ANYTIME = "anytime"
    """Bounds that hold at every number of samples at once, so that a job may stop at any moment."""


class Noise(StrEnum):
    """What is added to the input."""

    GAUSSIAN = "gaussian"
    """Float32 Gaussian numbers: the certificate is that of real Gaussian noise."""

    DISCRETE = "discrete"
    """Gaussian noise rounded to the grid of 8-bit pixels, drawn exactly; for inputs on that grid."""


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
