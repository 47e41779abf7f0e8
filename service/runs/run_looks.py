"""Looks at runs that are followed: one look serves all who follow a run at that moment."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from functools import partial

import anyio.to_thread

from jobs.runs.run_records import RunRecord
from jobs.runs.run_store import RunStore
from service.runs.run_views import show_run


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it stood at a look. ``text``: the answer about it, as JSON; ``finished``: nothing more comes.

    ``mark`` changes whenever the run's counts or its state change, and else never.
    """

    text: str
    mark: str
    finished: bool


class RunLooks:
    """Looks at a run at most once in ``pause_s`` seconds, however many ask. Used in the event loop alone."""

    def __init__(self, runs: RunStore, pause_s: float) -> None:
        self._runs = runs
        self.pause_s = pause_s
        self._taken: dict[str, asyncio.Task[Seen]] = {}

    async def look(self, run: RunRecord) -> Seen:
        """Return the run as it stands, or as it stood at a look less than ``pause_s`` ago.

        ``run`` may be an earlier record of it. Raises RunNotFound and StoreUnavailable.
        """
        taken = self._taken.get(run.id)
        if taken is None:
            taken = asyncio.create_task(anyio.to_thread.run_sync(self._see, run))
            taken.add_done_callback(partial(self._forget_later, run.id))
            self._taken[run.id] = taken
        return await asyncio.shield(taken)  # others may wait for it when this reader leaves

    async def first_look(self, run: RunRecord) -> Seen:
        """Return the same, but look anew if an earlier look and ``run`` differ in whether anything comes.

        A row may have been added, or the run cancelled, after that look and before ``run`` was read.
        """
        seen = await self.look(run)
        if seen.finished == run.finished:
            return seen
        taken = self._taken.get(run.id)
        if taken is not None and taken.done() and taken.result() is seen:
            self._forget(run.id, taken)
        return await self.look(run)

    def _forget_later(self, run_id: str, taken: asyncio.Task[Seen]) -> None:
        asyncio.get_running_loop().call_later(self.pause_s, self._forget, run_id, taken)

    def _forget(self, run_id: str, taken: asyncio.Task[Seen]) -> None:
        if self._taken.get(run_id) is taken:
            del self._taken[run_id]

    def _see(self, run: RunRecord) -> Seen:
        shown = show_run(self._runs, run)
        counted = f"{shown.status} {shown.rows.model_dump_json()} {shown.summary.model_dump_json()}"
        mark = hashlib.sha256(counted.encode()).hexdigest()[:16]
        return Seen(shown.model_dump_json(), mark, shown.finished)
