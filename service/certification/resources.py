"""The gateway's answers as typed resources, built from job records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from certificates import Bounds, Decision, EndedBy
from jobs.job_records import JobRecord, JobState
from jobs.named import CertifierField, NoiseField
from jobs.spec import JobSpec


class Resource(BaseModel):
    """Base of answers: every field is always present; it is null if there is no value."""

    model_config = ConfigDict(frozen=True)


class OpenResource(Resource):
    """Base of parts that workers write: fields that this gateway does not know are passed on, not dropped."""

    model_config = ConfigDict(frozen=True, extra="allow")


class ProgressResource(Resource):
    """Evaluations of the base classifier: counted so far, and asked for."""

    samples_done: int
    samples_total: int
    samples_per_second: float | None


class InputResource(Resource):
    """The array that is certified. Its hash is that of its little-endian float32 numbers in C order."""

    shape: list[int]
    scale: str = Field(description="Range of the model's input values.")
    sha256: str
    source: Literal["image", "tensor"]
    conversions: list[str] = Field(description="The conversions that made the array, in order.")


class StopResource(Resource):
    """When a job may end before all its evaluations."""

    radius: float = Field(description="Radius to certify, in input units.")


class RequestResource(Resource):
    """The request as accepted, with every default filled in."""

    model: str
    model_sha256: str
    certifier: CertifierField
    bounds: Bounds
    decision: Decision
    noise: NoiseField
    sigma: float
    n: int
    n0: int
    eta: float
    stop: StopResource | None = Field(description="When the job may end early; null: after `n` evaluations.")
    seed: str
    input: InputResource


class PredictionResource(Resource):
    """The class that is certified."""

    index: int
    label: str


class EstimateResource(OpenResource):
    """A probability: confidence bound and plain estimate."""

    lower: float
    estimate: float | None


class GradientNormResource(OpenResource):
    """Norm of the smoothed score's gradient, per unit of input: bound, estimate, largest possible value."""

    upper: float
    estimate: float | None
    ceiling: float


class RivalResource(OpenResource):
    """The other class that limits a multi-class radius: upper confidence bound and plain estimate."""

    index: int
    upper: float
    estimate: float | None


class HitsResource(OpenResource):
    """Votes of independent samples."""

    n: int
    target: int
    per_class: list[int]


class PairsResource(OpenResource):
    """Outcomes of antithetic pairs."""

    pairs: int
    both: int
    plus_only: int
    minus_only: int
    target: int


class SplitResource(OpenResource):
    """The statistic of the tight gradient bound: the inner product of two means of centred vote times noise.

    Each mean is taken over one half of the samples, in unit noise.
    """

    n_a: int
    n_b: int
    d: int
    inner: float
    error: float = Field(description="Bound on the rounding error of `inner`.")
    n_asked: int | None = Field(
        description="Evaluations asked for, if the bounds hold at any time; it decides the epoch."
    )


class GradientSumsResource(OpenResource):
    """Sums for the gradient bound, in unit noise: `paired_sum` for paper bounds, `split` for tight ones."""

    d: int
    pairs: int
    paired_sum: float
    split: SplitResource | None = None
    per_class: list[SplitResource] | None = Field(default=None, description="For multi-class certificates.")


class CountsResource(OpenResource):
    """Everything that was counted. The bounds can be recomputed from it."""

    hits: HitsResource | None
    pairs: PairsResource | None
    gradient: GradientSumsResource | None


class RuntimeModelResource(OpenResource):
    """The classifier that voted, and how it was run."""

    name: str
    sha256: str
    manifest_sha256: str = Field(description="Hash of the whole manifest, with the normalisation.")
    runtime: str
    provider: str
    precision: str = Field(description="What the model's manifest asks for, or `as in the file`.")
    memory_format: str = Field(description="Order of the input's axes in memory.")
    rows: int = Field(description="Rows of every forward pass.")
    threads: int = Field(description="Threads of every forward pass.")
    batch: int = Field(
        description="Evaluations in a block. The noise of a block depends on the job and the block's number."
    )
    noise_generator: str = Field(description="Name of the generator that drew the noise.")


