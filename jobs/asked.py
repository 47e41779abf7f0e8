"""What a client asks for, in a request and in a stored job alike, and the claim that it stands for."""

from __future__ import annotations

from typing import Protocol

from certificates import Bounds, Certifier, Claim, Decision, Noise


class Asked(Protocol):
    """The fields of a claim that a request and a job have in common."""

    @property
    def certifier(self) -> Certifier:
        """Which certificate."""

    @property
    def bounds(self) -> Bounds:
        """From which confidence bounds."""

    @property
    def decision(self) -> Decision:
        """About which decision."""

    @property
    def noise(self) -> Noise:
        """Against which noise."""

    @property
    def n(self) -> int:
        """From how many evaluations."""

    @property
    def eta(self) -> float:
        """How likely false."""


def claim_of(
    asked: Asked, sigma: float, d: int, scale: tuple[float, float], stop_radius: float | None
) -> Claim:
    """Return the claim about an input of ``d`` elements on this scale, in units of the input."""
    return Claim(
        certifier=asked.certifier,
        bounds=asked.bounds,
        sigma=sigma,
        eta=asked.eta,
        n=asked.n,
        d=d,
        decision=asked.decision,
        noise=asked.noise,
        grid_steps=asked.noise.grid_steps(sigma, *scale),
        stop_radius=stop_radius,
    )
