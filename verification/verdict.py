"""Outcome of checking a certificate."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableCertificate(ValueError):
    """The document holds no certificate, or fields of it are missing or of the wrong type."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a check. The claim holds if ``faults`` is empty, and only then.

    ``claimed_radius`` is the radius that the document states, ``radius`` the one that its counts support,
    both in units of the model's input. ``unchecked`` holds sentences about what could not be compared,
    because the document lacks it.
    """

    claimed_radius: float
    radius: float
    faults: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the counts support everything the document claims."""
        return not self.faults
