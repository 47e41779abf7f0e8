"""The errors of jobs; all derive from CertificationError. The gateway maps them to HTTP status codes."""

from __future__ import annotations

from typing import Final


class CertificationError(Exception):
    """Base of job errors."""


class JobNotFound(CertificationError):
    """Raised when no job has this id: it never existed, or its result has expired."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"there is no job {job_id!r}: the id is wrong or the result has expired")
        self.job_id = job_id


class JobConflict(CertificationError):
    """Raised when an idempotency key was used before for a different request."""


class StoreFull(CertificationError):
    """Raised when no further job is accepted: too many have not ended, or the server's memory is short."""


class OwnerFull(CertificationError):
    """Raised when an owner has reached the limit of its key on jobs that have not ended."""


class OwnerRunsFull(CertificationError):
    """Raised when an owner has as many stored runs as its key may have."""


class InvalidCursor(CertificationError):
    """Raised for a cursor of a listing that this service did not issue."""


class UnsupportedRecord(CertificationError):
    """Raised when a stored record has a version that this program cannot read."""


class UnreadableRecord(UnsupportedRecord):
    """Raised when a record of the right version names something that this program does not know.

    Another release, or one with other extensions, may know it. ``attempts``: how often a step was begun.
    """

    attempts = 0


class StoreUnavailable(CertificationError):
    """Raised when the Redis server cannot be reached or refuses to write. Try again later.

    ``reason`` may be shown to anybody; ``detail``, which may name addresses, belongs in the log.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} ({detail})" if detail else reason)
        self.reason = reason
        self.detail = detail


class StoreNotDurable(CertificationError):
    """Raised when the server might lose a job that is accepted now. The message says what to change there."""


class PermanentFailure(CertificationError):
    """Raised by a step when trying again cannot help. The job fails with this reason."""

    def __init__(self, failure_type: str, detail: str) -> None:
        super().__init__(detail)
        self.failure_type = failure_type
        self.detail = detail


class CannotLoad(PermanentFailure):
    """Raised by a step whose worker cannot load the job's model, for a reason that others may not share."""


class RunNotFound(CertificationError):
    """Raised when there is no run with this id, or it has expired."""


class RunClosed(CertificationError):
    """Raised when a run that takes no rows any more is given one."""


class RunFull(CertificationError):
    """Raised when a run that has as many rows as a run may have is given another."""


class StepLeftOver(CertificationError):
    """Raised for a stale message: its step, such as a shard, is not in the job's plan."""


class TooManyAttempts(CertificationError):
    """Raised when a step was begun as often as it may be and never came to an orderly end."""

    def __init__(self, step: str, attempts: int) -> None:
        super().__init__(f"step {step} ended its worker process {attempts} times")


class JobEnded(CertificationError):
    """Raised within a step when its job has ended meanwhile (cancelled, or failed elsewhere)."""


def limit_reached(name: str) -> CertificationError:
    """Return the error for a limit that jobs/lua/create.lua or create_run.lua names."""
    kind, why = _LIMITS[name]
    return kind(why)


_RUNS_GO: Final = "runs are deleted some time after their last row ended"
_LIMITS: Final[dict[str, tuple[type[CertificationError], str]]] = {
    "jobs": (StoreFull, "the limit on jobs that have not ended is reached"),
    "bytes": (StoreFull, "the job store's server has reached its memory limit"),
    "rows": (RunFull, "the run has as many rows as a run may have: begin another"),
    "owner": (OwnerFull, "this key has reached its limit on jobs that have not ended"),
    "runs": (StoreFull, f"as many runs are stored as there may be; {_RUNS_GO}"),
    "owned runs": (OwnerRunsFull, f"this key has as many stored runs as it may have; {_RUNS_GO}"),
}
