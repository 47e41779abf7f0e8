"""Read runs and rows from what the server stores of them."""

from __future__ import annotations

import json
from typing import cast

from jobs.job_errors import UnsupportedRecord
from jobs.job_records import JobState
from jobs.runs.run_records import RUN_VERSION, Row, RowEnd, RunCounts, RunRecord, RunSpec


def decode_run(run_id: str, stored: dict[bytes, bytes]) -> RunRecord:
    """Read a run's hash. Raises UnsupportedRecord."""
    fields = {name.decode(): value.decode() for name, value in stored.items()}
    if fields["version"] != str(RUN_VERSION):
        raise UnsupportedRecord(
            f"run {run_id} is stored in version {fields['version']}, this program reads version "
            f"{RUN_VERSION}: use the release that wrote it, or let the run expire"
        )
    return RunRecord(
        id=run_id,
        spec=RunSpec.model_validate_json(fields["spec"]),
        cancelled=fields["status"] == "cancelled",
        created_at=float(fields["created_at"]),
        ended_at=float(fields["ended_at"]) if "ended_at" in fields else None,
        counts=RunCounts(**{name: int(fields.get(name, 0)) for name in RunCounts.model_fields}),
    )


def decode_row(number: int, begin: bytes, end: bytes | None) -> Row:
    """Read one row: how it began, and how it ended if it has."""
    key, job_id, label = json.loads(begin)
    return Row(
        number=number,
        key=key,
        job_id=job_id,
        label=int(label) if label else None,
        end=None if end is None else _end(json.loads(end)),
    )


def _end(values: list[object]) -> RowEnd:
    state, predicted, clean, abstained, radius, samples, seconds = values
    return RowEnd.model_validate(
        {
            "state": JobState(cast("str", state)),
            "predicted": predicted,
            "clean": clean,
            "abstained": abstained,
            "radius": None if radius is None else float(cast("str", radius)),
            "samples": samples,
            "seconds": seconds,
        }
    )
