"""Plans: what a number of samples can give, what a radius takes, and how long that lasts here."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from certificates import Bounds, Claim, Decision
from certificates.claim.farthest import largest_radius
from certificates.claim.planning import largest_of_score, likely_radius, samples_for
from jobs.job_records import JobRecord, JobState
from jobs.named import CertifierField, NoiseField
from service.certification.certificate_resources import Resource


class MeasuredResource(Resource):
    """How fast samples of this model were counted: by the largest of your recent jobs that has ended."""

    samples_per_second: float = Field(description="Evaluations a second, from the first to the end.")
    samples: int = Field(description="Evaluations of that job.")
    certifier: CertifierField
    job: str = Field(description="Its id.")


class PlanResource(Resource):
    """What to expect of a certification that was not submitted. Nothing was sampled, nothing is certified."""

    model: str
    certifier: CertifierField
    bounds: Bounds
    decision: Decision
    k: int | None = Field(description="The rank of the decision `top_k`.")
    noise: NoiseField
    sigma: float
    eta: float
    n: int
    most_n: int = Field(description="The most evaluations that you may ask for.")
    largest_radius: float = Field(
        description="No job of `n` evaluations certifies more, even if all of them hit. In input units."
    )
    radius: float | None = Field(description="The radius that was asked about.")
    least_n: int | None = Field(
        description="About the fewest evaluations with which `radius` can be certified, if all of them hit; "
        "null without a radius, or if more are needed than you may ask for."
    )
    score: float | None = Field(description="The share of hits that was asked about.")
    likely_radius: float | None = Field(
        description="What `n` evaluations of a class with this score certify in about nine of ten jobs."
    )
    score_supports: float | None = Field(
        description="What first order certifies of this score with any number of evaluations; null if "
        "there is no limit, or no score."
    )
    needed_n: int | None = Field(
        description="About how many evaluations certify `radius` in nine of ten jobs of a class with this "
        "score; null without both, or if more are needed than you may ask for."
    )
    measured: MeasuredResource | None = Field(
        description="Null if none of your recent jobs of this model has ended."
    )
    n_seconds: float | None = Field(description="Time that `n` evaluations take at the measured rate.")
    needed_seconds: float | None = Field(description="The same of `needed_n`, or else of `least_n`.")


def plan_resource(
    claim: Claim,
    model: str,
    classes: int,
    most: int,
    radius: float | None,
    score: float | None,
    measured: MeasuredResource | None,
) -> PlanResource:
    """Plan a job with this claim, which has no problems. ``most``: evaluations that it may have at most."""
    least = needed = likely = supports = None
    if radius is not None:
        least = samples_for(claim, radius, most, classes=classes)
    if score is not None:
        likely, supports = likely_radius(claim, score, classes), largest_of_score(claim, score)
    if radius is not None and score is not None:
        needed = samples_for(claim, radius, most, score, classes)
    return PlanResource(
        model=model,
        certifier=claim.certifier,
        bounds=claim.bounds,
        decision=claim.decision,
        k=claim.k,
        noise=claim.noise,
        sigma=claim.sigma,
        eta=claim.eta,
        n=claim.n,
        most_n=most,
        largest_radius=largest_radius(claim, classes),
        radius=radius,
        least_n=least,
        score=score,
        likely_radius=likely,
        score_supports=supports,
        needed_n=needed,
        measured=measured,
        n_seconds=_seconds(claim.n, measured),
        needed_seconds=_seconds(needed if score is not None else least, measured),
    )


def measured_rate(jobs: Iterable[JobRecord], claim: Claim, model: str) -> MeasuredResource | None:
    """Return the rate of the largest job of this model that succeeded, of this certifier if there is one."""
    ended = [
        job
        for job in jobs
        if job.state is JobState.SUCCEEDED
        and job.spec.model == model
        and job.progress.samples_per_second is not None
    ]
    if not ended:
        return None
    best = max(ended, key=lambda job: (job.spec.certifier is claim.certifier, job.progress.samples_done))
    return MeasuredResource(
        samples_per_second=best.progress.samples_per_second or 0.0,
        samples=best.progress.samples_done,
        certifier=best.spec.certifier,
        job=best.id,
    )


def _seconds(n: int | None, measured: MeasuredResource | None) -> float | None:
    return None if n is None or measured is None else n / measured.samples_per_second
