"""The simulation of a fleet gives what arithmetic gives where nothing, or only one thing, is busy."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import pytest

from benchmarks.fleet_model import Costs, Fleet, Load, simulate

FREE: Final = Costs(
    job=0.0, shard=0.0, look=0.0, idle=0.0, submission=0.0, poll=0.0, stream_look=0.0, stream=0.0
)
LOAD: Final = Load(jobs=2_000, sampling_s=3.0)


@pytest.mark.parametrize("processes", [1, 7, 1_000])
def test_without_costs_the_fleet_never_waits(processes: int) -> None:
    outcome = simulate(FREE, Fleet(processes), LOAD)
    assert outcome.elapsed_s == pytest.approx(LOAD.jobs * LOAD.sampling_s / processes, rel=0.25)
    assert 0.8 < outcome.used <= 1.0


@pytest.mark.parametrize("stores", [1, 3])
def test_a_store_that_is_full_gives_as_many_shards_as_it_can(stores: int) -> None:
    costs = replace(FREE, job=0.01, shard=0.01)
    outcome = simulate(costs, Fleet(2_000, stores=stores), Load(jobs=10_000, sampling_s=3.0))
    assert outcome.jobs_per_s == pytest.approx(stores / (4 * 0.01), rel=0.1)
    assert outcome.store == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("gateways", [1, 4])
def test_a_gateway_that_is_full_gives_as_many_jobs_as_it_can(gateways: int) -> None:
    costs = replace(FREE, submission=0.02)
    outcome = simulate(costs, Fleet(1_000, gateways=gateways), Load(jobs=20_000, sampling_s=0.75))
    assert outcome.jobs_per_s == pytest.approx(gateways / 0.02, rel=0.1)
    assert outcome.gateway == pytest.approx(1.0, abs=0.1)


def test_polls_that_take_the_whole_gateway_let_no_job_through() -> None:
    costs = replace(FREE, poll=0.002, stream_look=0.001)
    assert simulate(costs, Fleet(600, polls=1.0), LOAD).jobs_per_s == 0
    assert simulate(costs, Fleet(600, polls=1.0), LOAD).elapsed_s == math.inf
    assert simulate(costs, Fleet(600, stream_pause_s=0.5), LOAD).jobs_per_s == 0
    assert simulate(costs, Fleet(600, stream_pause_s=30.0), LOAD).used > 0.9


def test_workers_that_wait_take_a_share_of_the_store() -> None:
    costs = replace(FREE, job=0.01, shard=0.01, idle=0.001)
    waiting = simulate(costs, Fleet(1_000), Load(jobs=10_000, sampling_s=0.75))
    assert waiting.jobs_per_s == pytest.approx(0.5 / 0.01, rel=0.1)
    assert simulate(costs, Fleet(1_000, processes_a_worker=20), LOAD).store > 0.05
