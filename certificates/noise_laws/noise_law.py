"""The base of noise laws: which inputs a law is for, and what it costs in confidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Noise(ABC):
    """The law of the noise that is added to the input.

    Certificates are always those of Gaussian noise: the curves and bounds of this package hold for no other
    law. Laws may differ in how the noise is drawn, for which inputs, and how far the drawn noise may be from
    Gaussian noise. A job uses only one law. ``name`` is its name in requests, records and certificates.
    """

    GAUSSIAN: ClassVar[Noise]
    """Float32 Gaussian numbers; the certificate is the one of exact Gaussian noise."""

    DISCRETE: ClassVar[Noise]
    """Gaussian noise rounded to the grid of 8-bit pixels, drawn exactly; for inputs on that grid."""

    about: ClassVar[str]
    """What the law is and which inputs it is for, in half a sentence for the API's description."""

    name: str

    @abstractmethod
    def model_fault(self, kind: str, low: float, high: float) -> str | None:
        """Say why a model cannot have this noise; None if it can.

        ``kind`` is the kind of its inputs, ``image`` or ``tensor``; ``low`` and ``high`` are the ends of
        their scale.
        """

    @abstractmethod
    def input_fault(self, x: ArrayLike, low: float, high: float) -> str | None:
        """Say why ``x``, float32 of any shape, cannot have this noise on this scale; None if it can."""

    @abstractmethod
    def grid_steps(self, sigma: float, low: float, high: float) -> float | None:
        """Return ``sigma`` in steps of the grid of this law on this scale; None for a law without a grid.

        ValueError or ArithmeticError if the scale has no such grid.
        """

    @abstractmethod
    def problems(self, grid_steps: float | None, eta: float, d: int, draws: int) -> list[tuple[str, str]]:
        """List what does not fit this law, as pairs of the request's field and a message.

        ``grid_steps`` is sigma in steps as the claim states it; ``d`` is the number of input elements, and
        ``draws`` the number of noise vectors that the job draws.
        """

    @abstractmethod
    def charge(self, grid_steps: float | None, d: int, draws: int) -> float:
        """Return a bound on the total variation between all noise of a job and exact Gaussian noise.

        It is subtracted from eta. The arguments are as in ``problems``.
        """

    @abstractmethod
    def spent(self, charge: float) -> Mapping[str, float]:
        """Return the entry for ``eta_spent`` that states the charge; empty if there is no charge."""

    def __str__(self) -> str:
        return self.name
