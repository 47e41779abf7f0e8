"""Outcome of checking a certificate: what was compared, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CheckName = Literal["radius", "statements", "counts", "input", "end", "request"]
"""The first three compare with what follows from the counts, the others with the rest of the document."""


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
    def holds(self) -> bool:
        """Whether the counts support everything the document claims."""
        return not self.faults
