"""From a job's id to its resource: what several routes do with the store and the models."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path

from jobs.errors import JobNotFound
from jobs.spec import JobRecord
from models.errors import ModelError
from service import examples
from service.context import Context
from service.resources import JobResource, job_resource

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{22}")

JobIdPath = Annotated[str, Path(description="Id of a job.", examples=[examples.JOB_ID])]


def read_job(ctx: Context, job_id: str) -> JobRecord:
    """Read a job's record. Raises JobNotFound, also for text that cannot be an id."""
    if not _JOB_ID.fullmatch(job_id):
        raise JobNotFound(job_id[:64])
    return ctx.store.get(job_id)


def resource(ctx: Context, record: JobRecord) -> JobResource:
    """Build the answer for one record, with the label of the selected class."""
    return job_resource(record, _label(ctx, record))


def _label(ctx: Context, record: JobRecord) -> str | None:
    """Find the name of the selected class, if the model is still the one that was certified."""
    if record.plan is None:
        return None
    try:
        manifest = ctx.registry.get(record.spec.model)
    except ModelError:
        return None
    same = manifest.sha256 == record.spec.model_sha256 and record.plan.target < len(manifest.labels)
    return manifest.labels[record.plan.target] if same else None