class ClaimResource(OpenResource):
    """What the job set out to certify, fixed before sampling. It and the counts give the certificate."""

    certifier: CertifierField
    bounds: Bounds
    sigma: float
    eta: float
    n: int = Field(description="Evaluations asked for.")
    d: int = Field(description="Elements of the input.")
    decision: Decision
    noise: NoiseField
    grid_steps: float | None = Field(description="Sigma in steps between pixel values; discrete noise only.")
    stop_radius: float | None


class RunningResource(Resource):
    """What is already certified while the job runs. Later samples cannot make it wrong."""

    radius: float = Field(description="Largest radius certified so far, in input units.")
    samples: int = Field(description="Evaluations that it rests on.")


class CertificateResource(OpenResource):
    """With confidence 1 - eta, the smoothed prediction is the same at every point within ``radius``."""

    certifier: CertifierField
    abstained: bool = Field(description="True when nothing could be certified; the radius is then 0.")
    prediction: PredictionResource
    radius: float
    radius_unit: str = Field(description="The space and the units in which radius and sigma are measured.")
    norm: Literal["l2"]
    sigma: float
    eta: float
    n: int
    n0: int
    bounds: Bounds = Field(
        description="`anytime` if the job ended early or could have: bounds that hold at every number of "
        "samples at once."
    )
    noise: NoiseField = Field(
        description="`gaussian`: the guarantee is for exact Gaussian noise. `discrete`: it is for 8-bit "
        "images and the noise as computed."
    )
    decision: Decision
    ended_by: EndedBy = Field(
        description="`samples`: all samples were counted. `stop_radius`: the radius to stop at was "
        "certified. `cancelled`: the job was cancelled; the certificate is for the samples up to then."
    )
    p_a: EstimateResource
    p_other: RivalResource | None = Field(description="Multi-class certificates only.")
    c_s: EstimateResource | None
    c_n: EstimateResource | None
    gradient_norm: GradientNormResource | None
    counts: CountsResource
    claim: ClaimResource
    eta_spent: dict[str, float] = Field(description="How eta was divided among the confidence bounds.")
    input: InputResource
    model: RuntimeModelResource
    seed: str


class FailureResource(Resource):
    """Why a job failed."""

    type: str
    detail: str


class JobResource(Resource):
    """A certification."""

    id: str
    status: JobState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: ProgressResource
    queue_position: int | None = Field(
        description="Place among the jobs that no worker has begun, 1 being the next; null once it is begun."
    )
    waiting_for: str | None = Field(
        description="What the job lacks to go on, for example `no live worker`; null if nothing is missing."
    )
    running: RunningResource | None = Field(
        description="What is already certified; null while nothing is, and always with the paper's bounds."
    )
    request: RequestResource
    certificate: CertificateResource | None = Field(
        description="Null until the job has succeeded. A cancelled job has one too, marked `ended_by: "
        "cancelled`, if its samples up to then support one."
    )
    failure: FailureResource | None = Field(description="Null unless the job has failed.")


class JobList(Resource):
    """One page of jobs, newest first."""

    jobs: list[JobResource]
    next_cursor: str | None = Field(description="Null on the last page.")


class ProgressEvent(Resource):
    """Data of an event of type `progress`."""

    id: str
    status: JobState
    progress: ProgressResource
    queue_position: int | None
    waiting_for: str | None
    running: RunningResource | None


def job_resource(
    record: JobRecord, queue_position: int | None = None, waiting_for: str | None = None
) -> JobResource:
    """Build the answer for one job."""
    return JobResource(
        id=record.id,
        status=record.state,
        created_at=_time(record.created_at),
        started_at=None if record.started_at is None else _time(record.started_at),
        finished_at=None if record.finished_at is None else _time(record.finished_at),
        progress=ProgressResource.model_validate(record.progress.model_dump()),
        queue_position=queue_position,
        waiting_for=waiting_for,
        running=None if record.running is None else RunningResource(**record.running.model_dump()),
        request=_request(record.spec),
        certificate=_certificate(record),
        failure=None if record.failure is None else FailureResource(**record.failure.model_dump()),
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
    fields = spec.model_dump(exclude={"version", "seed", "input", "owner"})
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


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
