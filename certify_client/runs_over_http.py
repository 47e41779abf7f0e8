"""The calls about runs over test sets: of the client that waits, and of the one for asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import IO, Any

from certify_client import run_calls
from certify_client.asyncio_driver import AsyncDriver
from certify_client.blocking_driver import Driver
from certify_client.http_answers import check, service_errors
from certify_client.input_files import Given, input_from
from certify_client.records import Job, Run, RunRow, SkippedRow

TSV = "text/tab-separated-values"


class Runs:
    """Begins runs, adds rows, reads them. Errors are those of the client that it belongs to."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def begin(
        self,
        name: str,
        fields: Mapping[str, Any],
        *,
        radii: Sequence[float] = (),
        expected_rows: int | None = None,
    ) -> Run:
        """Begin a run. ``fields`` are those of a certification, as JSON has them."""
        return self._driver.ask(run_calls.begin(name, fields, radii, expected_rows))

    def get(self, run_id: str) -> Run:
        """Return a run as it stands."""
        return self._driver.ask(run_calls.get(run_id))

    def cancel(self, run_id: str) -> Run:
        """Cancel the rows that have not ended, and take no more."""
        return self._driver.ask(run_calls.cancel(run_id))

    def add(self, run_id: str, key: str, label: int | str | None, given: Given) -> Job:
        """Add a row and return its job. The same key with the same input gives the same job.

        If the connection breaks, the row is sent again, three times in all.
        """
        return self._driver.run(run_calls.add(run_id, key, label, input_from(given)))

    def skip(self, run_id: str, key: str, reason: str) -> None:
        """Say that the row of this key will not come, and why. It counts towards ``expected_rows``."""
        self._driver.ask(run_calls.skip(run_id, key, reason))

    def skipped(self, run_id: str) -> Iterator[SkippedRow]:
        """Yield all rows that will not come, page by page."""
        return self._driver.each(run_calls.skipped(run_id))

    def rows(self, run_id: str) -> Iterator[RunRow]:
        """Yield all rows in the order of their arrival, page by page."""
        return self._driver.each(run_calls.rows(run_id))

    def results(self, run_id: str, kind: str = TSV) -> bytes:
        """Return the table of all rows in a form that the service offers."""
        return self._driver.ask(run_calls.results(run_id, kind))

    def evidence(self, run_id: str, file: IO[bytes]) -> None:
        """Write the archive with every certificate of a run to a file."""
        path = f"{run_calls.run_path(run_id)}/evidence"
        with (
            service_errors(self._driver.place),
            self._driver.http.stream("GET", path, timeout=run_calls.ARCHIVE_S) as answer,
        ):
            if not answer.is_success:
                answer.read()
            for piece in check(answer).iter_bytes():
                file.write(piece)


class AsyncRuns:
    """The same as ``Runs``, for asyncio."""

    def __init__(self, driver: AsyncDriver) -> None:
        self._driver = driver

    async def begin(
        self,
        name: str,
        fields: Mapping[str, Any],
        *,
        radii: Sequence[float] = (),
        expected_rows: int | None = None,
    ) -> Run:
        """Begin a run. ``fields`` are those of a certification, as JSON has them."""
        return await self._driver.ask(run_calls.begin(name, fields, radii, expected_rows))

    async def get(self, run_id: str) -> Run:
        """Return a run as it stands."""
        return await self._driver.ask(run_calls.get(run_id))

    async def cancel(self, run_id: str) -> Run:
        """Cancel the rows that have not ended, and take no more."""
        return await self._driver.ask(run_calls.cancel(run_id))

    async def add(self, run_id: str, key: str, label: int | str | None, given: Given) -> Job:
        """Add a row and return its job, as ``Runs.add`` does."""
        return await self._driver.run(run_calls.add(run_id, key, label, input_from(given)))

    async def skip(self, run_id: str, key: str, reason: str) -> None:
        """Say that the row of this key will not come, as ``Runs.skip`` does."""
        await self._driver.ask(run_calls.skip(run_id, key, reason))

    def skipped(self, run_id: str) -> AsyncIterator[SkippedRow]:
        """Yield all rows that will not come, page by page."""
        return self._driver.each(run_calls.skipped(run_id))

    def rows(self, run_id: str) -> AsyncIterator[RunRow]:
        """Yield all rows in the order of their arrival, page by page."""
        return self._driver.each(run_calls.rows(run_id))

    async def results(self, run_id: str, kind: str = TSV) -> bytes:
        """Return the table of all rows in a form that the service offers."""
        return await self._driver.ask(run_calls.results(run_id, kind))

    async def evidence(self, run_id: str, file: IO[bytes]) -> None:
        """Write the archive with every certificate of a run to a file."""
        path = f"{run_calls.run_path(run_id)}/evidence"
        stream = self._driver.http.stream("GET", path, timeout=run_calls.ARCHIVE_S)
        with service_errors(self._driver.place):
            async with stream as answer:
                if not answer.is_success:
                    await answer.aread()
                async for piece in check(answer).aiter_bytes():
                    file.write(piece)
