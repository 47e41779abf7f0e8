"""Estimate an input's score with a small job, and put a plan into words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rich.text import Text

from certify_client.api import CertificationClient
from certify_client.client_errors import ServiceError
from certify_client.input_files import ImageFile, TensorFile
from certify_client.job_following import run
from certify_client.parameters import Parameters
from certify_client.records import Plan

SAMPLES: Final = 100
"""Samples that estimate a score. A choice: as many as select a class."""


def estimated_share(
    client: CertificationClient, given: ImageFile | TensorFile, asked: Parameters, timeout_s: float | None
) -> float:
    """Return the estimated share of samples that hit, from a small job of votes.

    With ``h`` hits in ``n`` samples it is ``(h + 1/2) / (n + 1)``, so that it is never 0 or 1. Raises
    ServiceError if the job has no certificate.
    """
    small = replace(asked, certifier="first_order", n=SAMPLES, n0=SAMPLES, bounds=None, decision=None)
    job = run(client, given, small, timeout_s)
    if job.certificate is None:
        why = "no reason was given" if job.failure is None else job.failure.detail
        raise ServiceError(f"the job that estimates the share has no certificate: {why}")
    if (hits := job.certificate.counts.hits) is None:
        raise ServiceError("the job that estimates the share counted no votes")
    return (hits.per_class[hits.target] + 0.5) / (hits.n + 1)


def plan_in_words(plan: Plan) -> Text:
    """Say what a plan tells, one sentence a line."""
    return Text("\n").join(Text(line) for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    yield (
        f"n = {plan.n:,} samples give a radius of {plan.largest_radius} at most, if every one of them is a "
        f"hit{_lasting(plan.n_seconds)}."
    )
    if plan.radius is not None:
        yield _least(plan)
    if plan.score is not None:
        yield from _of_score(plan, f"{100.0 * plan.score:.4g}% hits")
    if plan.measured is None:
        yield "How long it takes is not known: none of your recent jobs of this model has ended."
    else:
        rate, job = plan.measured.samples_per_second, plan.measured.job
        yield f"Times are those of job {job}, which counted {rate:,.0f} samples a second."


def _least(plan: Plan) -> str:
    if plan.least_n is None:
        return f"Radius {plan.radius} needs more samples than you may ask for, even if every one is a hit."
    lasts = _lasting(plan.needed_seconds) if plan.score is None else ""
    return f"Radius {plan.radius} needs n = {plan.least_n:,} at least, if every one is a hit{lasts}."


def _of_score(plan: Plan, share: str) -> Iterator[str]:
    yield f"With {share}, n = {plan.n:,} certifies about {plan.likely_radius} in nine of ten jobs."
    if plan.radius is None:
        return
    if plan.needed_n is not None:
        lasts = _lasting(plan.needed_seconds)
        yield f"With {share}, n = {plan.needed_n:,} certifies {plan.radius} in nine of ten jobs{lasts}."
    elif plan.score_supports is not None and plan.radius >= plan.score_supports:
        yield (
            f"With {share}, the votes alone support no more than {plan.score_supports}, however many there "
            f"are. Another certifier may reach further; a larger sigma may, too."
        )
    else:
        yield f"With {share}, {plan.radius} needs more samples than you may ask for."


def _lasting(seconds: float | None) -> str:
    return "" if seconds is None else f" (about {seconds:,.2g} s here)"
