"""The curve of certified accuracy against radius, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from certificates.reports.accuracy_curves import AccuracyPoint, accuracy_line
from certificates.reports.curve_picture import ACCURACY_AXES, draw
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
    radii, counts = [radius for radius, _ in points], [rows for _, rows in points]
    return CurveResource(run=run.id, labelled=run.counts.labelled, points=certified_at(run, radii, counts))


def curve_drawing(run: RunRecord, curve: CurveResource) -> bytes:
    """Draw the curve with its exact 95 % band as steps that fall behind each radius."""
    spec = run.spec
    name = f"{spec.certifier.name}, {curve.labelled:,} labelled rows; band: exact 95 % intervals"
    points = [AccuracyPoint(**dict(point)) for point in curve.points]
    line = accuracy_line(name, points, spec.certifier.colour, dashed=False)
    title = f"{spec.name}: {spec.model}, sigma {spec.sigma:g}, n {spec.n:,}, eta {spec.eta:g}"
    return draw(title, ACCURACY_AXES, [line])
