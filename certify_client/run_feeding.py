"""Feed the rows of a test set to a run, as fast as the service takes them, and wait for the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from certify_client.bounded_files import UnusableFile
from certify_client.client_errors import RequestRefused, ServiceUnavailable
from certify_client.datasets.rows_of_data import DataRow
from certify_client.records import Run
from certify_client.runs_over_http import Runs

LOOK_S: Final = 0.25
"""Pause between two looks at a run. A choice: a look costs the service about a millisecond."""
TOLD_S: Final = 0.5
"""Longest time between two reports while rows are sent."""
ROOM: Final = 0.75
"""After a refusal for lack of room, rows are sent again once this share of the run's open rows is left. A
choice: the workers have enough to do meanwhile, and the next refusal is some rows away."""
_FULL = frozenset({"overloaded", "too-many-jobs"})
_FAULTS_OF_RUNS = frozenset(
    {"run-closed", "run-full", "run-not-found", "run-model-changed", "unauthorized", "model-broken"}
)
PATIENCE_S: Final = 60.0
"""How long the service may not answer at all. A choice: restarts take seconds."""
FULL_S: Final = 600.0
"""How long the service may be full while no row of the run is open. A choice: the jobs of others end
meanwhile, but results that fill the store's memory stay for days."""

Report = Callable[[Run], None]
T = TypeVar("T")


class Feeder:
    """Sends rows to one run. ``failed``: index -> why a row could not be sent; such a row is not the end."""

    def __init__(self, runs: Runs, run_id: str, report: Report) -> None:
        self._runs = runs
        self._run_id = run_id
        self._report = report
        self._told = 0.0
        self.failed: dict[int, str] = {}

    def feed(self, rows: Iterable[DataRow]) -> None:
        """Send every row that the run does not have yet.

        Raises RequestRefused if the run takes no rows, and ServiceUnavailable if the service has not
        answered for a minute, or was full for ten without a row of the run that could make room.
        """
        there = self.patiently(lambda: {row.key for row in self._runs.rows(self._run_id)})
        for row in rows:
            if row.key not in there:
                self._send(row)
            if time.monotonic() - self._told > TOLD_S:
                self._look()

    def wait(self) -> Run:
        """Return the run once none of its rows is open."""
        while True:
            run = self._look()
            if run.rows.open == 0:
                return run
            time.sleep(LOOK_S)

    def _send(self, row: DataRow) -> None:
        try:
            given = row.read()
        except UnusableFile as error:
            self._skip(row, str(error))
            return
        began = time.monotonic()
        while True:
            try:
                self._runs.add(self._run_id, row.key, row.label, given)
            except ServiceUnavailable as error:
                full = error.kind in _FULL
                if full and self._wait_for_room():
                    began = time.monotonic()
                elif time.monotonic() - began > (FULL_S if full else PATIENCE_S):
                    raise
                else:
                    time.sleep(error.retry_after_s or 1.0)
            except RequestRefused as error:
                if error.problem.kind in _FAULTS_OF_RUNS:
                    raise
                self._skip(row, str(error))
                return
            else:
                return

    def _skip(self, row: DataRow, why: str) -> None:
        """Tell the run that the row will not come. A key that the run refuses is not told."""
        self.failed[row.index] = why
        try:
            self.patiently(lambda: self._runs.skip(self._run_id, row.key, why))
        except RequestRefused as error:
            if error.problem.kind in _FAULTS_OF_RUNS:
                raise

    def _wait_for_room(self) -> bool:
        """Wait until some of the run's rows have ended. Return False at once if none is open."""
        first = self._look().rows.open
        while first and self._look().rows.open > ROOM * first:
            time.sleep(LOOK_S)
        return first > 0

    def patiently(self, ask: Callable[[], T]) -> T:
        """Return what ``ask`` does, asking again for a minute if the service is away."""
        began = time.monotonic()
        while True:
            try:
                return ask()
            except ServiceUnavailable:
                if time.monotonic() - began > PATIENCE_S:
                    raise
                time.sleep(1.0)

    def _look(self) -> Run:
        """Read the run and report it."""
        run = self.patiently(lambda: self._runs.get(self._run_id))
        self._told = time.monotonic()
        self._report(run)
        return run
