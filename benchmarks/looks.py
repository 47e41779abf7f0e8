"""What a poll and an event of a stream cost a gateway, beside another release and beside an empty route.

    python -m benchmarks.looks --before REVISION        # both sides in turns, and their ratios
    python -m benchmarks.looks                          # this release and the empty routes alone

The gateways take turns, so that a change of load affects all of them. Many clients poll a few jobs, of which
half have ended and half are running; then many jobs in turn, so that no two polls share a look; then many
streams follow one running job, whose progress changes all the time. Rates are what a gateway answers while it
has a core to itself: they need a quiet machine of two cores. The processor time of the gateway for each
answer, and its ratios, say nearly the same on a loaded one.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from redis import Redis

from benchmarks import bare_gateway, bombardment, machine
from benchmarks.bombardment import Rate
from benchmarks.filled_runs import add_rows, end_rows, evidence_of
from benchmarks.store import own_server
from certificates import SECOND_ORDER
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.runs.run_records import RunSpec
from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore

ROOT: Final = Path(__file__).parent.parent
JOBS: Final = 4
MANY: Final = 600
"""Jobs that are polled in turn, so many that no look at one is fresh when its turn comes again."""
SAMPLES: Final = 100_000_000
LOOK_S: Final = 0.05
"""Longest pause between two looks of a stream while it is measured: as short as the first ones are."""
CHANGE_S: Final = 0.01
SETTINGS: Final = {
    "CERTIFY_EVENTS_INTERVAL_S": str(LOOK_S),
    "CERTIFY_MAX_EVENT_STREAMS": "1000",
    "CERTIFY_MAX_REQUESTS": "1000",
}


@dataclass(slots=True)
class Contender:
    """A process that answers, and what it answered in each turn."""

    name: str
    port: int
    pid: int
    polls: list[Rate] = field(default_factory=list)
    alone: list[Rate] = field(default_factory=list)
    events: list[Rate] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watched:
    """Jobs of a store: some have ended with a certificate, some are running, and many are queued."""

    ended: list[str]
    running: list[str]
    queued: list[str]
    ledger: Ledger

    async def change(self) -> None:
        """Report progress of the first running job again and again."""
        done = 0
        while True:
            done += 1
            await asyncio.to_thread(self.ledger.report, self.running[0], 0, done)
            await asyncio.sleep(CHANGE_S)


def watched_jobs(url: str) -> Watched:
    """Store jobs as gateway and workers do."""
    settings = JobsSettings(redis_url=url)
    client = Redis.from_url(url)
    store = JobStore(client, settings)
    runs = RunStore(client, settings, store)
    spec = RunSpec(
        name="looks",
        model="mnist",
        model_sha256="0" * 64,
        certifier=SECOND_ORDER,
        sigma=0.25,
        n=SAMPLES,
        n0=100,
        eta=0.001,
        seed=1,
    )
    added = add_rows(store, runs.create(spec).id, spec, JOBS + MANY)
    end_rows(store, spec, added[: JOBS // 2], evidence_of(SAMPLES, JOBS // 2))
    leases = Leases(client, "nobody", 600)
    ids = [job_id for job_id, _ in added]
    running = ids[JOBS // 2 : JOBS]
    for job_id in running:
        leases.acquire(Step(job_id, "select"))
    return Watched(ids[: JOBS // 2], running, ids[JOBS:], Ledger(client))


@contextmanager
def program(arguments: list[str], folder: Path, settings: dict[str, str]) -> Iterator[int]:
    """Run a module of the release in ``folder`` until the block ends; yield its process's id."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 - our own modules
            [sys.executable, "-m", *arguments], cwd=folder, env=os.environ | settings, stderr=log
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


