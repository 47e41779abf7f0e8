"""The client's calls about runs over test sets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import IO, Any
from urllib.parse import quote

import httpx

from certify_client.arrays import npy_file
from certify_client.client_errors import ServiceUnavailable
from certify_client.http_answers import check, document, entries, service_errors
from certify_client.input_files import ImageFile, TensorFile
from certify_client.records import Job, Run, RunRow

_RUNS = "/v1/runs"
_PAGE = 100
_TRIES = 3
"""Times that a row is sent if the connection breaks: the same key gives the same job."""
_PAUSE_S = 0.2
_ARCHIVE_S = 120.0
"""Longest silence while an archive is written. A choice: its pieces come every few hundred rows."""


class Runs:
    """Begins runs, adds rows, reads them. Errors are those of the client that it belongs to."""

    def __init__(self, http: httpx.Client, place: str) -> None:
        self._http = http
        self._place = place

    def begin(
        self,
        name: str,
        fields: dict[str, Any],
        *,
        radii: Sequence[float] = (),
        expected_rows: int | None = None,
    ) -> Run:
        """Begin a run. ``fields`` are those of a certification, as JSON has them."""
        body = {**fields, "name": name, "radii": list(radii), "expected_rows": expected_rows}
        with service_errors(self._place):
            return Run.parse(document(check(self._http.post(_RUNS, json=body))))

    def get(self, run_id: str) -> Run:
        """Return a run as it stands."""
        with service_errors(self._place):
            return Run.parse(document(check(self._http.get(_run(run_id)))))

    def cancel(self, run_id: str) -> Run:
        """Cancel the rows that have not ended, and take no more."""
        with service_errors(self._place):
            return Run.parse(document(check(self._http.delete(_run(run_id)))))

    def add(self, run_id: str, key: str, label: int | str | None, given: ImageFile | TensorFile) -> Job:
        """Add a row and return its job. The same key with the same input gives the same job.

        If the connection breaks, the row is sent again, three times in all.
        """
        fields = {"key": key} if label is None else {"key": key, "label": str(label)}
        if isinstance(given, ImageFile):
            files = {"image": ("image", given.content)}
        else:
            files = {"tensor": ("tensor.npy", npy_file(given.array.shape, given.array.ravel()))}
        for left in reversed(range(_TRIES)):
            try:
                with service_errors(self._place):
                    answer = check(self._http.post(f"{_run(run_id)}/rows", data=fields, files=files))
                    return Job.parse(document(answer))
            except ServiceUnavailable as error:
                if error.kind or left == 0:
                    raise
                time.sleep(_PAUSE_S)
        raise AssertionError("unreachable")

    def rows(self, run_id: str) -> Iterator[RunRow]:
        """Yield all rows in the order of their arrival, page by page."""
        after: int | None = 0
        while after is not None:
            with service_errors(self._place):
                params = {"after": after, "limit": _PAGE}
                page = document(check(self._http.get(f"{_run(run_id)}/rows", params=params)))
                yield from (RunRow.model_validate(entry) for entry in entries(page, "rows"))
                after = page["next_after"]

    def results(self, run_id: str, kind: str = "text/tab-separated-values") -> bytes:
        """Return the table of all rows in a form that the service offers."""
        with service_errors(self._place):
            return check(self._http.get(f"{_run(run_id)}/results", headers={"Accept": kind})).content

    def evidence(self, run_id: str, file: IO[bytes]) -> None:
        """Write the archive with every certificate of a run to a file."""
        with (
            service_errors(self._place),
            self._http.stream("GET", f"{_run(run_id)}/evidence", timeout=_ARCHIVE_S) as answer,
        ):
            for piece in check(answer).iter_bytes():
                file.write(piece)


def _run(run_id: str) -> str:
    return f"{_RUNS}/{quote(run_id, safe='')}"
