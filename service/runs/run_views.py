"""Answers about runs, built from what the store counts. No row is read for them."""

from __future__ import annotations

from collections.abc import Sequence

from jobs.runs.run_records import RunRecord
from jobs.runs.run_store import RunStore
from service.runs.run_resources import RunResource, run_resource
from service.runs.summaries import estimated_end, summarise


def show_run(runs: RunStore, run: RunRecord) -> RunResource:
    """Build the answer for one run, as it stands now. Raises RunNotFound if it has expired meanwhile."""
    return shown(*runs.certified(run.id, run.spec.radii))


def shown(run: RunRecord, certified: Sequence[int]) -> RunResource:
    """Build the answer for a run; ``certified``: correct rows at each of its radii of interest."""
    return run_resource(run, summarise(run, certified), estimated_end(run))
