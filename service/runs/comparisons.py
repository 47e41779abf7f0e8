"""Compare the radii of runs over the same keys, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from certificates.reports.paired_radii import compare_radii
from jobs.job_records import JobState
from jobs.runs.run_records import Row
from service.certification.certificate_resources import Resource


class BinResource(Resource):
    """One bar of the histogram."""

    low: float | None = Field(
        description="Smallest change in it, as a share of the first radius; null: no limit."
    )
    high: float | None = Field(description="Its upper end, which is not in it; null: no limit.")
    rows: int


class ComparisonResource(Resource):
    """How the radii of another run differ from this one's, over the keys that succeeded in both."""

    run: str
    other: str
    rows: int = Field(description="Keys that succeeded in both runs.")
    both: int = Field(description="Of these, certified in both; the numbers below are about these.")
    only_first: int = Field(description="Certified in this run alone.")
    only_other: int = Field(description="Certified in the other run alone.")
    gaining: float | None = Field(description="Share whose radius is more than 1 % larger in the other run.")
    losing: float | None = Field(description="Share whose radius is more than 1 % smaller in the other run.")
    mean_change: float | None = Field(description="Mean of other radius / radius - 1.")
    mean_radius: float | None = Field(
        description="Mean over `rows` of this run's radius, 0 where it abstains."
    )
    other_mean_radius: float | None = Field(description="The same of the other run.")
    histogram: list[BinResource]


class Comparison(Resource):
    """A run beside one or two others."""

    comparisons: list[ComparisonResource]


def radii_of(rows: Iterable[Row]) -> dict[str, float]:
    """Return key -> radius of the rows that succeeded, 0 for those that abstain."""
    return {
        row.key: row.end.radius
        for row in rows
        if row.end is not None and row.end.state is JobState.SUCCEEDED and row.end.radius is not None
    }


def compare(
    run: str, radii: Mapping[str, float], other: str, other_radii: Mapping[str, float]
) -> ComparisonResource:
    """Compare two runs by the keys that they share."""
    told = compare_radii(radii, other_radii)
    return ComparisonResource(
        run=run,
        other=other,
        rows=told.rows,
        both=told.both,
        only_first=told.only_first,
        only_other=told.only_second,
        gaining=told.gaining,
        losing=told.losing,
        mean_change=told.mean_change,
        mean_radius=told.first_mean,
        other_mean_radius=told.second_mean,
        histogram=[BinResource(low=each.low, high=each.high, rows=each.rows) for each in told.histogram],
    )