def unpacked(revision: str, folder: Path) -> Path:
    """Unpack another release of this repository into ``folder``."""
    packed = subprocess.run(  # noqa: S603 - the developer's own git and revision
        ["git", "archive", revision],  # noqa: S607 - as above
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def gateway(stack: ExitStack, name: str, folder: Path, server_url: str) -> Contender:
    """Start the gateway of the release in ``folder``."""
    port = bare_gateway.free_ports()[0]
    told = {"CERTIFY_REDIS_URL": server_url, "CERTIFY_PORT": str(port), **SETTINGS}
    pid = stack.enter_context(program(["service"], folder, told))
    bare_gateway.wait_for(f"http://127.0.0.1:{port}")
    return Contender(name, port, pid)


def empty(stack: ExitStack, name: str, *more: str) -> Contender:
    """Start an empty route."""
    port = bare_gateway.free_ports()[0]
    pid = stack.enter_context(program(["benchmarks.empty_route", str(port), *more], ROOT, {}))
    bare_gateway.wait_for(f"http://127.0.0.1:{port}", "/nothing")
    return Contender(name, port, pid)


def measure(
    gateways: list[Contender], empties: list[Contender], watched: Watched, asked: argparse.Namespace
) -> None:
    """Let all take turns."""
    shared, alone = (
        [f"/v1/certifications/{job_id}" for job_id in job_ids]
        for job_ids in (watched.ended + watched.running, watched.queued)
    )
    followed = [f"/v1/certifications/{watched.running[0]}/events"]
    clients, streams, seconds = asked.clients, asked.streams, asked.seconds
    for _ in range(asked.turns):
        for one in gateways:
            one.polls.append(bombardment.polls(one.port, one.pid, shared, clients, seconds))
            one.alone.append(bombardment.polls(one.port, one.pid, alone, clients, seconds, apart=True))
            one.events.append(
                bombardment.streams(one.port, one.pid, followed, streams, seconds, watched.change)
            )
        for one in empties:
            one.polls.append(bombardment.polls(one.port, one.pid, ["/nothing"], clients, seconds))


def report(contenders: list[Contender]) -> None:
    """Print medians, and ratios to the first contender turn by turn."""
    first = contenders[0]
    print("| | polls/s | ms of a core | unshared polls/s | ms of a core | events/s | ms of a core |")
    print("|---" * 7 + "|")
    for one in contenders:
        cells = [
            *_cells(one.polls, first.polls),
            *_cells(one.alone, first.alone),
            *_cells(one.events, first.events),
        ]
        print(f"| {one.name} | {' | '.join(cells)} |")


def _cells(turns: list[Rate], first: list[Rate]) -> list[str]:
    if not turns:
        return ["", ""]
    pairs = list(zip(turns, first, strict=True))
    faster = statistics.median(mine.a_second / theirs.a_second for mine, theirs in pairs)
    less = statistics.median(theirs.cpu_s / mine.cpu_s for mine, theirs in pairs)
    rate = statistics.median(turn.a_second for turn in turns)
    cost = statistics.median(1000 * turn.cpu_s for turn in turns)
    return [f"{rate:,.0f} ({faster:.2f} x)", f"{cost:.3f} (1/{less:.2f})"]


def main() -> int:
    """Start everything, measure and stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--before", help="a revision of git to compare with, for example HEAD~1")
    parser.add_argument("--seconds", type=float, default=4, help="time of each count (default: 4)")
    parser.add_argument("--turns", type=int, default=3, help="default: 3")
    parser.add_argument("--clients", type=int, default=32, help="connections that poll (default: 32)")
    parser.add_argument("--streams", type=int, default=200, help="streams that follow (default: 200)")
    asked = parser.parse_args()
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = stack.enter_context(own_server(folder / "server"))
        gateways = []
        if asked.before:
            before = unpacked(asked.before, folder / "before")
            gateways.append(gateway(stack, f"gateway of {asked.before}", before, url))
        gateways.append(gateway(stack, "this gateway", ROOT, url))
        empties = [empty(stack, "empty route of FastAPI"), empty(stack, "the HTTP server alone", "bare")]
        measure(gateways, empties, watched_jobs(url), asked)
        report(gateways + empties)
    return 0


if __name__ == "__main__":
    sys.exit(main())
