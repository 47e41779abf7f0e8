"""The certificate: what is claimed, the bounds that support it, and the curve of the smoothed score."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from certificates.curves.directed_rounding import LEVEL_MARGIN, up
from certificates.curves.lower_bounds import Curve
from certificates.kinds import Bounds, Decision, EndedBy
from certificates.noise_laws import Noise


@dataclass(frozen=True, slots=True)
class Estimate:
    """A probability: its lower confidence bound and its plain estimate (None without samples)."""

    lower: float
    estimate: float | None

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return {"lower": self.lower, "estimate": self.estimate}


@dataclass(frozen=True, slots=True)
class GradientNorm:
    """``||grad p||`` per unit of input: upper confidence bound, estimate and ``phi(Phi^-1(p)) / sigma``.

    The squared norm is estimated without bias, so its estimate may be negative; the norm's is then 0.
    """

    upper: float
    estimate: float | None
    ceiling: float

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return {"upper": self.upper, "estimate": self.estimate, "ceiling": self.ceiling}


@dataclass(frozen=True, slots=True)
class Rival:
    """The other class that limits a multi-class radius: index, upper confidence bound and plain estimate."""

    index: int
    upper: float
    estimate: float | None

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return {"index": self.index, "upper": self.upper, "estimate": self.estimate}


@dataclass(frozen=True, slots=True)
class Rivals:
    """The other classes that limit a top-k radius.

    ``upper`` is an upper confidence bound on the sum of their scores, ``estimate`` the plain estimate.
    """

    indices: tuple[int, ...]
    upper: float
    estimate: float | None

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data."""
        return {"indices": list(self.indices), "upper": self.upper, "estimate": self.estimate}


class Issuer(Protocol):
    """The part of a certifier that its certificates use."""

    @property
    def name(self) -> str:
        """What the certificate calls it."""
        ...

    def curve(self, certificate: Certificate) -> Curve:
        """Return the lower bound on the smoothed score that the certificate rests on."""
        ...


@dataclass(frozen=True, slots=True)
class Certificate:
    """No ``x'`` with ``||x' - x||_2 <= radius`` changes the prediction, with confidence ``1 - eta``.

    ``radius`` and ``sigma`` are in units of input. The radius is rounded down to six significant digits; it
    is 0 if and only if the certifier abstains. ``n`` counts evaluations of the base classifier. Bounds that
    the certifier does not use are None. ``eta_spent`` maps each confidence bound to its share of eta.
    ``p_other`` is the other class that limits a multi-class certificate, ``p_others`` are those that limit a
    top-k certificate, which claims that the prediction stays among the ``k`` largest scores.
    """

    certifier: Issuer
    bounds: Bounds
    radius: float
    sigma: float
    eta: float
    n: int
    p_a: Estimate
    c_s: Estimate | None
    c_n: Estimate | None
    gradient_norm: GradientNorm | None
    eta_spent: dict[str, float]
    noise: Noise = Noise.GAUSSIAN
    decision: Decision = Decision.MAJORITY
    ended_by: EndedBy = EndedBy.SAMPLES
    p_other: Rival | None = None
    p_others: Rivals | None = None
    k: int | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.radius < math.inf:
            raise ValueError(f"a certified radius is finite and not negative, got {self.radius}")
        if math.fsum(self.eta_spent.values()) > self.eta:
            raise ValueError("the confidence bounds spend more than eta")

    @property
    def abstained(self) -> bool:
        """Whether nothing could be certified."""
        return self.radius == 0.0

    def curve(self, distances: Iterable[float]) -> list[float]:
        """Return lower bounds ``L`` on the smoothed score at distances from ``x``, in units of input.

        Within the radius of a majority certificate it is at least 1/2, even if the separate bounds on ``c_s``
        and ``c_n`` give less: the joint dipole bound certifies more, and all of them hold together.
        """
        lower_bound = self.certifier.curve(self)
        scores = ((rho, lower_bound(up(rho / self.sigma)) - LEVEL_MARGIN) for rho in distances)
        return [max(score, self._floor(rho)) for rho, score in scores]

    def _floor(self, rho: float) -> float:
        certified = self.decision is Decision.MAJORITY and not self.abstained
        return 0.5 if certified and 0.0 <= rho <= self.radius else 0.0

    def to_dict(self) -> dict[str, object]:
        """Return JSON-ready data under the names of the API's ``certificate`` object."""
        return {
            "certifier": self.certifier.name,
            "abstained": self.abstained,
            "radius": self.radius,
            "norm": "l2",
            "sigma": self.sigma,
            "eta": self.eta,
            "n": self.n,
            "bounds": self.bounds.value,
            "noise": self.noise.name,
            "decision": self.decision.value,
            "k": self.k,
            "ended_by": self.ended_by.value,
            "p_a": self.p_a.to_dict(),
            "p_other": None if self.p_other is None else self.p_other.to_dict(),
            "p_others": None if self.p_others is None else self.p_others.to_dict(),
            "c_s": None if self.c_s is None else self.c_s.to_dict(),
            "c_n": None if self.c_n is None else self.c_n.to_dict(),
            "gradient_norm": None if self.gradient_norm is None else self.gradient_norm.to_dict(),
            "eta_spent": dict(self.eta_spent),
        }
