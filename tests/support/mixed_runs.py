"""A run whose rows have ended in every way there is, made through HTTP and ended as workers would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from jobs.job_records import Failure
from jobs.store import Counted, JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.run_specs import whole_certificate

RADII = [0.1, 0.25, 0.3, 0.5]


@dataclass(frozen=True, slots=True)
class Made:
    """One row, and what becomes of it. A radius of 0 is an abstention; ``clean``: its class without noise."""

    key: str
    label: int | None
    becomes: str
    radius: float = 0.0
    predicted: int = 0
    clean: int | None = None


ROWS = (
    Made("plain", 0, "succeeded", 1 / 3, 0, 0),
    Made("a, \"b\" and 'c'", 1, "succeeded", 0.1 + 0.2, 1, 2),
    Made("größe; 数字 \\n =1+1", 2, "succeeded", 0.5, 2, None),
    Made("at a radius", 0, "succeeded", 0.25, 0, 0),
    Made("  spaces  ", 2, "succeeded", 1e-12, 2, 2),
    Made("wrong", 0, "succeeded", 0.75, 2, 0),
    Made("abstained", 0, "succeeded", 0.0, 0, 0),
    Made("abstained and wrong", 1, "succeeded", 0.0, 0, 1),
    Made("no label", None, "succeeded", 0.6, 1, 1),
    Made("failed", 1, "failed"),
    Made("cancelled", 1, "cancelled"),
    Made("open", 1, "open"),
)


def mixed_run(http: httpx.Client, store: JobStore, **asked: Any) -> str:
    """Return the path of a run with these rows."""
    common = {"name": "of all kinds", "model": "plane", "sigma": 0.5, "n": 1000, "radii": RADII}
    path = str(http.post("/v1/runs", json={**common, **asked}).headers["location"])
    for made in ROWS:
        row = {"key": made.key, "label": made.label, "tensor": {"shape": [2], "data": [0.25, 0.5]}}
        answer = http.post(f"{path}/rows", json=row)
        assert answer.status_code == 202, answer.text
        _end(store, answer.json()["id"], made)
    return path


def _end(store: JobStore, job_id: str, made: Made) -> None:
    if made.becomes == "cancelled":
        store.cancel(job_id)
    elif made.becomes == "failed":
        begin(store, job_id)
        store.fail(job_id, Failure(type="model_broken", detail="as the test wants it"))
    elif made.becomes == "succeeded":
        begin(store, job_id)
        plan = plan_of(made.predicted).model_copy(
            update={"clean": made.clean, "clean_label": None if made.clean is None else str(made.clean)}
        )
        counted = Counted(plan, 0.0, 1000, 0.1)
        store.succeed(job_id, whole_certificate(made.radius, made.predicted), None, counted)
