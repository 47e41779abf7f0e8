"""When a process tries a model again while it counts jobs."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from worker.fixed_function.lineups import LOOKED_AT

PASSES_OF_A_TURN: Final = 3
"""Largest number: two passes, and a third if scores are rounded differently at different places."""
SHARE: Final = 32
"""The turns of a job may take one evaluation for each 32 of it, and at least one turn. Where no turn is due,
one pass in 32 is a trial. A choice: 3 % more time, for more noisy rows that are compared."""
REMEMBERED: Final = 1024
"""Jobs that a process remembers to have tried the model in. A choice; one that is forgotten costs a pass."""


def turns_of(n: int, rows: int, shard: int = 0, shards: int = 1) -> range:
    """Return the turns, of up to three passes of ``rows`` rows, that follow a shard in a job of ``n``.

    A turn compares half a pass of noisy rows. A job has no more turns than ``LOOKED_AT`` such rows need. They
    are spread evenly over its ``shards``, and shard 0 has at least one.
    """
    turns = max(1, min(n // (SHARE * PASSES_OF_A_TURN * rows), -(-2 * LOOKED_AT // rows)))
    return range(-(-shard * turns // shards), -(-(shard + 1) * turns // shards))


class TrialTimes:
    """Decides after which shards a process tries one model, of ``rows`` rows in a pass.

    Answers are the turns of a trial. With none, the rows from the load are given again, in one pass.
    """

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._jobs: OrderedDict[str, None] = OrderedDict()
        self._passes = 0

    def after_shard(
        self, job_id: str, n: int, shard: int, shards: int, samples: int, *, may_stop: bool
    ) -> range | None:
        """Return the trial that follows a shard of ``samples`` in a job of ``n``; None if none is due.

        One is due after the first and the last shard of a job, after the first that this process counts in
        it, and once it has counted ``SHARE`` passes, in any jobs, since the last trial. A job that
        ``may_stop`` early has one turn after shard 0 and its other turns at its end, instead of a trial after
        its last shard.
        """
        at_end = may_stop and shards > 1
        turns = range(shard == 0) if at_end else turns_of(n, self._rows, shard, shards)
        self._passes += -(-samples // self._rows)
        new = job_id not in self._jobs
        last = shard == shards - 1 and not at_end
        due = turns or new or last or self._passes >= SHARE
        return turns if due else None

    def at_early_end(self, n: int) -> range:
        """Return the trial at the end of a job that might have stopped early, after ``n`` samples."""
        return turns_of(n, self._rows)[1:]

    def passed(self, job_id: str) -> None:
        """Note that the model passed a trial in a job."""
        self._passes = 0
        self._jobs[job_id] = None
        self._jobs.move_to_end(job_id)
        while len(self._jobs) > REMEMBERED:
            self._jobs.popitem(last=False)
