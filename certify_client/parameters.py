"""The parameters of a certification."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters of a certification. None leaves a choice to the service, whose answer states what it chose.

    ``sigma`` is in units of the model's input; ``n`` and ``n0`` count evaluations of the classifier; ``eta``
    bounds the probability that the certificate is wrong. With ``stop_radius``, in input units, the job ends
    once that radius is certified; with ``stop_give_up`` too, also once it is out of reach.
    """

    model: str
    certifier: str | None = None
    sigma: float | None = None
    n: int | None = None
    n0: int | None = None
    eta: float | None = None
    bounds: str | None = None
    decision: str | None = None
    k: int | None = None
    noise: str | None = None
    stop_radius: float | None = None
    stop_give_up: bool | None = None
    seed: int | None = None

    def form(self) -> dict[str, str]:
        """Return the fields that are not None as those of a form."""
        return {name: _text(value) for name, value in asdict(self).items() if value is not None}


def _text(value: object) -> str:
    """Return a field's value as forms have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
