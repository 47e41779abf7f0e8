"""Wake those who wait for the end of a job."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis

from jobs.end_notices import EndNotices


class JobEnds:
    """The event streams of this gateway that wait for a job, by job. Used in the event loop alone."""

    def __init__(self, client: Redis) -> None:
        self._notices = EndNotices(client)
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear of ends while the gateway serves. Call this in the event loop."""
        loop = asyncio.get_running_loop()

        def told(job_id: str) -> None:
            with suppress(RuntimeError):  # the gateway has stopped meanwhile, and its loop is closed
                loop.call_soon_threadsafe(self._ended, job_id)

        self._notices.start(told)
        try:
            yield
        finally:
            self._notices.stop()

    @contextmanager
    def waiting(self, job_id: str) -> Iterator[asyncio.Event]:
        """Return an event that is set when the job ends from now on."""
        end = asyncio.Event()
        self._waiting.setdefault(job_id, set()).add(end)
        try:
            yield end
        finally:
            self._waiting[job_id].discard(end)
            if not self._waiting[job_id]:
                del self._waiting[job_id]

    def _ended(self, job_id: str) -> None:
        for end in self._waiting.get(job_id, ()):
            end.set()
