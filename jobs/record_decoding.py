"""Read a job's record from the strings of a stored hash."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from jobs.job_errors import UnreadableRecord, UnsupportedRecord
from jobs.job_records import (
    RECORD_VERSION,
    Failure,
    JobRecord,
    JobState,
    Progress,
    RowRef,
    RunningCertificate,
)
from jobs.plan import Plan
from jobs.spec import JobSpec


def decode_record(
    job_id: str,
    stored: Mapping[bytes, bytes],
    in_flight: Sequence[bytes] = (),
    rank: int | None = None,
) -> JobRecord:
    """Read a record; ``in_flight`` are the evaluations done in shards that are being sampled.

    ``rank`` is its place in the queue, from 0. Raises UnsupportedRecord for a record of another version, and
    UnreadableRecord for one that names what this program does not know.
    """
    fields = {name.decode(): value.decode() for name, value in stored.items()}
    if fields["version"] != str(RECORD_VERSION):
        raise unsupported(job_id, fields["version"])
    try:
        return _decode(job_id, fields, in_flight, rank)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UnreadableRecord(
            f"job {job_id} cannot be read by this program ({error.title} {where}: {fault['msg']}): use the "
            "release and the extensions that wrote it"
        ) from error


def _decode(
    job_id: str, fields: Mapping[str, str], in_flight: Sequence[bytes], rank: int | None
) -> JobRecord:
    spec = JobSpec.model_validate_json(fields["spec"])
    return JobRecord(
        id=job_id,
        spec=spec,
        state=JobState(fields["status"]),
        created_at=float(fields["created_at"]),
        started_at=_number(fields, "started_at"),
        finished_at=_number(fields, "finished_at"),
        progress=_progress(fields, sum(map(int, in_flight)), spec.n),
        queue_position=None if rank is None else rank + 1,
        plan=Plan.model_validate_json(fields["plan"]) if "plan" in fields else None,
        running=_running(fields),
        certificate=_json(fields, "certificate"),
        failure=Failure.model_validate_json(fields["failure"]) if "failure" in fields else None,
        row=_row(fields),
    )


def unsupported(job_id: str, version: str) -> UnsupportedRecord:
    """Return the refusal of a record of another version."""
    return UnsupportedRecord(
        f"job {job_id} is stored in version {version}, this program reads version {RECORD_VERSION}: use the "
        "release that wrote it, or let the job expire"
    )


def _progress(fields: Mapping[str, str], in_flight: int, total: int) -> Progress:
    done = min(int(fields["samples"]) + in_flight, total)
    began, ended = _number(fields, "sampling_at"), _number(fields, "finished_at") or time.time()
    rate = done / (ended - began) if began is not None and done and ended > began else None
    return Progress(samples_done=done, samples_total=total, samples_per_second=rate)


def _running(fields: Mapping[str, str]) -> RunningCertificate | None:
    if "running_radius" not in fields:
        return None
    return RunningCertificate(radius=float(fields["running_radius"]), samples=int(fields["running_samples"]))


def _row(fields: Mapping[str, str]) -> RowRef | None:
    if "run" not in fields:
        return None
    run_id = fields["run"].rpartition(":")[2]
    label = fields["row_label"]
    return RowRef(
        run_id=run_id,
        number=int(fields["row"]),
        key=fields["row_key"],
        label=int(label) if label else None,
    )


def _number(fields: Mapping[str, str], name: str) -> float | None:
    return float(fields[name]) if name in fields else None


def _json(fields: Mapping[str, str], name: str) -> dict[str, Any] | None:
    return json.loads(fields[name]) if name in fields else None
