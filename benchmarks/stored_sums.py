"""What the split sums of second order take in the store, at 224 x 224 x 3: bytes alone, on any machine."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import redis

from certificates import SECOND_ORDER, Bounds, Evidence, GradientSums, HitCounts, SplitSums
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.plan import Fleet, Plan, RuntimeIdentity
from jobs.shared_settings import JobsSettings
from jobs.spec import InputRecord, JobSpec
from jobs.store import JobStore

SHAPE: Final = (3, 224, 224)
D: Final = 150_528
SHARDS: Final = 64
SAMPLES: Final = 2_000
"""Of a shard."""
WINDOW: Final = 3


def measure(client: redis.Redis) -> None:
    """Store and merge the shards of one job as workers do, and print what the server saw of it."""
    job_id, spec, plan = _job(client)
    ledger, rng = Ledger(client), np.random.default_rng(0)
    before, most = client.info(), 0
    for shard in range(SHARDS):
        standing = ledger.store_shard(job_id, plan, shard, _evidence(rng))
        ledger.merge(job_id, spec, plan, WINDOW, standing)
        most = max(most, int(client.info("memory")["used_memory"]) - int(before["used_memory"]))
    after = client.info()
    sent, received, appended = (
        (int(after[name]) - int(before[name])) / SHARDS / 1e6
        for name in ("total_net_input_bytes", "total_net_output_bytes", "aof_current_size")
    )
    print(
        f"split sums at d = {D:,}, {SHARDS} shards in order: each shard {sent:.2f} MB to the server, "
        f"{received:.2f} MB from it, {appended:.2f} MB appended; the job takes {most / 1e6:.1f} MB at most"
    )


def _evidence(rng: np.random.Generator) -> Evidence:
    """Return what a shard of a model counts that gives its class three quarters of the votes."""
    deviation = 0.5 * (SAMPLES / 2) ** 0.5
    halves = (rng.normal(0.0, deviation, D) for _ in range(2))
    sums = SplitSums.of_block(SAMPLES // 2, next(halves), SAMPLES // 2, next(halves))
    votes = HitCounts(SAMPLES, 0, (3 * SAMPLES // 4, SAMPLES // 4))
    return Evidence(hits=votes, gradient=GradientSums(D, 0, 0.0, split=sums))


def _job(client: redis.Redis) -> tuple[str, JobSpec, Plan]:
    """Store a job and begin it."""
    content = bytes(4 * D)
    spec = JobSpec(
        model="none",
        model_sha256="0" * 64,
        certifier=SECOND_ORDER,
        bounds=Bounds.TIGHT,
        sigma=0.5,
        n=SHARDS * SAMPLES,
        n0=100,
        eta=0.001,
        seed=1,
        input=InputRecord(
            shape=SHAPE, low=0.0, high=1.0, sha256=hashlib.sha256(content).hexdigest(), source="tensor"
        ),
    )
    job_id = JobStore(client, JobsSettings()).create(spec, content).job_id
    Leases(client, "benchmark", 60.0).acquire(Step(job_id, "select"))
    runtime = RuntimeIdentity(
        name="onnxruntime", version="1", provider="cpu", precision="float32", rows=2, threads=1, noise="none"
    )
    fleet = Fleet(device="cpu", versions={"onnxruntime": "1"}, noise=("none",), machine="none")
    plan = Plan(
        target=0,
        label="none",
        manifest_sha256="0" * 64,
        batch=SAMPLES,
        blocks=SHARDS,
        shard_blocks=1,
        runtime=runtime,
        fleet=fleet,
    )
    return job_id, spec, Ledger(client).fix_plan(job_id, plan)
