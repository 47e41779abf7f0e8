"""The curve of certified accuracy against radius, as numbers and as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from pydantic import Field

from certificates.reports.accuracy_curves import AccuracyPoint, accuracy_line
from certificates.reports.curve_picture import ACCURACY_AXES, Line, draw
from jobs.runs.run_records import RunRecord
from service.certification.certificate_resources import Resource
from service.http.optional_forms import OptionalForm
from service.runs.curve_png import draw_png
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


def curve_svg(run: RunRecord, curve: CurveResource) -> bytes:
    """Draw the curve with its exact 95 % band as steps that fall behind each radius."""
    title, line = _drawn(run, curve)
    return draw(title, ACCURACY_AXES, [line])


def curve_png(run: RunRecord, curve: CurveResource) -> bytes:
    """Draw the same as pixels. Needs matplotlib."""
    title, line = _drawn(run, curve)
    return draw_png(title, ACCURACY_AXES, [line])


def _drawn(run: RunRecord, curve: CurveResource) -> tuple[str, Line]:
    """Return the title and the line."""
    spec = run.spec
    name = f"{spec.certifier.name}, {curve.labelled:,} labelled rows; band: exact 95 % intervals"
    points = [AccuracyPoint(**dict(point)) for point in curve.points]
    title = f"{spec.name}: {spec.model}, sigma {spec.sigma:g}, n {spec.n:,}, eta {spec.eta:g}"
    return title, accuracy_line(name, points, spec.certifier.colour, dashed=False)


def _json(_run: RunRecord, curve: CurveResource) -> bytes:
    return curve.model_dump_json().encode()


PNG: Final = OptionalForm("image/png", "matplotlib", "png")
FORMS: Final[dict[str, Callable[[RunRecord, CurveResource], bytes]]] = {
    "application/json": _json,
    "image/svg+xml": curve_svg,
    PNG.media_type: curve_png,
}
"""How to show a curve, by media type; the first is the default."""
