"""The curve of certified accuracy against radius."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from jobs.runs.run_records import RunRecord
from service.certification.certificate_resources import Resource
from service.runs.run_resources import CertifiedResource
from service.runs.summaries import certified_at


class CurveResource(Resource):
    """Certified accuracy of a run at some radii, the smallest first; beyond the last it is 0."""

    run: str
    labelled: int = Field(description="Labelled rows that succeeded.")
    points: list[CertifiedResource]


def curve_of(run: RunRecord, found: Sequence[tuple[float, int]]) -> CurveResource:
    """Return the curve through radii of rows, each with the number of correct rows that reach it."""
    points = [(0.0, run.counts.correct), *found]
    radii, counts = [radius for radius, _ in points], [min(rows, run.counts.labelled) for _, rows in points]
    return CurveResource(run=run.id, labelled=run.counts.labelled, points=certified_at(run, radii, counts))
