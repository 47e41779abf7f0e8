"""Read the run that a path names, and build answers from run records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from fastapi import Path

from jobs.job_errors import RunNotFound
from jobs.runs.run_records import RunRecord
from service.auth.callers import Caller
from service.context import Context
from service.runs.run_resources import RunResource, run_resource
from service.runs.summaries import estimated_end, summarise

_RUN_ID = re.compile(r"[A-Za-z0-9_-]{22}")

RunIdPath = Annotated[str, Path(description="Id of a run.", examples=["Yt0PzV3jQ8mKc5nW1rXb7g"])]


def read_run(ctx: Context, caller: Caller, run_id: str) -> RunRecord:
    """Read a run's record. Raises RunNotFound, also for a run of another owner or text that is no id."""
    if not _RUN_ID.fullmatch(run_id):
        raise RunNotFound(run_id[:64])
    run = ctx.runs.get(run_id)
    if run.spec.owner != caller.owner:
        raise RunNotFound(run_id)
    return run


def show_run(ctx: Context, run: RunRecord) -> RunResource:
    """Build the answer for one run. It reads counts, never the rows; with radii, all of them together."""
    certified: Sequence[int] = ()
    if run.spec.radii:
        run, certified = ctx.runs.certified(run.id, run.spec.radii)
    return run_resource(run, summarise(run, certified), estimated_end(run))
