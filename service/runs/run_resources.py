"""The gateway's answers about runs."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from certificates import Bounds, Decision
from jobs.job_records import JobState
from jobs.named import CertifierField, NoiseField
from jobs.runs.run_records import Row, RunRecord, RunState
from service.certification.certificate_resources import Resource
from service.certification.resources import StopResource, as_time


class RunRequestResource(Resource):
    """What all rows have in common, as accepted, with every default filled in."""

    model: str
    model_sha256: str
    certifier: CertifierField
    bounds: Bounds
    decision: Decision
    k: int | None
    noise: NoiseField
    sigma: float
    n: int
    n0: int
    eta: float
    stop: StopResource | None
    seed: str
    radii: list[float]
    expected_rows: int | None


class RunRowsResource(Resource):
    """How many rows there are, by state; `abstained` ones are among those that `succeeded`."""

    total: int
    queued: int
    running: int
    succeeded: int
    failed: int
    cancelled: int
    abstained: int
    labelled: int = Field(description="Rows that succeeded and have a label; accuracies are about these.")
    skipped: int = Field(description="Rows that will not come, as the client said; `total` is without these.")


class ShareResource(Resource):
    """A share of rows that succeeded, and what it says of all inputs of their kind."""

    rows: int = Field(description="Rows that it counts.")
    of: int = Field(description="Rows that succeeded and could count: for accuracies, those with a label.")
    share: float | None
    low: float = Field(description="Lower end of the exact 95 % interval (Clopper-Pearson) for the share.")
    high: float = Field(description="Upper end of that interval.")


class CertifiedResource(ShareResource):
    """The share of rows that are certified within one radius: for accuracies, to be of their class."""

    radius: float


class RunSummaryResource(Resource):
    """What the rows that have ended say together."""

    clean: ShareResource | None = Field(
        description="Rows whose prediction without noise is their class; null where no row states one."
    )
    smoothed: ShareResource = Field(
        description="Rows whose smoothed prediction is certified and their class."
    )
    certified: list[CertifiedResource] = Field(description="At each radius of interest.")
    average_certified_radius: float | None = Field(
        description="Mean over labelled rows of the radius, 0 for those wrong or abstaining; rounded down."
    )
    any_class: ShareResource = Field(description="Rows that are certified, of whatever class.")
    mean_radius: float | None = Field(
        description="Mean over all rows that succeeded of the radius, of whatever class, 0 for those that "
        "abstain; rounded down."
    )
    false_certificates: float = Field(
        description="Bound on the expected number of false certificates: eta times the rows that succeeded."
    )
    samples: int = Field(description="Evaluations spent, also on rows that failed or were cancelled.")
    samples_asked: int = Field(description="`n` times the rows that have ended.")


class RunResource(Resource):
    """A run."""

    id: str
    name: str
    status: RunState = Field(
        description="`complete`: all `expected_rows` have ended or are skipped, and no row is open; it still "
        "takes rows."
    )
    finished: bool = Field(
        description="No row is open, and the run is cancelled or all `expected_rows` ended or are skipped."
    )
    created_at: datetime
    last_row_ended_at: datetime | None
    estimated_end: datetime | None = Field(
        description="If all expected rows come and go on as fast as those so far; null if that is not known."
    )
    request: RunRequestResource
    rows: RunRowsResource
    summary: RunSummaryResource


class RunList(Resource):
    """One page of runs, newest first."""

    runs: list[RunResource]
    next_cursor: str | None = Field(description="Null on the last page.")


class RowResource(Resource):
    """One row of a run. What only a certificate can say is null without one."""

    number: int = Field(description="Place by the time of arrival, from 1.")
    key: str
    job: str = Field(description="Id of the row's certification.")
    label: int | None = Field(description="Index of the true class.")
    status: JobState | None = Field(description="How the row ended; null while it has not.")
    predicted: int | None = Field(description="Index of the smoothed class, also where the row abstains.")
    clean: int | None = Field(description="Index of the class without noise.")
    abstained: bool | None
    radius: float | None
    correct: bool | None = Field(
        description="Whether it is certified to be of its class; null without a label."
    )
    samples: int | None
    seconds: float | None


class RowPage(Resource):
    """Rows in the order of their arrival."""

    rows: list[RowResource]
    next_after: int | None = Field(
        description="Ask with `after` of this number for the next page; null on the last."
    )


class SkippedResource(Resource):
    """A row that will not come."""

    number: int = Field(description="Place in the order in which that was said.")
    key: str
    reason: str = Field(description="Why, as the client said.")


class SkippedPage(Resource):
    """Rows that will not come, in the order in which that was said."""

    skipped: list[SkippedResource]
    next_after: int | None = Field(
        description="Ask with `after` of this number for the next page; null on the last."
    )


def run_request(run: RunRecord) -> RunRequestResource:
    """Build the part that says what all rows have in common."""
    spec = run.spec
    fields = spec.model_dump(exclude={"name", "owner", "seed", "radii"})
    return RunRequestResource(**fields, seed=str(spec.seed), radii=list(spec.radii))


def run_rows(run: RunRecord) -> RunRowsResource:
    """Build the counts."""
    counts = run.counts
    return RunRowsResource(
        total=counts.rows,
        **counts.model_dump(
            include={
                "queued",
                "running",
                "succeeded",
                "failed",
                "cancelled",
                "abstained",
                "labelled",
                "skipped",
            }
        ),
    )


def run_resource(run: RunRecord, summary: RunSummaryResource, estimated_end: float | None) -> RunResource:
    """Build the answer for one run."""
    return RunResource(
        id=run.id,
        name=run.spec.name,
        status=run.state,
        finished=run.finished,
        created_at=as_time(run.created_at),
        last_row_ended_at=None if run.ended_at is None else as_time(run.ended_at),
        estimated_end=None if estimated_end is None else as_time(estimated_end),
        request=run_request(run),
        rows=run_rows(run),
        summary=summary,
    )


def row_resource(row: Row) -> RowResource:
    """Build the answer for one row."""
    end = row.end
    return RowResource(
        number=row.number,
        key=row.key,
        job=row.job_id,
        label=row.label,
        status=None if end is None else end.state,
        predicted=None if end is None else end.predicted,
        clean=None if end is None else end.clean,
        abstained=None if end is None else end.abstained,
        radius=None if end is None else end.radius,
        correct=None if end is None or row.label is None else end.correct(row.label),
        samples=None if end is None else end.samples,
        seconds=None if end is None else end.seconds,
    )
