"""Looks at jobs: one look serves everyone who asks about the job at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Final

import anyio.to_thread

from jobs.job_records import JobRecord

FRESH_S: Final = 0.05
"""A look is used for this long, in seconds. A choice: who polls sees nothing of it, and however many ask, a
job is read at most 20 times a second. Answers that tell of a change made here wait for as long, so that no
gateway shows an earlier state afterwards."""
MOST: Final = 100
"""Most jobs that are read in one round trip. A choice; it bounds the time that the others wait."""


@dataclass(frozen=True, slots=True)
class Look:
    """A job as it stood: ``answer`` is the answer about it, ``event`` what a stream tells of it.

    ``ended``: it never changes again, and ``event`` is the last one.
    """

    owner: str
    ended: bool
    answer: bytes
    event: bytes


Find = Callable[[Sequence[str]], list[JobRecord | Exception]]
Show = Callable[[JobRecord], Look]


class JobLooks:
    """Reads each job at most once in ``FRESH_S``, however many ask. Used in the event loop alone.

    Jobs that are asked for while others are being read are read together afterwards, in one round trip.
    """

    def __init__(self, find: Find, show: Show) -> None:
        self._find = find
        self._show = show
        self._taken: dict[str, asyncio.Future[Look]] = {}
        self._wanted: dict[str, asyncio.Future[Look]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def look(self, job_id: str) -> Look:
        """Return the job as it stood at a moment less than ``FRESH_S`` before this call, or later.

        Raises JobNotFound, StoreUnavailable and UnsupportedRecord.
        """
        taken = self._taken.get(job_id)
        if taken is None:
            taken = self._taken[job_id] = self._wanted[job_id] = asyncio.get_running_loop().create_future()
            if self._reading is None:  # in a context of its own: it works for more than this request
                self._reading = asyncio.create_task(self._read_wanted(), context=Context())
        if taken.done():
            return taken.result()
        return await asyncio.shield(taken)  # others may wait for it when this one leaves

    async def look_anew(self, job_id: str) -> Look:
        """Return the job as it stands at this call, or later. Raises as `look`."""
        if job_id not in self._wanted:  # or else its reading has not begun
            self._taken.pop(job_id, None)
        return await self.look(job_id)

    async def _read_wanted(self) -> None:
        """Read what is wanted until nothing is."""
        try:
            while self._wanted:
                asked = {job_id: self._wanted.pop(job_id) for job_id in list(self._wanted)[:MOST]}
                asyncio.get_running_loop().call_later(FRESH_S, self._drop, asked)
                await self._take(asked)
        finally:
            self._reading = None

    async def _take(self, asked: dict[str, asyncio.Future[Look]]) -> None:
        try:
            found = await anyio.to_thread.run_sync(self._see, list(asked))
        except Exception as error:  # noqa: BLE001 - those who wait raise it
            found = [error] * len(asked)
        for (job_id, taken), look in zip(asked.items(), found, strict=True):
            if isinstance(look, Look):
                taken.set_result(look)
            else:
                self._drop({job_id: taken})
                taken.set_exception(look)
                taken.exception()  # it was told, even if all who waited have left

    def _see(self, job_ids: list[str]) -> list[Look | Exception]:
        """Read jobs and build what is told of them. Raises StoreUnavailable."""
        return [self._shown(found) for found in self._find(job_ids)]

    def _shown(self, found: JobRecord | Exception) -> Look | Exception:
        if isinstance(found, Exception):
            return found
        try:
            return self._show(found)
        except Exception as error:  # noqa: BLE001 - a defect, raised to those who asked for this job alone
            return error

    def _drop(self, asked: dict[str, asyncio.Future[Look]]) -> None:
        for job_id, taken in asked.items():
            if self._taken.get(job_id) is taken:
                del self._taken[job_id]
