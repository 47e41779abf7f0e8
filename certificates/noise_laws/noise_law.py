"""What a law of noise must say of itself: which inputs it is for, and what it costs in confidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Noise(ABC):
    """The law of what is added to the input.

    Its certificates are those of Gaussian noise: the curves and bounds of this package hold for no other law.
    What may differ is how the noise is drawn, for which inputs, and how far what is drawn may be from
    Gaussian noise. A job never mixes two laws.
    ``name`` is what requests, records and certificates call it.
    """

    GAUSSIAN: ClassVar[Noise]
    """Float32 Gaussian numbers: the certificate is that of real Gaussian noise."""

    DISCRETE: ClassVar[Noise]
    """Gaussian noise rounded to the grid of 8-bit pixels, drawn exactly; for inputs on that grid."""

    name: str

    @abstractmethod
    def model_fault(self, kind: str, low: float, high: float) -> str | None:
        """Say why a model cannot have this noise; None if it can.

        ``kind``: of its inputs, ``image`` or ``tensor``; ``low`` and ``high``: the ends of their scale.
        """

    @abstractmethod
    def input_fault(self, x: ArrayLike, low: float, high: float) -> str | None:
        """Say why a float32 input on this scale cannot have this noise; None if it can."""

    @abstractmethod
    def grid_steps(self, sigma: float, low: float, high: float) -> float | None:
        """Return ``sigma`` in steps of the grid of this law on this scale; None for a law without a grid.

        ValueError or ArithmeticError if the scale has no such grid.
        """

    @abstractmethod
    def problems(self, grid_steps: float | None, eta: float, d: int, draws: int) -> list[tuple[str, str]]:
        """List what does not fit this law, as pairs of the request's field and a message.

        ``grid_steps``: what a claim says of sigma; ``d``: elements of the input; ``draws``: noise vectors
        that the job draws.
        """

    @abstractmethod
    def charge(self, grid_steps: float | None, d: int, draws: int) -> float:
        """Bound the total variation between all noise of a job and the law that its certificate is about.

        It is taken off eta. Arguments as of ``problems``.
        """

    @abstractmethod
    def spent(self, charge: float) -> Mapping[str, float]:
        """Return the entry that states the charge in a certificate's division of eta, if it has one."""

    def __str__(self) -> str:
        return self.name
