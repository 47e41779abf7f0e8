"""Plans of jobs that no model has."""

from __future__ import annotations

from certificates import Weights
from jobs.plan import Plan, RuntimeIdentity
from tests.support.fleets import here

SHARDS = 12


def plan_of(target: int = 0, shards: int = SHARDS) -> Plan:
    runtime = RuntimeIdentity(
        name="torchscript",
        version="2",
        provider="cpu",
        precision="float32",
        rows=100,
        threads=1,
        noise="philox4x32-10/box-muller/float32",
    )
    return Plan(
        target=target,
        label="negative",
        manifest_sha256="0" * 64,
        batch=100,
        blocks=shards,
        shard_blocks=1,
        weights=Weights.SCORES,
        runtime=runtime,
        fleet=here(),
    )
