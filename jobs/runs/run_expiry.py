"""Delete expired runs, with the jobs of their rows, a batch at a time."""

from __future__ import annotations

import json
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.runs.run_store import SETS
from jobs.scripts import load_script

BATCH: Final = 200
"""Most rows that one call deletes. A choice; it bounds the time of a sweep."""


class RunExpiry:
    """Deletes what has expired. A run expires some time after its last row came or ended."""

    def __init__(self, client: Redis) -> None:
        self._redis = client
        self._close = load_script(client, "close_expired")

    def sweep(self, now: float) -> None:
        """Delete at most ``BATCH`` rows of the run that expired first. Raises StoreUnavailable.

        A run with rows that have not ended stays; any other is closed first, so that no row comes meanwhile.
        Rows go from the last to the first, so that an interrupted sweep is continued by the next one.
        """
        with store_errors():
            entries = self._redis.zrange(
                keys.RUNS_EXPIRE, "-inf", f"({now}", byscore=True, offset=0, num=BATCH
            )
        for entry in cast("list[bytes]", entries):
            run_id = entry.decode()
            with store_errors():
                closed = self._close(keys=[keys.run(run_id), keys.RUNS_EXPIRE], args=[run_id, now])
            if closed:
                self._delete(run_id)
                return

    def _delete(self, run_id: str) -> None:
        """Read no more of the run than it takes, so that one of another version goes too."""
        with store_errors():
            rows, spec = self._redis.hmget(keys.run(run_id), ["rows", "spec"])
            if rows is None or spec is None:
                self._redis.zrem(keys.RUNS_EXPIRE, run_id)
                return
        first, owner = max(0, int(rows) - BATCH), json.loads(spec)["owner"]
        self._delete_rows(run_id, owner, first)
        if first == 0:
            self._delete_run(run_id, owner)

    def _delete_rows(self, run_id: str, owner: str, first: int) -> None:
        numbers = [str(number) for number in range(first + 1, first + 1 + BATCH)]
        with store_errors():
            begun = self._redis.hmget(f"{keys.run(run_id)}:rows", numbers)
            jobs = [json.loads(row)[1] for row in begun if row is not None]
            names = [keys.job(job_id) for job_id in jobs]
            with self._redis.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.hget(name, "idempotency")
                held = pipe.execute()
            with self._redis.pipeline(transaction=True) as pipe:
                for job_id, name, idempotency in zip(jobs, names, held, strict=True):
                    pipe.delete(name, *([] if idempotency is None else [cast("bytes", idempotency)]))
                    pipe.zrem(keys.INDEX, job_id)
                    pipe.zrem(keys.owned(owner), job_id)
                pipe.hdel(f"{keys.run(run_id)}:rows", *numbers)
                pipe.hdel(f"{keys.run(run_id)}:ends", *numbers)
                pipe.hset(keys.run(run_id), "rows", first)
                pipe.execute()

    def _delete_run(self, run_id: str, owner: str) -> None:
        name = keys.run(run_id)
        others = ("correct", "certified", "rows", "ends", "skipped", "reasons")
        parts = (f"{name}:{part}" for part in (*SETS, *others))
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(name, *parts)
            pipe.zrem(keys.RUNS, run_id)
            pipe.zrem(keys.RUNS_EXPIRE, run_id)
            pipe.zrem(keys.owned_runs(owner), run_id)
            pipe.execute()
