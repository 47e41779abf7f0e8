"""A discrete-event simulation of gateways, job stores and a fleet of workers, fed with measured costs.

Sampling processes are simulated in bundles that take as many shards at once, and long loads are cut after
``TURNS`` bundles of shards: what is stated are shares and rates, which neither changes.
"""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import simpy

COSTS: Final = Path(__file__).parent / "data" / "fleet_costs.toml"
CELLS: Final = 512
"""Most bundles that sampling processes are simulated in. A choice: enough that they do not move in step."""
TURNS: Final = 20_000
"""Most bundles of shards that are simulated. A choice: a second or two for a fleet."""
FULL: Final = 0.999
"""Largest share of a gateway or a store that things other than jobs may take before no jobs get through."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of one core: of the store for ``job``, ``shard``, ``look``, ``idle``; of the gateway the rest.

    ``idle`` is for each second of each worker. ``poll`` is for one that shares its look with nobody,
    ``stream_look`` for a look at a job that is followed, with its event, and ``stream`` for a stream that is
    opened and told the end of its job.
    """

    job: float
    shard: float
    look: float
    idle: float
    submission: float
    poll: float
    stream_look: float
    stream: float

    @classmethod
    def read(cls, path: Path = COSTS) -> Costs:
        """Read measured costs."""
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        store, gateway = found["server"], found["gateway"]
        return cls(
            *(store[name] for name in ("job", "shard", "look", "idle")),
            *(gateway[name] for name in ("submission", "poll", "stream_look", "stream")),
        )


@dataclass(frozen=True, slots=True)
class Fleet:
    """What is simulated: ``processes`` that sample shards of ``shard_s`` seconds, and what they share.

    As many jobs as there are processes are followed: by ``polls`` a second, or, if ``stream_pause_s`` is set,
    each by a stream for which the gateway looks at the job once in that time, and which is told the end at
    once. Each worker belongs to one of the stores.
    """

    processes: int
    shard_s: float = 0.75
    stores: int = 1
    gateways: int = 1
    polls: float = 1.0
    stream_pause_s: float | None = None
    processes_a_worker: int = 2


@dataclass(frozen=True, slots=True)
class Load:
    """``jobs``, each of ``sampling_s`` seconds of sampling by one process."""

    jobs: int
    sampling_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a load. ``used``: the share of the time that the fleet's processes were sampling."""

    elapsed_s: float
    jobs_per_s: float
    used: float
    store: float
    gateway: float


class _Run:
    """One simulation."""

    def __init__(self, costs: Costs, fleet: Fleet, load: Load, seed: int) -> None:
        self._fleet = fleet
        self._random = random.Random(seed)  # noqa: S311 - a simulation
        self._shards = max(1, math.ceil(load.sampling_s / fleet.shard_s))
        self._shard_s = load.sampling_s / self._shards
        self._of_a_shard = (costs.job + (self._shards - 1) * costs.shard) / self._shards
        looks, look, stream = fleet.processes * fleet.polls, costs.poll, 0.0
        if fleet.stream_pause_s is not None:
            looks, look, stream = fleet.processes / fleet.stream_pause_s, costs.stream_look, costs.stream
        workers = fleet.processes / fleet.processes_a_worker
        self.idle_store = (costs.idle * workers + costs.look * looks) / fleet.stores
        self.idle_gateway = look * looks / fleet.gateways
        of_a_job = costs.submission + stream
        self._submission = of_a_job / max(1e-9, 1 - self.idle_gateway)
        self._bundle = math.ceil(fleet.processes / CELLS)
        whole = load.jobs * self._shards
        self._to_do = min(whole, TURNS * self._bundle)
        self.simulated = self._to_do
        self.scale = whole / self._to_do
        self._env = simpy.Environment()
        self._stores = [simpy.Resource(self._env) for _ in range(fleet.stores)]
        self._waiting = simpy.Container(self._env)
        self.store_busy = self.gateway_busy = self.sampled = 0.0

    def go(self) -> float:
        """Simulate; return the seconds that it takes."""
        accepted = [self._env.process(self._gateway(number)) for number in range(self._fleet.gateways)]
        cells = math.ceil(self._fleet.processes / self._bundle)
        sizes = [len(range(cell, self._fleet.processes, cells)) for cell in range(cells)]
        cells_done = [self._env.process(self._cell(size)) for size in sizes]
        self._env.run(self._env.all_of(accepted + cells_done))
        return float(self._env.now)

    def _gateway(self, number: int) -> Generator[simpy.Event]:
        """Accept this gateway's part of the jobs, one after the other."""
        mine = len(range(number, self.simulated, self._fleet.gateways))
        while mine:
            shards = min(mine, max(self._bundle, self._shards))
            yield self._env.timeout(self._submission * shards / self._shards)
            self.gateway_busy += self._submission * shards / self._shards
            yield self._waiting.put(shards)
            mine -= shards

    def _cell(self, size: int) -> Generator[simpy.Event]:
        """Take a shard for each process of the bundle, tell the store, sample; again and again."""
        yield self._env.timeout(self._random.uniform(0, self._shard_s))
        while self._to_do:
            shards = min(size, self._to_do)
            self._to_do -= shards
            yield self._waiting.get(shards)
            with self._random.choice(self._stores).request() as place:
                yield place
                busy = shards * self._of_a_shard / (1 - self.idle_store)
                self.store_busy += busy
                yield self._env.timeout(busy)
            took = self._shard_s * self._random.uniform(0.9, 1.1)
            yield self._env.timeout(took)
            self.sampled += shards * took


def simulate(costs: Costs, fleet: Fleet, load: Load, seed: int = 1) -> Outcome:
    """Simulate a load that is all there from the beginning."""
    run = _Run(costs, fleet, load, seed)
    if run.idle_store >= FULL or run.idle_gateway >= FULL:
        return Outcome(math.inf, 0.0, 0.0, min(1.0, run.idle_store), min(1.0, run.idle_gateway))
    seconds = run.go()

    def share(busy: float, others: float, number: int) -> float:
        """Return how much of ``number`` is busy; ``busy`` was lengthened by what ``others`` take."""
        return others + (1 - others) * busy / (seconds * number)

    return Outcome(
        elapsed_s=seconds * run.scale,
        jobs_per_s=load.jobs / (seconds * run.scale),
        used=run.sampled / (seconds * fleet.processes),
        store=share(run.store_busy, run.idle_store, fleet.stores),
        gateway=share(run.gateway_busy, run.idle_gateway, fleet.gateways),
    )
