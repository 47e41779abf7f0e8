"""Measure the latency of status polls and submissions at a fixed rate, over HTTP on this machine.

    python -m benchmarks.load
    python -m benchmarks.load --polls 200 --submissions 2 --seconds 20
    python -m benchmarks.load --busy        # the same while a long job keeps every sampling process busy

The whole service is started on free ports of 127.0.0.1. Each request is sent when it is due, even if earlier
ones have not been answered, and its latency counts from then. So a gateway that falls behind shows it. The
rate and the time of a run are bounded.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks import machine, networks
from benchmarks.service import Work, running, submit
from benchmarks.setup import example
from certify_client import Parameters
from registry import Registry
from worker.cores import usable_cores

MODEL = "mnist"
SAMPLES = 1_000
WATCHED = 20
MOST_A_SECOND = 1_000
LONGEST_S = 120
LONG_JOB = 100_000_000
CONNECTIONS = 64


@dataclass(slots=True)
class Outcomes:
    """Latencies in seconds, and the number of answers of each status."""

    latencies: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)


async def send_steadily(
    client: httpx.AsyncClient, requests: list[httpx.Request], a_second: float, seconds: float
) -> Outcomes:
    """Send ``requests`` in turn, ``a_second`` of them, for ``seconds``; wait for all answers."""
    outcomes = Outcomes()
    began = asyncio.get_running_loop().time()
    turns = cycle(requests)
    async with asyncio.TaskGroup() as group:
        for number in range(round(a_second * seconds)):
            due = began + number / a_second
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            group.create_task(_send(client, next(turns), due, outcomes))
    return outcomes


async def _send(client: httpx.AsyncClient, request: httpx.Request, due: float, outcomes: Outcomes) -> None:
    again = httpx.Request(
        request.method, request.url, headers=request.headers, content=request.content
    )  # a request object is sent once
    try:
        answer = await client.send(again)
        outcomes.statuses[str(answer.status_code)] += 1
    except httpx.HTTPError as error:
        outcomes.statuses[type(error).__name__] += 1
    outcomes.latencies.append(asyncio.get_running_loop().time() - due)


def report(name: str, a_second: float, outcomes: Outcomes) -> None:
    """Print one line: rate, median, 99th percentile and maximum in milliseconds, and the statuses."""
    ordered = sorted(1000 * latency for latency in outcomes.latencies)
    tail = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    told = ", ".join(f"{status}: {number}" for status, number in sorted(outcomes.statuses.items()))
    print(
        f"{name}: {a_second:g}/s, p50 {statistics.median(ordered):.1f} ms, p99 {tail:.1f} ms, "
        f"max {ordered[-1]:.1f} ms ({told})"
    )


async def measure(url: str, jobs: list[str], body: dict[str, object], options: argparse.Namespace) -> None:
    """Poll and submit at the same time, and print both."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
        polls = [client.build_request("GET", f"/v1/certifications/{job}") for job in jobs]
        posts = [client.build_request("POST", "/v1/certifications", json=body)]
        polled, posted = await asyncio.gather(
            send_steadily(client, polls, options.polls, options.seconds),
            send_steadily(client, posts, options.submissions, options.seconds),
        )
    report("status polls", options.polls, polled)
    report("submissions", options.submissions, posted)


def main() -> int:
    """Start the service, submit jobs, measure, and stop it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--polls", type=float, default=200, help="status polls a second (default: 200)")
    parser.add_argument("--submissions", type=float, default=2, help="submissions a second (default: 2)")
    parser.add_argument("--seconds", type=float, default=20, help="default: 20")
    parser.add_argument("--busy", action="store_true", help="a long job runs on all processes meanwhile")
    options = parser.parse_args()
    if not (0 < options.polls <= MOST_A_SECOND and 0 < options.submissions <= MOST_A_SECOND):
        parser.error(f"rates are from 0 to {MOST_A_SECOND} a second")
    if not 0 < options.seconds <= LONGEST_S:
        parser.error(f"--seconds is at most {LONGEST_S}")
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        networks.prepare(models, MODEL)
        x = example(Registry(models).get(MODEL))
        parameters = Parameters(MODEL, certifier="first_order", sigma=0.25, n=SAMPLES)
        work = Work(parameters, x.shape, [float(value) for value in x.ravel()])
        tensor: dict[str, object] = {"shape": list(work.shape), "data": work.data}
        asked = {"model": MODEL, "certifier": "first_order", "sigma": 0.25, "n": SAMPLES}
        with running(models, Path(folder) / "data", processes=usable_cores(), threads=1) as client:
            jobs = [submit(client, work).id for _ in range(WATCHED)]
            for job in jobs:
                client.wait(job, timeout_s=LONGEST_S)
            if options.busy:
                submit(client, replace(work, parameters=replace(parameters, n=LONG_JOB)))
            began = time.perf_counter()
            asyncio.run(measure(client.url, jobs, {**asked, "tensor": tensor}, options))
            print(f"took {time.perf_counter() - began:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
