"""The errors of jobs, as one small tree. Standard library only; HTTP codes live in the gateway."""

from __future__ import annotations


class CertificationError(Exception):
    """Base of every error that the service raises on purpose."""


class JobNotFound(CertificationError):
    """Raised when no job has this id: it never existed, or its result has expired."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no job {job_id!r}: the id is wrong or the result has expired")
        self.job_id = job_id


class JobConflict(CertificationError):
    """Raised when an idempotency key was used before for a different request."""


class StoreFull(CertificationError):
    """Raised when there is no room for another job: too many have not ended, or memory is short."""


class OwnerFull(CertificationError):
    """Raised when an owner has as many jobs that have not ended as it may have."""


class InvalidCursor(CertificationError):
    """Raised when a listing is continued from a cursor that this service did not give out."""


class UnsupportedRecord(CertificationError):
    """Raised when a stored record has a version that this program cannot read."""


class StoreUnavailable(CertificationError):
    """Raised when the Redis server cannot be reached or refuses to write. Try again later.

    ``reason`` may be shown to anybody; ``detail``, which may name addresses, belongs in the log.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} ({detail})" if detail else reason)
        self.reason = reason
        self.detail = detail


class StoreNotDurable(CertificationError):
    """Raised when the server might lose a job that is accepted now; says what to do about it there."""


class PermanentFailure(CertificationError):
    """Raised by a worker's step when trying again cannot help: the job fails with this reason."""

    def __init__(self, failure_type: str, detail: str) -> None:
        super().__init__(detail)
        self.failure_type = failure_type
        self.detail = detail


class StepLeftOver(CertificationError):
    """Raised for a step that its job has not: the message is older or newer than the record."""


class TooManyAttempts(CertificationError):
    """Raised when a step was begun as often as it may be and never came to an orderly end."""

    def __init__(self, step: str, attempts: int) -> None:
        super().__init__(f"step {step} ended its worker process {attempts} times")


class JobEnded(CertificationError):
    """Raised inside a worker's step when its job has ended meanwhile (cancelled, or failed elsewhere)."""
