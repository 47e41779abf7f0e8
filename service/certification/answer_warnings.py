"""Warnings of an answer: what to change where a model that does not stand the noise abstains."""

from __future__ import annotations

from collections.abc import Iterator

from certificates.claim.advice import advice
from jobs.job_records import JobRecord


def warnings_of(record: JobRecord) -> Iterator[str]:
    """Yield a sentence if the job abstained and its model was trained without noise."""
    certificate, plan = record.certificate, record.plan
    if certificate is None or plan is None or not certificate["abstained"]:
        return
    if plan.trained_sigma is None:
        yield (
            f"Model {record.spec.model} was trained without noise, and the samples do not show that the "
            f"smoothed classifier answers {plan.label!r} (class {plan.target}). {advice(certificate)}"
        )
