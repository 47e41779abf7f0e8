"""The store of runs: makes, reads and cancels them. Rows are jobs, so the job store makes them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.job_errors import RunClosed, RunNotFound, limit_reached
from jobs.job_ids import new_id
from jobs.runs.run_decoding import decode_row, decode_run
from jobs.runs.run_listing import ALL, RunFilter, RunListing, RunPage
from jobs.runs.run_records import RUN_VERSION, Reached, Row, RunCounts, RunRecord, RunSpec, SkippedRow
from jobs.scripts import load_script
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore

CANCELLED_AT_ONCE: Final = 100
"""Rows that are listed and then cancelled in one turn. A choice; it bounds what a turn reads."""
SETS: Final = ("open", "failed", "cancelled", "abstained", "wrong")
"""Names of the sets of rows that can be listed. The same names are in jobs/lua/finish.lua."""


class RunStore:
    """Reads and writes runs. Every method raises StoreUnavailable when the server is away."""

    def __init__(self, client: Redis, settings: JobsSettings, store: JobStore) -> None:
        self._redis = client
        self._settings = settings
        self._store = store
        self._create = load_script(client, "create_run")
        self._skip = load_script(client, "skip_row")
        self._listing = RunListing(client)

    def create(self, spec: RunSpec, most: int = 0, most_owned: int = 0) -> RunRecord:
        """Store a new run. Raises StoreFull at ``most`` in all, OwnerRunsFull at ``most_owned`` of its owner.

        A limit of 0 is none. Runs without an owner have no limit of their own.
        """
        run_id, now = new_id(), time.time()
        names = [keys.run(run_id), keys.RUNS, keys.RUNS_EXPIRE, keys.owned_runs(spec.owner)]
        until = now + self._settings.result_ttl_s
        told: list[str | float] = [
            run_id,
            f"{now:.6f}",
            RUN_VERSION,
            spec.model_dump_json(),
            spec.owner,
            until,
            most,
            most_owned,
            spec.radius_steps,
        ]
        with store_errors():
            answer = cast("list[bytes]", self._create(keys=names, args=told))
        what, about = (part.decode() for part in answer)
        if what == "full":
            raise limit_reached(about)
        return RunRecord(
            id=run_id,
            spec=spec,
            cancelled=False,
            created_at=float(about),
            ended_at=None,
            counts=RunCounts(),
        )

    def get(self, run_id: str) -> RunRecord:
        """Read a run. Raises RunNotFound or UnsupportedRecord."""
        with store_errors():
            fields = self._redis.hgetall(keys.run(run_id))
        if not fields:
            raise RunNotFound(run_id)
        return decode_run(run_id, cast("dict[bytes, bytes]", fields))

    def list_runs(
        self, limit: int, cursor: str | None = None, owner: str = "", only: RunFilter = ALL
    ) -> RunPage:
        """List at most ``limit`` runs of an owner, newest first, from ``cursor`` on. Raises InvalidCursor."""
        return self._listing.page(limit, cursor, owner, only)

    def rows(self, run_id: str, after: int, limit: int, among: str | None = None) -> list[Row]:
        """Return at most ``limit`` rows whose number is larger than ``after``, in the order of their arrival.

        ``among``: one of ``SETS``, or None for all rows.
        """
        name = keys.run(run_id)
        with store_errors():
            if among is None:
                numbers = list(range(after + 1, after + 1 + limit))
            else:
                listed = self._redis.zrangebyscore(f"{name}:{among}", f"({after}", "+inf", 0, limit)
                numbers = [int(number) for number in cast("list[bytes]", listed)]
            if not numbers:
                return []
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.hmget(f"{name}:rows", [str(number) for number in numbers])
                pipe.hmget(f"{name}:ends", [str(number) for number in numbers])
                begun, ended = pipe.execute()
        rows = zip(numbers, begun, ended, strict=True)
        return [decode_row(number, begin, end) for number, begin, end in rows if begin is not None]

    def skip(
        self, run_id: str, key: str, reason: str, most: int = 0, owner: str = "", memory: int = 0
    ) -> None:
        """Note that no row of this key will come, and why, unless it is there. It may be called again.

        Raises RunClosed if the run takes no rows any more, RunFull if it has ``most`` rows and skipped keys,
        and StoreFull if the server uses ``memory`` bytes; 0 is no limit.
        """
        until = time.time() + self._settings.result_ttl_s
        names = [keys.run(run_id), keys.idempotency(keys.row_name(run_id, key), owner)]
        with store_errors():
            answer = self._skip(keys=names, args=[key, reason, most, until, run_id, memory])
        told = cast("bytes", answer).decode()
        if told == "closed":
            raise RunClosed("the run is cancelled and takes no more rows: begin another")
        if told not in {"noted", "there"}:
            raise limit_reached(told)

    def skipped(self, run_id: str, after: int, limit: int) -> list[SkippedRow]:
        """Return at most ``limit`` rows that will not come, of numbers larger than ``after``."""
        name = keys.run(run_id)
        with store_errors():
            entries = self._redis.zrange(
                f"{name}:skipped", f"({after}", "+inf", byscore=True, offset=0, num=limit, withscores=True
            )
            listed = cast("list[tuple[bytes, float]]", entries)
            if not listed:
                return []
            reasons = self._redis.hmget(f"{name}:reasons", [key.decode() for key, _ in listed])
        return [
            SkippedRow(number=int(number), key=key.decode(), reason=reason.decode())
            for (key, number), reason in zip(listed, cast("list[bytes | None]", reasons), strict=True)
            if reason is not None
        ]

    def certified(
        self, run_id: str, radii: Sequence[float], reached: Reached = Reached.CORRECT
    ) -> tuple[RunRecord, list[int]]:
        """Return a run, and how many rows reach each of these radii, in input units.

        Both are of one moment, so that no more rows count than have ended. Raises RunNotFound.
        """
        with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.run(run_id))
            for radius in radii:
                pipe.zcount(f"{keys.run(run_id)}:{reached}", repr(radius), "+inf")
            fields, *numbers = pipe.execute()
        if not fields:
            raise RunNotFound(run_id)
        return decode_run(run_id, fields), [int(number) for number in numbers]

    def radii(
        self, run_id: str, most: int, reached: Reached = Reached.CORRECT
    ) -> tuple[RunRecord, list[tuple[float, int]]]:
        """Return a run, and at most ``most`` points of its curve of rows, smallest radius first.

        A point (r, k) says that k rows have a radius of at least r. Every radius is one of a row's,
        so what is left out never lies above what is returned. Raises RunNotFound.
        """
        name = f"{keys.run(run_id)}:{reached}"
        with store_errors():
            count = self._redis.zcard(name)
            ranks = sorted({(count - 1) * i // max(1, most - 1) for i in range(most)}) if count else []
            with self._redis.pipeline(transaction=False) as pipe:
                for rank in ranks:
                    pipe.zrange(name, rank, rank, withscores=True)
                found = [entry[0][1] for entry in pipe.execute() if entry]
        run, numbers = self.certified(run_id, found, reached)
        return run, list(zip(found, numbers, strict=True))

    def cancel(self, run_id: str) -> RunRecord:
        """Take no further rows, and cancel those that have not ended. Raises RunNotFound.

        To repeat the call is harmless; it goes on where an interrupted one ended.
        """
        record = self.get(run_id)
        name = keys.run(run_id)
        with store_errors():
            self._redis.hset(name, "status", "cancelled")
        while rows := self.rows(run_id, 0, CANCELLED_AT_ONCE, "open"):
            for row in rows:
                self._store.cancel(row.job_id)
        return self.get(record.id)
