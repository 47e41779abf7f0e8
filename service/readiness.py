"""Whether jobs can run: the server, its persistence, workers and models."""

from __future__ import annotations

from pydantic import Field

from certificates.version import version
from jobs.durability import Verdict
from jobs.job_errors import StoreUnavailable
from jobs.liveness import Strength, WorkerRecord
from registry.model_errors import ModelError
from service.certification.certificate_resources import Resource
from service.context import Context


class WorkerCheck(Resource):
    """One live worker; `problems` says which models it cannot use, and why."""

    id: str
    device: str
    runtime: str = Field(description="What it computes with, as in `runtimes`.")
    processes: int
    problems: dict[str, str]


class RuntimeCheck(Resource):
    """Workers that compute alike. A job is only sampled by workers of the runtime that began it."""

    runtime: str
    workers: int = Field(description="Live workers with it. If 0, the jobs begun with it wait for one.")
    processes: int = Field(description="Their sampling processes.")
    begun_jobs: int = Field(description="Jobs that were begun with it and have not ended.")


class Readiness(Resource):
    """What jobs need to run, and what is missing. The service is ready when `missing` is empty."""

    version: str = Field(description="Version of the gateway.")
    store: bool = Field(description="The job store answers.")
    aof: bool | None = Field(description="Its append-only file is on; null if it does not answer.")
    fsync: str | None = Field(
        description="When that file is on disk, in the server's own word: `always` means before a job "
        "is accepted. Null if the server does not say."
    )
    unchecked: list[str] = Field(description="What could not be checked, and why.")
    workers: list[WorkerCheck] = Field(description="Live workers: those whose heartbeat is recent.")
    runtimes: list[RuntimeCheck] = Field(
        description="The runtimes of the workers: one entry, unless workers differ, as during a replacement."
    )
    models: list[str] = Field(description="Usable models.")
    broken_models: dict[str, str] = Field(description="Broken models and what to do about each.")
    missing: list[str] = Field(description="Why jobs cannot run now; empty when they can.")


def check(ctx: Context) -> Readiness:
    """Check the server, the workers and the models. Faults are reported in the answer, not raised."""
    missing: list[str] = []
    server, workers, runtimes = _server(ctx, missing)
    models, broken = _models(ctx, missing)
    for worker in workers:
        broken |= {name: f"worker {worker.id}: {reason}" for name, reason in worker.problems.items()} | broken
    return Readiness(
        version=version(),
        store=server is not None,
        aof=None if server is None else server.aof,
        fsync=None if server is None else server.fsync,
        unchecked=[] if server is None else list(server.unchecked),
        workers=workers,
        runtimes=runtimes,
        models=[name for name in models if not _nobody_has(name, workers)],
        broken_models=dict(sorted(broken.items())),
        missing=missing,
    )


def _server(ctx: Context, missing: list[str]) -> tuple[Verdict | None, list[WorkerCheck], list[RuntimeCheck]]:
    try:
        verdict, live, fleets = ctx.durability.verdict(), ctx.liveness.live_workers(), ctx.liveness.fleets()
        absence = "" if live else ctx.liveness.absence()
    except StoreUnavailable as error:
        missing.append(error.reason)
        return None, [], []
    missing.extend(verdict.faults)
    if absence:
        missing.append(f"no live worker: {absence}")
    elif not any(worker.begins_jobs for worker in live):
        missing.append("no live worker begins jobs: start one without CERTIFY_BEGIN_JOBS=false")
    return verdict, [_worker(record) for record in live], [_runtime(strength) for strength in fleets]


def _worker(record: WorkerRecord) -> WorkerCheck:
    return WorkerCheck(
        id=record.id,
        device=record.fleet.device,
        runtime=record.fleet.words,
        processes=record.processes,
        problems=record.problems,
    )


def _runtime(strength: Strength) -> RuntimeCheck:
    return RuntimeCheck(
        runtime=strength.fleet.words,
        workers=strength.workers,
        processes=strength.processes,
        begun_jobs=strength.jobs,
    )


def _models(ctx: Context, missing: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    try:
        names, broken = ctx.registry.names(), ctx.registry.problems()
    except ModelError as error:
        missing.append(str(error))
        return (), {}
    if not names:
        missing.append("no usable model is installed")
    return names, broken


def _nobody_has(model: str, workers: list[WorkerCheck]) -> bool:
    return bool(workers) and all(model in worker.problems for worker in workers)
