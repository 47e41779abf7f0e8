"""Certify many inputs with as many jobs at a time as the service takes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from certify_client import calls
from certify_client.bounded_files import UnusableFile
from certify_client.certificate_records import Certificate
from certify_client.client_errors import RequestRefused, ServiceUnavailable
from certify_client.client_steps import Found, Pause, Steps
from certify_client.input_files import Given, input_from
from certify_client.parameters import Parameters
from certify_client.records import Job
from certify_client.waiting_for_jobs import FIRST_DELAY_S

WINDOW: Final = 64
"""Most jobs that are open at a time unless more is asked for. A choice: enough for the workers of a small
fleet, and few for a service that others use too."""
_LOOKED_AT: Final = 4
"""A look ends at so many jobs that have not ended, at twice as many each time that it finds none that has."""
_LONGEST_DELAY_S: Final = 0.25
_GROWS_AFTER: Final = 8
"""After a refusal for lack of room, one job more is tried after so many accepted ones. A choice: a full
service refuses one submission in nine, and one that has room again is soon used."""
_FULL: Final = frozenset({"overloaded", "too-many-jobs"})
_FAULTS_OF_ALL: Final = frozenset({"unauthorized", "model-broken"})
"""Refusals that do not depend on the input."""
_PATIENCE_S: Final = 60.0
_FULL_S: Final = 600.0
"""How long the service may not answer, and how long it may be full while no job of ours is open."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one input, the ``index``-th from 0: a job that has ended, or the fault of the input.

    ``fault`` is RequestRefused, or UnusableFile where the input could not be read.
    """

    index: int
    job: Job | None
    fault: RequestRefused | UnusableFile | None = None

    @property
    def certificate(self) -> Certificate | None:
        """The certificate, None if the job failed or there was none."""
        return None if self.job is None else self.job.certificate


class ManyJobs:
    """The jobs of many inputs: which are open, and what came of those that ended."""

    def __init__(
        self, inputs: Iterable[Given], parameters: Parameters, window: int, in_order: bool, answer_s: float
    ) -> None:
        if window < 1:
            raise ValueError("window must be at least 1")
        self._inputs = enumerate(inputs)
        self._parameters = parameters
        self._window = self._room = window
        self._in_order = in_order
        self._answer_s = answer_s
        self._next: tuple[int, Given] | None = None
        self._accepted = 0
        self._open: dict[int, str] = {}
        self._ended: dict[int, Outcome] = {}
        self._given = 0
        self._delay_s = FIRST_DELAY_S

    def steps(self) -> Steps[None]:
        """Submit while there is room, find what has ended, until nothing is left."""
        while True:
            yield from self._submit()
            for outcome in self._due():
                yield Found(outcome)
            if self._open:
                yield from self._look()
            elif self._next is None:
                return

    def _submit(self) -> Steps[None]:
        """Submit until the window is full, the service has no room, or no input is left."""
        began = time.monotonic()
        while len(self._open) < self._room:
            self._next = self._next or next(self._inputs, None)
            if self._next is None:
                return
            index, given = self._next
            try:
                job: Job = yield from calls.submission(input_from(given), self._parameters, None)
            except ServiceUnavailable as error:
                full = error.kind in _FULL
                if full and self._open:
                    self._room, self._accepted = len(self._open), 0
                    return
                if time.monotonic() - began > (_FULL_S if full else _PATIENCE_S):
                    raise
                yield Pause(error.retry_after_s or 1.0)
                continue
            except (RequestRefused, UnusableFile) as error:
                if isinstance(error, RequestRefused) and error.problem.kind in _FAULTS_OF_ALL:
                    raise
                self._ended[index] = Outcome(index, None, error)
            else:
                self._open[index] = job.id
                self._grow()
            self._next = None

    def _grow(self) -> None:
        self._accepted += 1
        if self._accepted >= _GROWS_AFTER:
            self._room, self._accepted = min(self._room + 1, self._window), 0

    def _look(self) -> Steps[None]:
        """Read open jobs, the oldest first, until some have ended.

        A look ends at a few jobs that have not. The pause before it follows the service's pace, so that few
        looks find nothing, and few find that most jobs have ended.
        """
        width, heard, ended = _LOOKED_AT, time.monotonic(), 0
        while not ended:
            yield Pause(self._delay_s)
            running = 0
            for index, job_id in list(self._open.items()):
                try:
                    job: Job = yield calls.get(job_id, self._answer_s)
                except ServiceUnavailable as error:
                    if time.monotonic() - heard > _PATIENCE_S:
                        raise
                    yield Pause(error.retry_after_s or 1.0)
                    break
                heard = time.monotonic()
                if job.status.is_final:
                    del self._open[index]
                    self._ended[index] = Outcome(index, job)
                    ended += 1
                else:
                    running += 1
                    if running == width:
                        break
            width *= 2
            if ended > len(self._open) / 4:
                self._delay_s = max(self._delay_s / 2, FIRST_DELAY_S)
            elif not ended:
                self._delay_s = min(2 * self._delay_s, _LONGEST_DELAY_S)

    def _due(self) -> list[Outcome]:
        """Take out what can be given now: all that has ended, or in order what no open input precedes."""
        if not self._in_order:
            due = [self._ended.pop(index) for index in sorted(self._ended)]
        else:
            due = []
            while self._given in self._ended:
                due.append(self._ended.pop(self._given))
                self._given += 1
        return due
