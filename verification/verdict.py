"""Outcome of checking a certificate: what was compared, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

CheckName = Literal["radius", "statements", "counts", "input", "label", "end", "request"]
"""The first three compare with what follows from the counts, ``label`` with the model's own labels, the
others with the rest of the document."""

NOT_SAMPLED: Final = (
    "It does not show that this model and this input gave these counts: only drawing the samples again would."
)
NOT_SIGNED: Final = (
    "It does not show that the request is as it was sent: whoever changes seed, n0, model or input both "
    "there and in the certificate is not found."
)
_OF: Final[dict[CheckName, str]] = {
    "radius": "the radius",
    "statements": "the bounds and estimates",
    "counts": "the counts",
    "input": "the input and the class",
    "label": "the label",
    "end": "the job's end",
    "request": "the request",
}


class UnreadableCertificate(ValueError):
    """The document holds no certificate, or fields of it are missing or of the wrong type.

    ``field`` is the place at fault, such as ``certificate.claim.n``, or empty for the whole document;
    ``what`` says what is wrong with it. The message is both.
    """

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field or 'the document'} {what}")
        self.field = field
        self.what = what


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared.

    ``about`` is a sentence that is true if the check is passed. ``faults`` holds a
    sentence for each statement that is not supported. ``unchecked`` says what could not be compared, if the
    document lacks what it takes.
    """

    name: CheckName
    about: str
    faults: tuple[str, ...] = ()
    unchecked: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of all checks. The claim holds if no check found a fault, and only then.

    ``claimed_radius`` is the radius that the document states, ``radius`` the one that its counts support,
    both in units of the model's input.
    """

    claimed_radius: float
    radius: float
    checks: tuple[Check, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """One sentence for each statement that the counts do not support."""
        return tuple(fault for check in self.checks for fault in check.faults)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Sentences about what could not be compared, because the document lacks it."""
        return tuple(check.unchecked for check in self.checks if check.unchecked is not None)

    @property
    def failed(self) -> tuple[CheckName, ...]:
        """Names of the checks that found a fault."""
        return tuple(check.name for check in self.checks if check.faults)

    @property
    def headline(self) -> str:
        """The verdict in one or two sentences. If only the radius is right, they name the failed checks."""
        if self.holds and self.radius == 0.0:
            return "The claim holds: the counts certify nothing, and nothing is claimed."
        if self.holds:
            return f"The claim holds: the counts support radius {self.claimed_radius}."
        return f"The claim does not hold. {self._reason()}"

    @property
    def not_shown(self) -> tuple[str, ...]:
        """Sentences about what no check of the document can show, whatever its outcome."""
        compared = any(check.name == "request" and check.unchecked is None for check in self.checks)
        return (NOT_SAMPLED, NOT_SIGNED) if compared else (NOT_SAMPLED,)

    def _reason(self) -> str:
        if "radius" not in self.failed:
            names = " and of ".join(_OF[name] for name in self.failed)
            return f"The counts support its radius {self.claimed_radius}, but it fails the check of {names}."
        if self.claimed_radius == self.radius:
            return "The counts support no such certificate."
        return f"It states radius {self.claimed_radius}; the counts support {self.radius}."

    @property
    def holds(self) -> bool:
        """Whether the counts support everything the document claims."""
        return not self.faults
