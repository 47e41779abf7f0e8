"""The app factory: the one place where the gateway is put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio
from fastapi import FastAPI

from jobs.app import make_celery
from jobs.census import count_jobs
from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.queue import Queue
from jobs.store import JobStore
from models.registry import Registry
from service import errors
from service.context import Context
from service.description import describe
from service.edge import Edge
from service.images import refuse_doubtful_images
from service.metrics import Metrics, StoreCollector
from service.routes import certifications, events, health, models, submit
from service.settings import GatewaySettings
from service.submission import Submissions

SUMMARY = "Certifies the L2 robustness of image classifiers by randomized smoothing"


def create_app(settings: GatewaySettings) -> FastAPI:
    """Build the gateway. It starts whatever the state of the server, the workers and the models."""
    refuse_doubtful_images()
    context = _context(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        context.redis.close()

    app = FastAPI(
        title="Certification service",
        summary=SUMMARY,
        version=version("certification-service"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.context = context
    for module in (submit, certifications, events, models, health):
        app.include_router(module.router)
    app.add_middleware(Edge, metrics=context.metrics)
    errors.install(app)
    describe(app)
    return app


def _context(settings: GatewaySettings) -> Context:
    redis = connect(settings)
    liveness = Liveness(redis, settings)
    registry = Registry(settings.models_dir)
    collector = StoreCollector(lambda: count_jobs(redis), lambda: len(liveness.live_workers()))
    return Context(
        settings=settings,
        redis=redis,
        store=JobStore(redis, settings),
        queue=Queue(make_celery(settings)),
        liveness=liveness,
        registry=registry,
        submissions=Submissions(settings, registry),
        metrics=Metrics(collector),
        decoding=anyio.CapacityLimiter(settings.max_parallel_decodes),
    )
