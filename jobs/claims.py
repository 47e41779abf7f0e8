"""Make the claim of a request or of a stored job, from the fields that both have."""

from __future__ import annotations

from typing import Protocol

from certificates import Bounds, Certifier, Claim, Decision, Noise


class Asked(Protocol):
    """The fields of a claim that a request and a job have in common."""

    @property
    def bounds(self) -> Bounds:
        """Return the kind of confidence bounds."""

    @property
    def decision(self) -> Decision:
        """Return the decision that is certified."""

    @property
    def k(self) -> int | None:
        """Return the rank of the decision ``top_k``."""

    @property
    def noise(self) -> Noise:
        """Return the law of the noise."""

    @property
    def n(self) -> int:
        """Return the number of evaluations."""

    @property
    def eta(self) -> float:
        """Return the bound on the probability that the certificate is wrong."""


class Stopping(Protocol):
    """When a job may end early."""

    @property
    def radius(self) -> float:
        """Return the radius to stop at, in input units."""

    @property
    def give_up(self) -> bool:
        """Return whether the job also ends once the radius is out of reach."""


def claim_of(
    asked: Asked,
    certifier: Certifier,
    sigma: float,
    d: int,
    scale: tuple[float, float],
    stop: Stopping | None,
) -> Claim:
    """Return the claim about an input of ``d`` elements on this scale, in units of the input."""
    return Claim(
        certifier=certifier,
        bounds=asked.bounds,
        sigma=sigma,
        eta=asked.eta,
        n=asked.n,
        d=d,
        decision=asked.decision,
        noise=asked.noise,
        grid_steps=asked.noise.grid_steps(sigma, *scale),
        stop_radius=None if stop is None else stop.radius,
        give_up=stop is not None and stop.give_up,
        k=asked.k,
    )
