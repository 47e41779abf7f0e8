"""Where a fleet saturates, and what moves that point: a simulation up to 10,000 sampling processes.

    python -m benchmarks.fleet                 # the table of docs/scale.md
    python -m benchmarks.fleet --measure       # what requests cost a gateway, for data/fleet_costs.toml
    python -m benchmarks.fleet --check         # the simulation against the real service at 1 and 2 workers

The simulation needs no quiet machine; the check does. `--measure` counts processor time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from benchmarks.fleet_check import check, measure
from benchmarks.fleet_model import Costs, Fleet, Load, Outcome, simulate

SIZES: Final = (1, 10, 100, 300, 1_000, 3_000, 10_000)
LOADS: Final = {"30 s a job": Load(1_000_000, 30.0), "0.75 s a job": Load(1_000_000, 0.75)}
ENOUGH: Final = 0.9
"""Past its knee a fleet samples less than this share of the time. A choice."""
STORE_SHARE: Final = 0.5
"""Share of one store that shards may take where they grow with the fleet. A choice."""

PAUSE_S: Final = 0.5
"""The default of ``CERTIFY_EVENTS_INTERVAL_S``."""
LONG_PAUSE_S: Final = 30.0
"""Another value of it. A choice: the end is told at once all the same."""


def _longer(fleet: Fleet) -> Fleet:
    """Return the fleet with shards that grow with the processes: the stores keep half of their time."""
    costs = Costs.read()
    least = fleet.processes * costs.shard / (STORE_SHARE * fleet.stores)
    return replace(fleet, shard_s=max(fleet.shard_s, least))


REMEDIES: Final[Mapping[str, Callable[[Fleet], Fleet]]] = {
    "as it is: one gateway, one store, a poll a second for each job": lambda fleet: fleet,
    "8 gateways": lambda fleet: replace(fleet, gateways=8),
    "a stream for each job, one gateway": lambda fleet: replace(fleet, stream_pause_s=PAUSE_S),
    "streams that look every 30 s, one gateway": lambda fleet: replace(fleet, stream_pause_s=LONG_PAUSE_S),
    "these, and shards grow with the fleet": lambda fleet: _longer(
        replace(fleet, stream_pause_s=LONG_PAUSE_S)
    ),
    "these, and 16 processes a worker": lambda fleet: _longer(_followed(fleet, 1, 1)),
    "these, and 4 stores, 4 gateways": lambda fleet: _longer(_followed(fleet, 4, 4)),
    "these, and 16 stores, 16 gateways": lambda fleet: _longer(_followed(fleet, 16, 16)),
}


def _followed(fleet: Fleet, stores: int, gateways: int) -> Fleet:
    return replace(
        fleet, stream_pause_s=LONG_PAUSE_S, processes_a_worker=16, stores=stores, gateways=gateways
    )


def main() -> int:
    """Do what the arguments say; return 1 if a check fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if options.measure:
        measure()
        return 0
    if options.check:
        return 0 if check() else 1
    for name, load in LOADS.items():
        _print_table(name, load)
    return 0


def _print_table(name: str, load: Load) -> None:
    print(f"\n{load.jobs:,} jobs, {name}: share of its time that the fleet samples, by its processes\n")
    print(f"| | {' | '.join(f'{size:,}' for size in SIZES)} | knee | busy at 10,000 |")
    print("|---" * (len(SIZES) + 3) + "|")
    for remedy, change in REMEDIES.items():
        outcomes = {size: _outcome(change, size, load) for size in SIZES}
        cells = " | ".join(f"{100 * outcome.used:.0f} %" for outcome in outcomes.values())
        print(f"| {remedy} | {cells} | {_knee(change, load, outcomes)} | {_busy(outcomes[SIZES[-1]])} |")


def _outcome(change: Callable[[Fleet], Fleet], processes: int, load: Load) -> Outcome:
    return simulate(Costs.read(), change(Fleet(processes)), load)


def _busy(outcome: Outcome) -> str:
    """Say how busy gateways and stores are."""
    return f"gateway {outcome.gateway:.0%}, store {outcome.store:.0%}"


def _knee(change: Callable[[Fleet], Fleet], load: Load, known: Mapping[int, Outcome]) -> str:
    """Return the most processes that sample for the share that is enough, to about 5 %."""
    good = max((size for size, outcome in known.items() if outcome.used >= ENOUGH), default=0)
    if good == SIZES[-1]:
        return f"> {good:,}"
    if good == 0:
        return "none"
    bad = min(size for size in SIZES if size > good)
    while bad > 1.05 * good and bad - good > 1:
        middle = (good + bad) // 2
        if _outcome(change, middle, load).used >= ENOUGH:
            good = middle
        else:
            bad = middle
    return f"{good:,}"


if __name__ == "__main__":
    sys.exit(main())
