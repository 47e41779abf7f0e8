"""Measure what a run of many rows costs: ``python -m benchmarks.run_rows``; ``--rows`` for another number.

It starts a server and a gateway on free ports, and fills two runs of 10,000 rows and one of 100 into the
store by the service's own scripts: with certificates, but without sampling. Then it asks each route again
and again, over one connection, and prints the median and the 99th percentile of the time to the first byte of
the answer's body and to its end. ``read`` is what the server sent to the gateway for one request: where it
is the same for 100 and for 10,000 rows, the route does not read all rows. Last it asks for summaries while
another client reads the evidence again and again; ``read`` then counts both.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
from redis import Redis

from benchmarks import machine
from benchmarks.bare_gateway import BareGateway, resident, running
from benchmarks.filled_runs import add_rows, end_rows, evidence_of
from benchmarks.networks import SHIPPED
from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore

FEW: Final = 100
LISTED: Final = 20
"""Runs that a page lists."""
OFTEN, SELDOM = 300, 5
"""Requests of a route that answers from counts, and of one that reads all rows."""
TSV: Final = "text/tab-separated-values"
ASKED: Final[dict[str, Any]] = {
    "model": "mnist",
    "certifier": "second_order",
    "sigma": 0.25,
    "n": 100_000,
    "radii": [0.1, 0.25, 0.5, 0.75, 1.0],
}


@dataclass(frozen=True, slots=True)
class Route:
    """A request about a run; ``times``: how often it is asked."""

    name: str
    path: str
    times: int = OFTEN
    accept: str = "application/json"
    endless: bool = False
    """Whether the answer is left after its first piece."""


@dataclass(frozen=True, slots=True)
class Stand:
    """What runs, and the client and the stores that are used on it."""

    bare: BareGateway
    http: httpx.Client
    server: Redis

    @property
    def settings(self) -> JobsSettings:
        """Return the settings of the stores."""
        return JobsSettings(redis_url=self.bare.server_url)

    def figure(self, section: str, name: str) -> int:
        """Return one figure of the server."""
        return int(self.server.info(section)[name])

    def memory(self) -> str:
        """Return the resident memory of gateway and server in words."""
        gateway, server = self.bare.gateway_pid, self.bare.server_pid
        return (
            f"gateway {resident(gateway)} MiB, at its peak {resident(gateway, 'VmHWM')}; "
            f"server {resident(server)} MiB, its data {self.figure('memory', 'used_memory') // 2**20} MiB"
        )


def filled(stand: Stand, rows: int, *, tell: Callable[[str], None] = lambda _: None) -> str:
    """Return a run of so many rows that have ended, and tell what they cost."""
    store = JobStore(stand.server, stand.settings)
    run_id = str(stand.http.post("/v1/runs", json=ASKED | {"name": f"{rows} rows"}).json()["id"])
    spec = RunStore(stand.server, stand.settings, store).get(run_id).spec
    before, began = _bytes(stand), time.perf_counter()
    added = add_rows(store, run_id, spec, rows)
    queued = _bytes(stand)
    end_rows(store, spec, added, evidence_of(spec.n))
    ended = _bytes(stand)
    for what, after in (("that are queued", queued), ("that have ended", ended)):
        memory, disk = ((now - then) / rows for now, then in zip(after, before, strict=True))
        tell(
            f"{rows:,} rows {what}: {memory:,.0f} bytes a row in the server, {disk:,.0f} appended to its file"
        )
    tell(f"filled in {time.perf_counter() - began:.0f} s; {stand.memory()}")
    return run_id


def _bytes(stand: Stand) -> tuple[int, int]:
    """Return the bytes of the server's data, and of its append-only file."""
    return stand.figure("memory", "used_memory"), stand.figure("persistence", "aof_current_size")


