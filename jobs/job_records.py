"""The record of a job: its state, its progress, and how it ended."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Field

from jobs.plain_text import plain_text
from jobs.plan import Plan
from jobs.record_base import Record
from jobs.spec import JobSpec

RECORD_VERSION: Final = 7
"""Version of stored records. Only this version is read; raise it when what is stored changes."""

JobId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""128 random bits, URL-safe base64."""


class JobState(StrEnum):
    """State of a job. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended for good."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class ShownRecord(Record):
    """Base of records that answers contain unchanged. Later versions may add fields."""

    model_config = ConfigDict(extra="ignore")


class Failure(ShownRecord):
    """Why a job failed: a stable `type` and a sentence that says what to do, in plain text of one line."""

    type: str
    detail: Annotated[str, AfterValidator(plain_text)]


class Progress(ShownRecord):
    """Evaluations of the base classifier: counted so far, and asked for."""

    samples_done: int
    samples_total: int
    samples_per_second: float | None


class RunningCertificate(ShownRecord):
    """What is already certified while the job runs. Later samples cannot make it wrong."""

    radius: float = Field(description="Largest radius certified so far, in input units.")
    samples: int = Field(description="Evaluations that it rests on.")


class RowRef(ShownRecord):
    """The run that a job is a row of: the row's number there, from 1, its key, its true class if known."""

    run_id: str
    number: int
    key: str
    label: int | None


class JobRecord(Record):
    """A job as read from the store. Times are seconds since the epoch (UTC).

    ``queue_position``: its place among the jobs that no worker has begun, 1 being the next.
    """

    id: JobId
    spec: JobSpec
    state: JobState
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    progress: Progress
    queue_position: int | None = None
    plan: Plan | None = None
    running: RunningCertificate | None = None
    certificate: dict[str, object] | None = None
    failure: Failure | None = None
    row: RowRef | None = None
