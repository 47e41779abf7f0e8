"""Follow jobs: one reader of each job tells its changes to all who follow it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Final

import anyio

from jobs.job_errors import CertificationError
from service.job_ends import JobEnds
from service.job_looks import JobLooks, Look

FIRST_LOOK_S: Final = 0.05
LATE_BY: Final = 0.1
"""Pause between two looks, as a share of the time that the youngest follower has followed, but at least
``FIRST_LOOK_S``. Choices: progress is told late by at most that share, for about 40 looks in 5 s. The end is
told at once, because the server gives notice of it; should the notice be lost, the next look finds it."""


class _Followed:
    """A job that is followed: how it last stood, and whoever waits for the next change.

    Only the last look is kept. So a follower who is slow to take it misses those before it and holds no
    memory.
    """

    def __init__(self, latest: Look) -> None:
        self.latest = latest
        self.over = latest.ended
        self.followers = 0
        self.youngest = 0.0
        self.reader: asyncio.Task[None] | None = None
        self._change = asyncio.Event()

    def tell(self, latest: Look, *, over: bool) -> None:
        """Wake all followers."""
        self.latest, self.over = latest, over
        self._change.set()
        self._change = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next change."""
        await self._change.wait()


class JobStreams:
    """The jobs that are followed at this gateway. Used in the event loop alone."""

    def __init__(self, looks: JobLooks, ends: JobEnds, longest_pause_s: float) -> None:
        self._looks = looks
        self._ends = ends
        self._longest_pause_s = longest_pause_s
        self._followed: dict[str, _Followed] = {}

    async def follow(self, job_id: str, first: Look) -> AsyncIterator[bytes]:
        """Yield an event at once, one after each change, and the end as the last one.

        ``first`` is how the job stands. Ends early if the store is away or the job has expired.
        """
        with self._following(job_id, first) as followed:
            told = b""
            while True:
                if followed.latest.event != told:
                    told = followed.latest.event
                    yield told
                elif followed.over:
                    return
                else:
                    await followed.change()

    @contextmanager
    def _following(self, job_id: str, first: Look) -> Iterator[_Followed]:
        """Count a follower of a job. The job is read from its first follower to its last one.

        If this one has seen the end before the reader, all are told: nobody is shown an earlier state.
        """
        followed = self._followed.get(job_id) or self._begin(job_id, first)
        if first.ended and not followed.over:
            followed.tell(first, over=True)
        followed.youngest = anyio.current_time()
        followed.followers += 1
        try:
            yield followed
        finally:
            followed.followers -= 1
            if not followed.followers and followed.reader is not None:
                self._leave(job_id, followed)
                followed.reader.cancel()

    def _begin(self, job_id: str, first: Look) -> _Followed:
        followed = _Followed(first)
        if not first.ended:
            self._followed[job_id] = followed
            # In a context of its own: it works for more than this request.
            followed.reader = asyncio.create_task(self._read(job_id, followed), context=Context())
        return followed

    def _leave(self, job_id: str, followed: _Followed) -> None:
        if self._followed.get(job_id) is followed:
            del self._followed[job_id]

    async def _read(self, job_id: str, followed: _Followed) -> None:
        """Look at a job until it has ended or is gone, or the store is away.

        A job that ends between the first follower's look and this wait is found by the next look.
        """
        try:
            with self._ends.waiting(job_id) as end:
                while not followed.over:
                    with anyio.move_on_after(self._pause_s(followed)):
                        await end.wait()
                    end.clear()
                    latest = await self._looks.look_anew(job_id)
                    if latest.event != followed.latest.event:
                        followed.tell(latest, over=latest.ended)
        except CertificationError:
            return
        finally:
            self._leave(job_id, followed)
            followed.tell(followed.latest, over=True)

    def _pause_s(self, followed: _Followed) -> float:
        followed_for = anyio.current_time() - followed.youngest
        return min(max(FIRST_LOOK_S, LATE_BY * followed_for), self._longest_pause_s)
