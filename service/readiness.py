"""Whether jobs can run: the server, its persistence, workers and models."""

from __future__ import annotations

from pydantic import Field

from jobs.connection import store_errors
from jobs.errors import StoreUnavailable
from models.errors import ModelError
from service.context import Context
from service.resources import Resource


class WorkerCheck(Resource):
    """One live worker; `problems` names the models it cannot offer."""

    id: str
    device: str
    processes: int
    problems: dict[str, str]


class Readiness(Resource):
    """What a job needs, and what is missing. Ready when `missing` is empty."""

    store: bool = Field(description="The job store answers.")
    aof: bool | None = Field(description="Its append-only file is on: accepted jobs survive a crash.")
    workers: list[WorkerCheck] = Field(description="Workers that have lately given a sign of life.")
    models: list[str] = Field(description="Usable models.")
    broken_models: dict[str, str] = Field(description="Broken models and what to do about each.")
    missing: list[str] = Field(description="Why jobs cannot run now; empty when they can.")


def check(ctx: Context) -> Readiness:
    """Look at everything; never raises on account of what it finds."""
    missing: list[str] = []
    aof, workers = _store(ctx, missing)
    models, broken = _models(ctx, missing)
    for worker in workers:
        broken |= {name: f"worker {worker.id}: {reason}" for name, reason in worker.problems.items()} | broken
    return Readiness(
        store=aof is not None,
        aof=aof,
        workers=workers,
        models=[name for name in models if not _nobody_has(name, workers)],
        broken_models=dict(sorted(broken.items())),
        missing=missing,
    )


def _store(ctx: Context, missing: list[str]) -> tuple[bool | None, list[WorkerCheck]]:
    try:
        with store_errors():
            info = ctx.redis.info("persistence")
        live = ctx.liveness.live_workers()
    except StoreUnavailable:
        missing.append("the job store does not answer")
        return None, []
    aof = bool(info.get("aof_enabled"))
    if not aof and ctx.settings.require_aof:
        missing.append("the server's append-only file is off: start it with `appendonly yes`")
    if not live:
        missing.append("no live worker: start one")
    fields = set(WorkerCheck.model_fields)
    return aof, [WorkerCheck.model_validate(worker.model_dump(include=fields)) for worker in live]


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
