"""From the id in a path to the job's record."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path

from jobs.errors import JobNotFound
from jobs.spec import JobRecord
from service import examples
from service.context import Context

_JOB_ID = re.compile(r"[A-Za-z0-9_-]{22}")

JobIdPath = Annotated[str, Path(description="Id of a job.", examples=[examples.JOB_ID])]


def read_job(ctx: Context, job_id: str) -> JobRecord:
    """Read a job's record. Raises JobNotFound, also for text that cannot be an id."""
    if not _JOB_ID.fullmatch(job_id):
        raise JobNotFound(job_id[:64])
    return ctx.store.get(job_id)
