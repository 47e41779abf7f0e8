"""The service's answers as typed records. Fields that this client does not know are kept in ``document``."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from certify_client.certificate_records import Certificate
from certify_client.client_errors import ServiceError


class State(StrEnum):
    """State of a job. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether the job has ended for good."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Progress(_Answer):
    """Evaluations of the classifier: those counted so far, and all that were asked for."""

    samples_done: int = 0
    samples_total: int
    samples_per_second: float | None = None


class Failure(_Answer):
    """Why a job failed."""

    type: str
    detail: str


class Running(_Answer):
    """What is already certified while a job runs, in input units. Later samples cannot make it wrong."""

    radius: float
    samples: int


class Standing(_Answer):
    """The status of a job, as events report it. ``waiting_for`` names what the job cannot go on without."""

    id: str
    status: State
    progress: Progress
    queue_position: int | None = None
    waiting_for: str | None = None
    running: Running | None = None


class Job(Standing):
    """A certification: its status and, once it has ended, its certificate.

    A cancelled job has a certificate if its samples up to then support one. ``document`` is the service's
    answer unchanged; ``verify`` checks that.
    """

    failure: Failure | None = None
    warnings: tuple[str, ...] = ()
    document: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """Read an answer; raises pydantic's ValidationError when it is not a job."""
        return cls.model_validate({**document, "document": document})

    @cached_property
    def certificate(self) -> Certificate | None:
        """The certificate, None without one. Raises ServiceError if this client cannot read it."""
        if self.stated is None:
            return None
        try:
            return Certificate.model_validate(self.stated)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(map(str, fault["loc"]))
            raise ServiceError(
                f"the certificate of job {self.id} cannot be read: {where}: {fault['msg']}"
            ) from error

    @property
    def stated(self) -> dict[str, Any] | None:
        """The certificate as the service states it; None without one."""
        return self.document.get("certificate")

    @property
    def abstained(self) -> bool:
        """Whether the job ended without being able to certify anything."""
        return bool(self.stated and self.stated["abstained"])


class Model(_Answer):
    """An installed base classifier. ``document`` is the service's answer unchanged."""

    name: str
    description: str | None = None
    trained_sigma: float | None = None
    document: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """Read an answer; raises pydantic's ValidationError when it is not a model."""
        return cls.model_validate({**document, "document": document})


class Measured(_Answer):
    """How fast a job of the same model was counted."""

    samples_per_second: float
    samples: int
    job: str


class Plan(_Answer):
    """What a job can be expected to give. None where nothing was asked, or nothing is enough or known.

    Radii are in input units, ``n``, ``least_n`` and ``needed_n`` count evaluations. ``document`` is the
    service's answer unchanged, and says what each means.
    """

    n: int
    largest_radius: float
    radius: float | None = None
    least_n: int | None = None
    score: float | None = None
    likely_radius: float | None = None
    score_supports: float | None = None
    needed_n: int | None = None
    measured: Measured | None = None
    n_seconds: float | None = None
    needed_seconds: float | None = None
    document: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """Read an answer; raises pydantic's ValidationError when it is not a plan."""
        return cls.model_validate({**document, "document": document})


class Readiness(_Answer):
    """Whether the service says that jobs can run.

    ``models`` can be used now. ``broken_models`` says why a model cannot be used, or not by every worker.
    ``missing`` says why no job can run; it is empty when jobs can run.
    """

    models: tuple[str, ...]
    broken_models: dict[str, str]
    missing: tuple[str, ...]


class RunRows(_Answer):
    """How many rows a run has, by state; ``abstained`` ones are among those that ``succeeded``.

    ``skipped`` ones will not come; ``total`` is without them.
    """

    total: int
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    abstained: int
    skipped: int = 0

    @property
    def open(self) -> int:
        """Rows that have not ended."""
        return self.queued + self.running


class Share(_Answer):
    """A share of the labelled rows with its exact 95 % interval; ``share`` is None if there are none."""

    rows: int
    of: int
    share: float | None
    low: float
    high: float


class CertifiedShare(Share):
    """Certified accuracy at a radius, in input units."""

    radius: float


class RunSummary(_Answer):
    """What the rows that have ended say together."""

    clean: Share | None = None
    smoothed: Share
    certified: tuple[CertifiedShare, ...]
    average_certified_radius: float | None
    any_class: Share
    mean_radius: float | None
    false_certificates: float
    samples: int
    samples_asked: int


class Run(_Answer):
    """A run over a test set. ``document`` is the service's answer unchanged."""

    id: str
    name: str
    status: str
    rows: RunRows
    summary: RunSummary
    request: dict[str, Any]
    document: dict[str, Any] = Field(repr=False)

    @classmethod
    def parse(cls, document: dict[str, Any]) -> Self:
        """Read an answer; raises pydantic's ValidationError when it is not a run."""
        return cls.model_validate({**document, "document": document})


class RunRow(_Answer):
    """One row of a run. What only a certificate can say is None without one."""

    number: int
    key: str
    job: str
    label: int | None
    status: State | None
    predicted: int | None
    abstained: bool | None
    radius: float | None
    samples: int | None
    seconds: float | None


class SkippedRow(_Answer):
    """A row of a run that will not come, and why."""

    number: int
    key: str
    reason: str
