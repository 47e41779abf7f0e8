"""Warnings of an answer: what to change where a job abstained."""

from __future__ import annotations

from collections.abc import Iterator

from certificates.claim.advice import advice
from jobs.job_records import JobRecord


def warnings_of(record: JobRecord) -> Iterator[str]:
    """Yield a sentence if the job abstained: which class was not shown, and what may help."""
    certificate, plan = record.certificate, record.plan
    if certificate is None or plan is None or not certificate["abstained"]:
        return
    plain = plan.trained_sigma is None
    yield (
        f"{f'Model {record.spec.model} was trained without noise, and the' if plain else 'The'} samples do "
        f"not show that the smoothed classifier answers {plan.label!r} (class {plan.target}). "
        f"{advice(certificate)}"
    )
