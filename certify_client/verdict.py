"""Outcome of checking a certificate."""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableCertificate(ValueError):
    """The document holds no certificate, or one whose fields are missing or of the wrong type."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of a check: the claim holds exactly where ``faults`` is empty.

    ``claimed_radius`` is what the document says, ``radius`` what its counts support, in units of input.
    ``unchecked``: sentences about what the document lacks, and what could not be compared for that reason.
    """

    claimed_radius: float
    radius: float
    faults: tuple[str, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether the counts support everything the document claims."""
        return not self.faults
