"""The gateway's answers as typed resources, built from job records."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from certificates import Bounds, Decision
from jobs.job_records import Failure, JobRecord, JobState, Progress, RowRef, RunningCertificate
from jobs.named import CertifierField, NoiseField
from jobs.spec import JobSpec
from service.certification.answer_warnings import warnings_of
from service.certification.certificate_resources import CertificateResource, InputResource, Resource


class StopResource(Resource):
    """When a job may end before all its evaluations."""

    radius: float = Field(description="Radius to certify, in input units.")
    give_up: bool = Field(description="Whether the job also ends once the radius is out of reach.")


class RequestResource(Resource):
    """The request as accepted, with every default filled in."""

    model: str
    model_sha256: str
    certifier: CertifierField
    bounds: Bounds
    decision: Decision
    k: int | None = Field(description="The rank of the decision `top_k`; null with every other decision.")
    noise: NoiseField
    sigma: float
    n: int
    n0: int
    eta: float
    stop: StopResource | None = Field(description="When the job may end early; null: after `n` evaluations.")
    seed: str
    input: InputResource


class JobResource(Resource):
    """A certification."""

    id: str
    status: JobState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: Progress
    queue_position: int | None = Field(
        description="Place among the jobs that no worker has begun, 1 being the next; null once it is begun."
    )
    waiting_for: str | None = Field(
        description="What the job lacks to go on, for example `no live worker`; null if nothing is missing."
    )
    running: RunningCertificate | None = Field(
        description="What is already certified; null while nothing is, and always with the paper's bounds."
    )
    request: RequestResource
    certificate: CertificateResource | None = Field(
        description="Null until the job has succeeded. A cancelled job has one too, marked `ended_by: "
        "cancelled`, if its samples up to then support one."
    )
    warnings: list[str] = Field(description="What to change, where the answer is less than it could be.")
    failure: Failure | None = Field(description="Null unless the job has failed.")
    row: RowRef | None = Field(description="The run that it is a row of, and its place and key there.")


class JobList(Resource):
    """One page of jobs, newest first."""

    jobs: list[JobResource]
    next_cursor: str | None = Field(description="Null on the last page.")


class ProgressEvent(Resource):
    """Data of an event of type `progress`."""

    id: str
    status: JobState
    progress: Progress
    queue_position: int | None
    waiting_for: str | None
    running: RunningCertificate | None


def job_resource(record: JobRecord, waiting_for: str | None = None) -> JobResource:
    """Build the answer for one job."""
    return JobResource(
        id=record.id,
        status=record.state,
        created_at=as_time(record.created_at),
        started_at=None if record.started_at is None else as_time(record.started_at),
        finished_at=None if record.finished_at is None else as_time(record.finished_at),
        progress=record.progress,
        queue_position=record.queue_position,
        waiting_for=waiting_for,
        running=record.running,
        request=_request(record.spec),
        certificate=_certificate(record),
        warnings=list(warnings_of(record)),
        failure=record.failure,
        row=record.row,
    )


def progress_event(job: JobResource) -> ProgressEvent:
    """Build the event for a job that has not ended."""
    return ProgressEvent(
        id=job.id,
        status=job.status,
        progress=job.progress,
        queue_position=job.queue_position,
        waiting_for=job.waiting_for,
        running=job.running,
    )


def _request(spec: JobSpec) -> RequestResource:
    fields = spec.model_dump(exclude={"version", "seed", "input", "owner", "trace"})
    return RequestResource(**fields, seed=str(spec.seed), input=_input(spec))


def _input(spec: JobSpec) -> InputResource:
    return InputResource(
        shape=list(spec.input.shape),
        scale=_scale(spec),
        sha256=spec.input.sha256,
        source=spec.input.source,
        conversions=list(spec.input.conversions),
    )


def _certificate(record: JobRecord) -> CertificateResource | None:
    """Return the worker's certificate as a resource, with the input and the radius's unit added."""
    if record.certificate is None:
        return None
    spec = record.spec
    kind = "pixel" if spec.input.source == "image" else "input"
    unit = f"L2 distance in the input space of the model, in {_scale(spec)} {kind} units"
    document = {**record.certificate, "radius_unit": unit, "input": _input(spec)}
    return CertificateResource.model_validate(document)


def _scale(spec: JobSpec) -> str:
    return spec.input.scale


def as_time(seconds: float) -> datetime:
    """Return a time in UTC from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC)
