"""What the gradient sums of second order take in the store: bytes alone, on any machine."""

from __future__ import annotations

import hashlib
import math
from typing import Final

import numpy as np
import redis

from certificates import SECOND_ORDER, AllPairsSums, Bounds, Evidence, GradientSums, HitCounts, Weights
from certificates.claim.claim_rules import LARGEST_SUMS
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.plan import Fleet, Plan, RuntimeIdentity
from jobs.shared_settings import JobsSettings
from jobs.spec import InputRecord, JobSpec
from jobs.store import JobStore

SHAPES: Final = ((3, 224, 224), (LARGEST_SUMS,))
"""A picture, and the largest input whose sums are stored."""
SHARDS: Final = 64
SAMPLES: Final = 2_000
"""Of a shard."""
WINDOW: Final = 3


def measure(client: redis.Redis) -> None:
    """Store and merge the shards of a job of each shape as workers do, and print what the server saw."""
    for shape in SHAPES:
        _measure(client, shape)


def _measure(client: redis.Redis, shape: tuple[int, ...]) -> None:
    job_id, spec, plan = _job(client, shape)
    d = math.prod(shape)
    ledger, rng = Ledger(client), np.random.default_rng(0)
    before, most = client.info(), 0
    for shard in range(SHARDS):
        standing = ledger.store_shard(job_id, plan, shard, _evidence(rng, d))
        ledger.merge(job_id, spec, plan, WINDOW, standing)
        most = max(most, int(client.info("memory")["used_memory"]) - int(before["used_memory"]))
    after = client.info()
    sent, received, appended = (
        (int(after[name]) - int(before[name])) / SHARDS / 1e6
        for name in ("total_net_input_bytes", "total_net_output_bytes", "aof_current_size")
    )
    JobStore(client, JobsSettings()).cancel(job_id)
    print(
        f"gradient sums at d = {d:,}, {SHARDS} shards in order: each shard {sent:.2f} MB to the server, "
        f"{received:.2f} MB from it, {appended:.2f} MB appended; the job takes {most / 1e6:.1f} MB at most"
    )


def _evidence(rng: np.random.Generator, d: int) -> Evidence:
    """Return what a shard of a model counts that gives its class three quarters of the votes."""
    vector = rng.normal(0.0, 0.5 * SAMPLES**0.5, d)
    sums = AllPairsSums.of_block(Weights.SCORES, SAMPLES, vector, 0.25 * SAMPLES * d)
    votes = HitCounts(SAMPLES, 0, (3 * SAMPLES // 4, SAMPLES // 4))
    return Evidence(hits=votes, gradient=GradientSums(d, 0, 0.0, sums=sums))


def _job(client: redis.Redis, shape: tuple[int, ...]) -> tuple[str, JobSpec, Plan]:
    """Store a job and begin it."""
    content = bytes(4 * math.prod(shape))
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
            shape=shape, low=0.0, high=1.0, sha256=hashlib.sha256(content).hexdigest(), source="tensor"
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
        weights=Weights.SCORES,
        runtime=runtime,
        fleet=fleet,
    )
    return job_id, spec, Ledger(client).fix_plan(job_id, plan)
