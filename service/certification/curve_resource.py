"""The curve of a certificate as the gateway answers it: as numbers, and as a picture."""

from __future__ import annotations

from pydantic import Field

from certificates import FIRST_ORDER, Claim, EndedBy, Evidence
from certificates.claim.score_curve import ScoreCurve, score_curve
from certificates.reports import curve_picture
from jobs.job_records import JobRecord
from jobs.named import CertifierField
from service.certification.certificate_resources import CertificateResource, PredictionResource, Resource
from service.http.problems import ProblemError


class FirstOrderCurveResource(Resource):
    """What first order shows from the same votes. It claims nothing: the certificate is the other curve's."""

    claims_nothing: bool = Field(default=True, description="Always true.")
    lower_bound: list[float]
    radius: float = Field(description="Where this curve passes one half, rounded down.")


class ScoreCurveResource(Resource):
    """Lower bounds on the smoothed score of the certified class, by distance from the input.

    They hold together with the certificate, with confidence 1 - eta, and are rounded down.
    """

    id: str
    certifier: CertifierField
    prediction: PredictionResource
    sigma: float
    radius: float = Field(description="The certified radius; 0 if the job abstained.")
    radius_unit: str = Field(description="The space and the units in which distances are measured.")
    line: float = Field(default=0.5, description="A score above this is the largest: the radius ends there.")
    distances: list[float]
    lower_bound: list[float] = Field(description="The score is at least this, at each of the distances.")
    first_order: FirstOrderCurveResource


def curve_of(record: JobRecord, certificate: CertificateResource | None) -> ScoreCurve:
    """Compute the curve of a job's certificate. Raises ProblemError if there is none."""
    if certificate is None or record.certificate is None:
        raise ProblemError("no-curve", f"The job is {record.state}: it has no certificate to draw.")
    claim = Claim.from_dict(certificate.claim.model_dump(mode="json"))
    evidence = Evidence.from_dict(certificate.counts.model_dump(mode="json"))
    try:
        return score_curve(claim, evidence, EndedBy(certificate.ended_by))
    except ValueError as error:
        raise ProblemError("no-curve", f"There is no curve of this certificate: {error}.") from None


def curve_resource(job_id: str, certificate: CertificateResource, curve: ScoreCurve) -> ScoreCurveResource:
    """Build the answer with the numbers."""
    return ScoreCurveResource(
        id=job_id,
        certifier=certificate.certifier,
        prediction=certificate.prediction,
        sigma=certificate.sigma,
        radius=certificate.radius,
        radius_unit=certificate.radius_unit,
        distances=list(curve.distances),
        lower_bound=list(curve.lower_bound),
        first_order=FirstOrderCurveResource(
            lower_bound=list(curve.first_order), radius=curve.first_order_radius
        ),
    )


def curve_drawing(certificate: CertificateResource, curve: ScoreCurve) -> bytes:
    """Build the answer with the picture."""
    certifier = certificate.certifier
    label = certificate.prediction.label or f"class {certificate.prediction.index}"
    radius = curve_picture.rounded_down(certificate.radius)
    told = "abstained" if certificate.abstained else f"certified radius {radius}"
    own = curve_picture.Line(
        f"{certifier}: lower bound on the score of {label!r}",
        curve.distances,
        curve.lower_bound,
        certifier.colour,
        dashed=certifier is FIRST_ORDER,
    )
    compared = curve_picture.Line(
        "first order, from the same votes: for comparison, claims nothing",
        curve.distances,
        curve.first_order,
        FIRST_ORDER.colour,
        dashed=True,
    )
    lines = [own] if certifier is FIRST_ORDER else [compared, own]
    title = f"{told} ({certificate.bounds} bounds, sigma {certificate.sigma:g}, n {certificate.n:,})"
    unit = certificate.radius_unit.rpartition(", in ")[2]
    axes = curve_picture.Axes(f"distance from the input (L2, {unit})", "score of the class: at least")
    return curve_picture.draw(title[0].upper() + title[1:], axes, lines, certificate.radius)
