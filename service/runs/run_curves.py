"""The curve of certified accuracy against radius, as numbers and as pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from pydantic import Field

from certificates.reports.accuracy_curves import AccuracyPoint, accuracy_line
from certificates.reports.curve_picture import ACCURACY_AXES, Line, draw
from jobs.runs.run_records import Reached, RunRecord
from service.certification.certificate_resources import Resource
from service.http.optional_forms import OptionalForm
from service.runs.curve_png import draw_png
from service.runs.run_resources import CertifiedResource
from service.runs.summaries import certified_at

_AXES: Final = {
    Reached.CORRECT: ACCURACY_AXES,
    Reached.CERTIFIED: replace(ACCURACY_AXES, up="share of rows certified"),
}


class CurveResource(Resource):
    """The share of a run's rows that reach some radii, the smallest first; beyond the last it is 0."""

    run: str
    reached: Reached = Field(description="Which rows count.")
    labelled: int = Field(description="Labelled rows that succeeded.")
    points: list[CertifiedResource]


def curve_of(run: RunRecord, found: Sequence[tuple[float, int]], reached: Reached) -> CurveResource:
    """Return the curve through radii of rows, each with the number of rows that reach it."""
    rows, of = run.counts.of(reached)
    points = [(0.0, rows), *found]
    radii, counts = [radius for radius, _ in points], [rows for _, rows in points]
    told = certified_at(radii, counts, of)
    return CurveResource(run=run.id, reached=reached, labelled=run.counts.labelled, points=told)


def curve_svg(run: RunRecord, curve: CurveResource) -> bytes:
    """Draw the curve with its exact 95 % band as steps that fall behind each radius."""
    title, line = _drawn(run, curve)
    return draw(title, _AXES[curve.reached], [line])


def curve_png(run: RunRecord, curve: CurveResource) -> bytes:
    """Draw the same as pixels. Needs matplotlib."""
    title, line = _drawn(run, curve)
    return draw_png(title, _AXES[curve.reached], [line])


def _drawn(run: RunRecord, curve: CurveResource) -> tuple[str, Line]:
    """Return the title and the line."""
    spec = run.spec
    about = "labelled rows" if curve.reached is Reached.CORRECT else "rows, of whatever class"
    name = f"{spec.certifier.name}, {curve.points[0].of:,} {about}; band: exact 95 % intervals"
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
