"""Compare the radii of runs over the same keys, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import Field

from jobs.job_records import JobState
from jobs.runs.run_records import Row
from service.certification.certificate_resources import Resource

BINS: Final = tuple(range(-5, 6))
"""Changes of the radius in per cent: the middle of each bin one wide; the outer ones are open."""
NOTICEABLE: Final = 0.01
"""A change of more than this share counts as a gain or a loss. The source paper's figures use it too."""


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
    pairs = [(radius, other_radii[key]) for key, radius in radii.items() if key in other_radii]
    changes = [second / first - 1.0 for first, second in pairs if first > 0.0 < second]
    return ComparisonResource(
        run=run,
        other=other,
        rows=len(pairs),
        both=len(changes),
        only_first=sum(first > 0.0 == second for first, second in pairs),
        only_other=sum(second > 0.0 == first for first, second in pairs),
        gaining=_mean([float(change > NOTICEABLE) for change in changes]),
        losing=_mean([float(change < -NOTICEABLE) for change in changes]),
        mean_change=_mean(changes),
        mean_radius=_mean([first for first, _ in pairs]),
        other_mean_radius=_mean([second for _, second in pairs]),
        histogram=_histogram(changes),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _histogram(changes: Sequence[float]) -> list[BinResource]:
    places = [min(max(round(100.0 * change), BINS[0]), BINS[-1]) for change in changes]
    return [
        BinResource(
            low=None if percent == BINS[0] else (percent - 0.5) / 100.0,
            high=None if percent == BINS[-1] else (percent + 0.5) / 100.0,
            rows=places.count(percent),
        )
        for percent in BINS
    ]
