"""Fill runs into the store by the service's own scripts, with real certificates and without sampling."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np

from certificates import AllPairsMean, Evidence, GradientSums, HitCounts, Weights
from jobs.certificate_document import certificate_document
from jobs.plan import Fleet, Plan, RuntimeIdentity
from jobs.runs.run_records import RunSpec
from jobs.spec import InputRecord, JobSpec
from jobs.store import Counted, Idempotency, JobStore, RowOf

CLASSES: Final = 10
CERTIFICATES: Final = 200
"""Different counts, which the rows of a run have in turn: to bound each takes milliseconds."""
SHAPE: Final = (1, 28, 28)


def evidence_of(n: int, count: int = CERTIFICATES) -> list[Evidence]:
    """Return counts of second order for digits, from rows that abstain to rows that never miss."""
    random = np.random.default_rng(14)
    found = []
    for share in np.linspace(0.4, 1.0, count):
        rest = (1.0 - share) / (CLASSES - 1)
        votes = tuple(int(k) for k in random.multinomial(n, [share, *[rest] * (CLASSES - 1)]))
        mean = AllPairsMean(Weights.SCORES, n, int(np.prod(SHAPE)), float(0.05 * share * (1 - share)), 2e-8)
        gradient = GradientSums(mean.d, 0, 0.0, all_pairs=mean)
        found.append(Evidence(HitCounts(n, 0, votes), gradient=gradient))
    return found


def plan_of(spec: RunSpec, batch: int = 512) -> Plan:
    """Return a plan of one shard, as a worker fixes it for a digit."""
    versions = {"numpy": "2.4.6", "onnxruntime": "1.31.1", "torch": "2.13.0"}
    noise = "philox4x32-10/box-muller/float32"
    runtime = RuntimeIdentity(
        name="onnx",
        version=versions["onnxruntime"],
        provider="CPUExecutionProvider",
        precision="float32",
        rows=128,
        threads=1,
        noise=noise,
    )
    blocks = -(-spec.n // batch)
    return Plan(
        target=0,
        label="0",
        clean=0,
        clean_label="0",
        trained_sigma=spec.sigma,
        manifest_sha256=spec.model_sha256,
        batch=batch,
        blocks=blocks,
        shard_blocks=blocks,
        weights=Weights.SCORES,
        runtime=runtime,
        fleet=Fleet(device="cpu", versions=versions, noise=(noise,), machine="x86_64"),
    )


def add_rows(store: JobStore, run_id: str, spec: RunSpec, rows: int) -> list[tuple[str, JobSpec]]:
    """Add rows as the gateway does, with random pixels and paths as keys; return their jobs.

    Nine rows of ten have the class of the certificates as their label.
    """
    random = np.random.default_rng(15)
    added = []
    for number in range(rows):
        pixels = random.random(SHAPE, np.float32).astype("<f4").tobytes()
        sha256 = hashlib.sha256(pixels).hexdigest()
        record = InputRecord(
            shape=SHAPE,
            low=0.0,
            high=1.0,
            sha256=sha256,
            source="image",
            conversions=("decoded PNG, mode L",),
        )
        key, label = f"{number % CLASSES}/{number:06}.png", 0 if number % 10 else 1
        row = spec.row(key, record)
        same = Idempotency(f"run {run_id} {key}", sha256)
        created = store.create(row, pixels, same, row=RowOf(run_id, key, label))
        added.append((created.job_id, row))
    return added


def end_rows(
    store: JobStore, spec: RunSpec, added: Sequence[tuple[str, JobSpec]], counts: Sequence[Evidence]
) -> None:
    """End every row with a certificate of some counts, as a worker that counted it in one piece."""
    plan, claim = plan_of(spec), added[0][1].claim()
    certified = [(each, claim.final(each)) for each in counts]
    for number, (job_id, row) in enumerate(added):
        evidence, certificate = certified[number % len(certified)]
        document = certificate_document(row, plan, evidence, certificate)
        store.succeed(job_id, document, counted=Counted(plan, 0.0, spec.n, 0.1))
