"""Read the run that a path names, and say which page of its rows is wanted."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Path, Query

from jobs.job_errors import RunNotFound
from jobs.runs.run_records import RunRecord
from service.auth.callers import Caller
from service.context import Context

_RUN_ID = re.compile(r"[A-Za-z0-9_-]{22}")

After = Annotated[
    int,
    Query(ge=0, description="Only rows with a larger number: `next_after` of the previous page, or 0."),
]
RowLimit = Annotated[int, Query(ge=1, description="Largest number of rows in one page.")]
RunIdPath = Annotated[str, Path(description="Id of a run.", examples=["Yt0PzV3jQ8mKc5nW1rXb7g"])]


def read_run(ctx: Context, caller: Caller, run_id: str) -> RunRecord:
    """Read a run's record. Raises RunNotFound, also for a run of another owner or text that is no id."""
    if not _RUN_ID.fullmatch(run_id):
        raise RunNotFound(run_id[:64])
    run = ctx.runs.get(run_id)
    if run.spec.owner != caller.owner:
        raise RunNotFound(run_id)
    return run
