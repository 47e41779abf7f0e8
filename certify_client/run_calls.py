"""The requests about runs over test sets, and what their answers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from certify_client.client_errors import ServiceUnavailable
from certify_client.client_steps import Call, Found, Pause, Steps
from certify_client.http_answers import check, document, entries
from certify_client.input_files import ImageFile, TensorFile
from certify_client.path_parts import path_part
from certify_client.records import Job, Run, RunRow, SkippedRow

_RUNS = "/v1/runs"
_PAGE = 100
_TRIES = 3
"""Times that a row is sent if the connection breaks: the same key gives the same job."""
_PAUSE_S = 0.2
_LONGEST_REASON = 1000
ARCHIVE_S: Final = 120.0
"""Longest silence while an archive is written. A choice: its pieces come every few hundred rows."""


def begin(
    name: str, fields: Mapping[str, Any], radii: Sequence[float], expected_rows: int | None
) -> Call[Run]:
    """Begin a run."""
    body = {**fields, "name": name, "radii": list(radii), "expected_rows": expected_rows}
    return Call("POST", _RUNS, _read, {"json": body})


def get(run_id: str) -> Call[Run]:
    """Read a run."""
    return Call("GET", run_path(run_id), _read)


def cancel(run_id: str) -> Call[Run]:
    """Cancel the rows that have not ended."""
    return Call("DELETE", run_path(run_id), _read)


def add(run_id: str, key: str, label: int | str | None, given: ImageFile | TensorFile) -> Steps[Job]:
    """Send a row, three times in all if the connection breaks."""
    fields = {"key": key} if label is None else {"key": key, "label": str(label)}
    more = {"data": fields, "files": given.part()}
    call = Call("POST", f"{run_path(run_id)}/rows", lambda answer: Job.parse(document(check(answer))), more)
    for left in reversed(range(_TRIES)):
        try:
            job: Job = yield call
        except ServiceUnavailable as error:
            if error.kind or left == 0:
                raise
            yield Pause(_PAUSE_S)
        else:
            return job
    raise AssertionError("unreachable")


def skip(run_id: str, key: str, reason: str) -> Call[None]:
    """Say that a row will not come, and why."""
    told = {"key": key, "reason": reason[:_LONGEST_REASON]}
    return Call("POST", f"{run_path(run_id)}/skipped", _nothing, {"json": told})


def skipped(run_id: str) -> Steps[None]:
    """Find all rows that will not come, page by page."""
    return _listed(run_id, "skipped", SkippedRow)


def rows(run_id: str) -> Steps[None]:
    """Find all rows in the order of their arrival, page by page."""
    return _listed(run_id, "rows", RunRow)


def results(run_id: str, kind: str) -> Call[bytes]:
    """Read the table of all rows in a form that the service offers."""
    path = f"{run_path(run_id)}/results"
    return Call("GET", path, lambda answer: check(answer).content, {"headers": {"Accept": kind}})


def _read(answer: httpx.Response) -> Run:
    return Run.parse(document(check(answer)))


def _listed(run_id: str, what: str, kind: type[RunRow | SkippedRow]) -> Steps[None]:
    """Find all of ``what`` a run has, page by page."""

    def page(answer: httpx.Response) -> tuple[list[RunRow | SkippedRow], int | None]:
        told = document(check(answer))
        return [kind.model_validate(entry) for entry in entries(told, what)], told["next_after"]

    after: int | None = 0
    while after is not None:
        params = {"after": after, "limit": _PAGE}
        found, after = yield Call("GET", f"{run_path(run_id)}/{what}", page, {"params": params})
        for row in found:
            yield Found(row)


def _nothing(answer: httpx.Response) -> None:
    check(answer)


def run_path(run_id: str) -> str:
    """Return the path of a run."""
    return f"{_RUNS}/{path_part(run_id)}"