def routes_of(run_id: str, other: str, rows: int) -> list[Route]:
    """Return the requests about a run of so many rows that are measured."""
    path = f"/v1/runs/{run_id}"
    return [
        Route("summary", path),
        Route("events, the first", f"{path}/events", accept="text/event-stream", endless=True),
        Route(f"list of {LISTED} runs", f"/v1/runs?limit={LISTED}"),
        Route("first 100 rows", f"{path}/rows"),
        Route("last 100 rows", f"{path}/rows?after={rows - 100}"),
        Route("100 abstained rows", f"{path}/rows?among=abstained"),
        Route("curve", f"{path}/curve"),
        Route("curve, picture", f"{path}/curve", accept="image/svg+xml"),
        Route("comparison", f"{path}/comparison?with={other}", SELDOM),
        Route("results, TSV", f"{path}/results", SELDOM, TSV),
        Route("evidence, zip", f"{path}/evidence", SELDOM, "application/zip"),
    ]


def measured(stand: Stand, route: Route) -> str:
    """Ask a route again and again; return times in milliseconds and kB that the gateway read, for one."""
    firsts, whole = [], []
    ask(stand.http, route)
    before = stand.figure("stats", "total_net_output_bytes")
    for _ in range(route.times):
        began = time.perf_counter()
        firsts.append(1000 * (ask(stand.http, route) - began))
        whole.append(1000 * (time.perf_counter() - began))
    read = (stand.figure("stats", "total_net_output_bytes") - before) / route.times / 1000
    first, last = (np.percentile(each, [50, 99]) for each in (firsts, whole))
    return f"{first[0]:>9.1f}{first[1]:>9.1f}{last[0]:>10.1f}{last[1]:>9.1f}{read:>11.1f}"


def ask(client: httpx.Client, route: Route) -> float:
    """Read an answer to its end, and return when the first byte of its body came."""
    first = 0.0
    with client.stream("GET", route.path, headers={"Accept": route.accept}) as answer:
        if not answer.is_success:
            raise SystemExit(f"{route.path}: {answer.read().decode()}")
        for _ in answer.iter_raw():
            first = first or time.perf_counter()
            if route.endless:
                break
    return first


def report(stand: Stand, runs: Sequence[tuple[str, str, int]]) -> None:
    """Print one line for each route of each run: its id, that of a run to compare it with, and its rows."""
    print(f"\n{'':22}{'rows':>8}{'first ms':>14}{'p99':>4}{'whole ms':>10}{'p99':>9}{'read kB':>11}")
    for routes in zip(*(routes_of(*run) for run in runs), strict=True):
        for route, (_, _, rows) in zip(routes, runs, strict=True):
            print(f"{route.name:22}{rows:>8,}{measured(stand, route)}", flush=True)
    for run in runs:
        summary, *_, evidence = routes_of(*run)
        with asked_meanwhile(stand, evidence):
            print(f"{'summary beside it':22}{run[-1]:>8,}{measured(stand, summary)}", flush=True)
    print(f"\nafterwards: {stand.memory()}")


@contextmanager
def asked_meanwhile(stand: Stand, route: Route) -> Iterator[None]:
    """Ask a route again and again from another connection until the block ends."""
    done = threading.Event()

    def go_on() -> None:
        with httpx.Client(base_url=stand.bare.url, timeout=600) as http:
            while not done.is_set():
                ask(http, route)

    asking = threading.Thread(target=go_on)
    asking.start()
    try:
        yield
    finally:
        done.set()
        asking.join()


def main() -> int:
    """Fill the store, measure, and stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000, help="rows of a run (default: 10000)")
    rows = parser.parse_args().rows
    if not FEW <= rows <= 100_000:
        parser.error(f"--rows is from {FEW} to 100000")
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), SHIPPED) as bare,
        httpx.Client(base_url=bare.url, timeout=600) as http,
        Redis.from_url(bare.server_url) as server,
    ):
        stand = Stand(bare, http, server)
        server.config_set("auto-aof-rewrite-percentage", 0)  # bytes written are counted by the file's size
        print(f"empty: {stand.memory()}")
        large = filled(stand, rows, tell=print)
        other, small = filled(stand, rows), filled(stand, FEW)
        for _ in range(LISTED):
            filled(stand, 1)
        report(stand, [(small, large, FEW), (large, other, rows)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
