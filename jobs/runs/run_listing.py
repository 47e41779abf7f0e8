"""List runs page by page, with what each counts, in one round trip a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from redis import Redis

from jobs import keys
from jobs.connection import store_errors
from jobs.listing import decode_cursor, encode_cursor
from jobs.runs.run_decoding import decode_run
from jobs.runs.run_records import RunRecord, RunState
from jobs.scripts import load_script

MOST_SEEN: Final = 500
"""Runs that one page looks at, at most. A choice: the server answers nobody else meanwhile."""


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs are listed: those in this state, of this model, by this certifier, whose name begins so.

    An empty ``prefix`` and None leave all in.
    """

    state: RunState | None = None
    model: str | None = None
    certifier: str | None = None
    prefix: str = ""


ALL: Final = RunFilter()


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A run, and how many of its rows are correct with at least each of its radii of interest."""

    run: RunRecord
    certified: list[int]


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs, newest first. It may be short; ``next_cursor`` is None on the last page alone."""

    runs: tuple[CountedRun, ...]
    next_cursor: str | None


class RunListing:
    """Lists the runs of owners."""

    def __init__(self, client: Redis) -> None:
        self._list = load_script(client, "list_runs")

    def page(self, limit: int, cursor: str | None, owner: str, only: RunFilter) -> RunPage:
        """Return at most ``limit`` runs behind ``cursor``, among the next ``MOST_SEEN`` runs.

        Raises InvalidCursor, and UnsupportedRecord for a run of another version.
        """
        behind = f"({decode_cursor(cursor)!r}" if cursor is not None else "+inf"
        asked: list[str | int] = [
            keys.run(""),
            behind,
            limit,
            MOST_SEEN,
            owner,
            "" if only.state is None else only.state.value,
            only.model or "",
            only.certifier or "",
            only.prefix,
        ]
        with store_errors():
            index = keys.owned_runs(owner) if owner else keys.RUNS
            following, *found = cast("list[bytes | list[bytes]]", self._list(keys=[index], args=asked))
        runs = tuple(_counted(cast("list[bytes]", each)) for each in found)
        return RunPage(runs, encode_cursor(float(cast("bytes", following))) if following else None)


def _counted(told: list[bytes]) -> CountedRun:
    run_id, counts, *fields = told
    stored = dict(zip(fields[::2], fields[1::2], strict=True))
    return CountedRun(decode_run(run_id.decode(), stored), [int(count) for count in counts.split()])
